"""What every chart does around its drawing, once.

A chart function refuses a frame without the columns it needs, cuts it to the period asked for, words a title, a
one-line subtitle, how to read the picture and a description, and says how the panels are drawn. The decorator `chart`
does the rest: it sets the house style and the form (page or column), writes the source line, makes a sentence where
there is nothing to draw, and returns the `Chart`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, Literal, ParamSpec, TypedDict

import pandas as pd

from analysis.charts import axes
from analysis.charts.design import FORMS, GREY, Sheet, Words, drawing, sheet
from analysis.charts.frames import require, silent
from analysis.errors import OptionError
from analysis.findings import wording
from analysis.findings.display import Chart
from analysis.measures.options import FEW_ACTS

P = ParamSpec("P")


class House(TypedDict, total=False):
    """What every chart can be given.

    `sides` (side A first) names both and gives them their inks; `source` replaces the source line that is counted from
    the rows; `cutoff` is the last day known about; `period` (first and last day) cuts what is drawn and is the time
    axis, so that charts given the same one can be read downwards; `acts` says in words which acts these are, such as
    `Relationship.acts_between` gives; `width` is that of a page (16.5 cm) or of a column or telephone (8 cm).
    """

    sides: wording.Sides | None
    source: str | None
    cutoff: Any
    period: tuple[Any, Any] | None
    acts: str
    width: Literal["page", "column"]


@dataclass(frozen=True, eq=False)
class Page:
    """What a chart function hands over: its rows, its words, and what draws the panels; no `draw`: only the sentence.

    Parameters
    ----------
    data : DataFrame
        The rows that are drawn.
    title, subtitle, how, alt : str
        The finding; what is measured, in which unit, in one line; how to read the marks; the description without the
        title, which is put after its first sentence.
    draw : callable
        From the words to the finished sheet.
    counted : DataFrame, optional
        Events that the source line counts.
    """

    data: pd.DataFrame
    title: str
    subtitle: str = ""
    how: str = ""
    alt: tuple[str, str] = ("", "")
    draw: Callable[[Words], Sheet] | None = None
    counted: pd.DataFrame | None = None


def chart(
    name: str, *needed: str, note: str = "", coding: bool = True
) -> Callable[[Callable[Concatenate[pd.DataFrame, P], Page]], Callable[Concatenate[pd.DataFrame, P], Chart]]:
    """Make a chart of a function from a frame to a `Page`.

    Parameters
    ----------
    name : str
        Of the file and the attached table.
    needed : str
        Columns that the frame must have.
    note : str
        The caption in documents: what the chart cannot show.
    coding : bool
        Whether the rows are coded by the authors of the record, for the source line.
    """

    def wrapped(build: Callable[Concatenate[pd.DataFrame, P], Page]) -> Callable[Concatenate[pd.DataFrame, P], Chart]:
        where = f"{build.__module__.split('.')[1]}.{build.__name__}"

        @functools.wraps(build)
        def made(frame: pd.DataFrame, /, *args: P.args, **kwargs: P.kwargs) -> Chart:
            require(frame, where, *needed)
            width, source = str(kwargs.get("width", "page")), kwargs.get("source")
            if width not in FORMS:
                raise OptionError(where, "width", " or ".join(FORMS), width)
            with drawing(FORMS[width]):
                page = build(frame, *args, **kwargs)
                line = wording.source_line(
                    page.counted, None if source is None else str(source), kwargs.get("cutoff"), coding=coding
                )
                if page.draw is None:
                    return nothing(name, page.title, page.data, line)
                words = Words(page.title, page.subtitle, page.how, line)
                drawn = page.draw(words)
            alt = f"{page.alt[0]}. {page.title}. {page.alt[1]}".strip()
            return Chart(drawn.figure, name, page.title, page.subtitle, line, alt, page.data, note, how=page.how)

        return made

    return wrapped


def nothing(name: str, title: str, data: pd.DataFrame, source: str = "") -> Chart:
    """Return a chart that says in words that there is nothing to draw; an empty panel would look like calm."""
    made = sheet(Words(title, "", "", source), 0.6)
    made.text(made.body.x, made.body.y + 0.35, "Nothing to draw.", color=GREY)
    return Chart(made.figure, name, title, "", source, f"{title}. Nothing is drawn.", data, drawn=False)


def few(
    rows: pd.DataFrame, counted: pd.DataFrame | None = None, what: str = "a line", *, acts: int | None = None
) -> Page | None:
    """Return the sentence in place of a picture of fewer than ten acts; they are counted by the column `events`."""
    if acts is None:
        acts = int(rows["events"].sum()) if "events" in rows else FEW_ACTS
    if acts >= FEW_ACTS:
        return None
    title = f"Only {wording.count(acts, 'act')} recorded in this period: too few for {what}"
    return Page(rows, title, counted=counted)


def named(house: House, events: pd.DataFrame | None) -> str:
    """Name the acts of a chart: in the caller's words, else as acts between the sides."""
    return wording.acts_between(house.get("acts", ""), house.get("sides"), events)


def spoken(rows: pd.DataFrame) -> str:
    """Write the period of dated rows."""
    return wording.period(rows["date"].min(), rows["date"].max())


def limits(rows: pd.DataFrame, house: House) -> tuple[float, float]:
    """Return the time axis of dated rows: the period asked for, else their own."""
    return axes.time_limits(rows["date"].min(), rows["date"].max(), period=house.get("period"))


def marks(rows: pd.DataFrame, *, band: bool) -> str:
    """Say how to read a series that decays: what the stroke at its end is, and where there is no line."""
    return wording.subtitle(
        "Upright stroke: 90% of redrawn records" if band else "",
        "No line: no act in the last half-life" if silent(rows).any() else "",
    )
