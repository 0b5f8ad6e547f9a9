"""The chart that answers a view, from the measures and charts of the notebooks.

Nothing is thinned out for speed. The band has the 500 draws that it has in a briefing, and the grid is the briefing's:
weeks up to twelve years, months beyond. What makes a redraw fast is that one chart is drawn at a time, and that it is
shown as SVG: a PNG of the same figure takes ten times as long to compress. Letters are drawn as outlines on the
screen, so that they stand where they were measured whatever fonts the browser has.

A part of the acts is named in the source line, which is in the picture, and in the alternative text: a chart of one
domain that has been saved cannot be taken for the whole.
"""

from __future__ import annotations

import base64
import html
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.errors import OptionError
from analysis.explore.view import Ready, ready

if TYPE_CHECKING:
    from analysis.explore.view import View
    from analysis.findings.display import Chart
    from analysis.record.relationship import Relationship

_LONG = pd.Timedelta(days=4400)


def drawn(rel: Relationship, view: View) -> Chart:
    """Draw the chart of a view.

    Raises
    ------
    OptionError
        As `analysis.explore.view.ready`; also where words and deeds are asked for and only one of them is chosen.
    """
    return chart_of(ready(rel, view))


def chart_of(asked: Ready) -> Chart:
    """Draw the chart of a view that the record can answer."""
    if asked.acts.empty:
        from analysis.charts import design, scaffold

        with design.drawing():
            return scaffold.nothing(
                asked.view.chart, "No act fits these choices", asked.shown[["event_id"]], source_line(asked)
            )
    chart = {"tension": _tension, "conduct": _conduct, "timeline": _timeline}[asked.view.chart](asked)
    return replace(chart, alt=f"{chart.alt} {asked.only}") if asked.only else chart


def source_line(asked: Ready) -> str:
    """Return the source line: how much the chart rests on, and what it is limited to."""
    from analysis.findings import wording

    line = wording.source_line(asked.acts, None, None).rstrip(".")
    return f"{line}.{f' {asked.only}' if asked.only else ''} Data to {wording.day(asked.known.cutoff)}"


def picture(chart: Chart) -> str:
    """Return the chart as an HTML image with its alternative text; letters are outlines."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": chart.name}):
        chart.figure.savefig(buffer, format="svg", metadata={"Date": None})
    packed = base64.b64encode(buffer.getvalue()).decode("ascii")
    width = round(float(chart.figure.get_size_inches()[0]) * 96)
    words = html.escape(chart.alt, quote=True)
    return f'<img alt="{words}" width="{width}" src="data:image/svg+xml;base64,{packed}">'


def _grid(asked: Ready) -> dict[str, Any]:
    freq = "W" if asked.end - asked.start < _LONG else "M"
    return {"freq": freq, "start": asked.start, "end": asked.end, "seed": asked.view.seed}


def _house(asked: Ready) -> dict[str, Any]:
    return {"sides": asked.known.sides, "source": source_line(asked)}


def _tension(asked: Ready) -> Chart:
    from analysis import charts
    from analysis.measures.peak import peaks
    from analysis.measures.tension import tension

    half_life = asked.view.half_life
    share = tension(asked.acts, half_life=half_life, **_grid(asked))
    top = peaks(asked.acts, half_life=half_life, start=asked.start, end=asked.end, seed=asked.view.seed)
    return charts.tension(
        share,
        asked.acts,
        top,
        eras=asked.known.eras,
        half_life=half_life,
        acts=asked.part.acts_between,
        **_house(asked),
    )


def _conduct(asked: Ready) -> Chart:
    from analysis import charts
    from analysis.measures.conduct import conduct

    kinds = {name.partition("_")[0] for name in asked.view.quad_classes}
    if len(kinds) == 1:
        raise OptionError(
            "explorer",
            "quad_classes",
            "words and deeds both, or all, where they are set against each other",
            ", ".join(asked.view.quad_classes),
        )
    gap = conduct(asked.acts, half_life=asked.view.half_life, **_grid(asked))
    return charts.conduct(gap, asked.acts, acts=asked.part.acts_between, **_house(asked))


def _timeline(asked: Ready) -> Chart:
    from analysis import charts

    return charts.timeline(asked.acts, period=(asked.start, asked.end), acts=asked.part.acts_between, **_house(asked))
