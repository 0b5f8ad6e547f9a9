"""What stands behind a point of the chart: the pages that report an act, and the acts that make a day's value.

An act is shown with how it was coded and with every citation of it: the page, its publisher and grade, the place in
it, what it supports and the few words quoted. Links are live; only web addresses become links, and all text of the
record is escaped. A page published after the cut-off says so, because it could not have been read then.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.errors import OptionError
from analysis.explore.view import Ready, ready
from analysis.findings.citing import address, ranked_sources
from analysis.findings.wording import count, day_text, event_date, number, signed
from analysis.record.relationship import as_day

if TYPE_CHECKING:
    from analysis.explore.view import View
    from analysis.findings.display import Table
    from analysis.record.relationship import Relationship

_TOP = 8


def behind(asked: Ready, event_id: str) -> str:
    """Return an act with its evidence as HTML.

    Raises
    ------
    OptionError
        When the record, as far as it may be known, has no such event.
    """
    rows = asked.known.events[asked.known.events["event_id"] == event_id]
    if rows.empty:
        raise OptionError("explorer", "event", "one of the events known about", event_id)
    act = rows.iloc[0]
    when = event_date(act["start"], act["end"], str(act["precision"]), bool(act["approximate"]))
    facts = [
        f"Goldstein score {signed(act['goldstein'], 1)}",
        f"coded {act['cameo']} {act['label']} ({str(act['quad_class']).replace('_', ' ')})",
        str(act["domain"]),
        _who(asked, str(act["direction"])),
        f"grade {act['grade']}",
    ]
    cited = _cited(asked, event_id)
    pages = "".join(_page(row) for row in cited.to_dict("records"))
    counted = count(len(cited), "citation")
    # What came after, as far as the cut-off lets it be known: the record is cut before it gets here.
    sequel = f"<p>What followed: {_text(act['sequel'])}.</p>" if _has(act["sequel"]) else ""
    return (
        f"<h4>{_text(act['title'])}</h4><p><strong>{_text(when)}.</strong> {_text(act['summary'])}</p>"
        f"{sequel}<p>{_text('; '.join(facts))}.</p><p>{counted}:</p><ul>{pages}</ul>"
    )


def explained(rel: Relationship, view: View, day: str | None = None) -> Table:
    """Return what the tension share of a day is made of; by default of the last day shown.

    Raises
    ------
    OptionError
        As `analysis.explore.view.ready`; also when nothing had been recorded by that day, or it lies after the last one
        known about.
    """
    return value_of(ready(rel, view), day)


def value_of(asked: Ready, day: str | None = None) -> Table:
    """Return what the tension share of a day is made of, for a view that the record can answer.

    Raises
    ------
    OptionError
        When nothing had been recorded by that day, or it lies after the last one known about.
    """
    from analysis.findings.display import Table
    from analysis.measures.explain import explain

    moment = asked.end if day is None else as_day(day)
    if moment > asked.known.cutoff:
        last = f"a day up to the last one known about, {asked.known.cutoff:%Y-%m-%d}"
        raise OptionError("explorer", "day to explain", last, f"{moment:%Y-%m-%d}")
    columns = ["Date", "Act", "Goldstein", "Weight", "Adds to the share"]
    if asked.acts.empty:
        return Table(pd.DataFrame(columns=columns), "No act fits these choices", "explained")
    rows = explain(asked.acts, moment, half_life=asked.view.half_life, top=_TOP)
    cells = [
        [
            f"{row['date']:%Y-%m-%d}" if row["kind"] == "event" else "",
            row["title"],
            signed(row["goldstein"], 1),
            number(row["weight"]),
            signed(row["contribution"], 3),
        ]
        for row in rows.to_dict("records")
    ]
    only = f"; only {asked.part.acts_between}" if asked.only else ""
    share = number(rows["contribution"].sum(), 3)
    caption = f"What makes the tension share of {share} on {day_text(moment)}{only}"
    return Table(pd.DataFrame(cells, columns=columns), caption, "explained")


def _cited(asked: Ready, event_id: str) -> pd.DataFrame:
    known = asked.known
    record = f"events:{event_id}"
    order = ranked_sources(known, [record]).get(record, [])
    pages = known.sources[["source_id", "title", "publisher", "published", "url", "reliability"]]
    own = known.citations[known.citations["record"] == record].merge(pages, on="source_id")
    return own.sort_values("source_id", key=lambda ids: ids.map(order.index), kind="stable").reset_index(drop=True)


def _page(row: dict[Any, Any]) -> str:
    url, title = address(row["url"], row["publisher"]), _text(row["title"])
    live = url.lower().startswith(("https://", "http://"))
    name = f'<a href="{html.escape(url, quote=True)}" target="_blank" rel="noopener noreferrer">{title}</a>'
    told = [
        name if live else title,
        *(_text(row[key]) for key in ("publisher", "published") if _has(row[key])),
        f"reliability {_text(row['reliability'])}",
        *([f"at {_text(row['locator'])}"] if _has(row["locator"]) else []),
    ]
    supports = f": {_text(row['supports'])}" if _has(row["supports"]) else ""
    phrase = f" <q>{_text(row['key_phrase'])}</q>" if _has(row["key_phrase"]) else ""
    return f"<li>{', '.join(told)}{supports}{phrase}{' (published after the cut-off)' if row['later'] else ''}</li>"


def _who(asked: Ready, direction: str) -> str:
    names = {side.id: side.name for side in asked.known.sides}
    source, _, target = direction.partition(">")
    return f"{names[source]} to {names[target]}" if source in names and target in names else direction


def _has(cell: object) -> bool:
    return isinstance(cell, str) and bool(cell.strip())


def _text(cell: object) -> str:
    return html.escape(str(cell), quote=True)
