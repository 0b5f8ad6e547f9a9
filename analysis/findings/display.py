"""The things a notebook shows: `Chart`, `Table`, `Finding` and `Findings`.

Each is a small frozen value with a MIME bundle of several forms, so that one output serves every reader: `text/html`
for the screen, `text/plain` for a terminal and for the comparison of notebooks, and a form for export (`image/svg+xml`
with real text, or `text/markdown` with citation keys). The rows behind a chart travel in the bundle too, as `text/csv`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.findings.escaping import cite, escape_markdown, safe_csv
from analysis.findings.markup import render

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

MimeBundle = tuple[dict[str, Any], dict[str, Any]]

EMPTY_MIME = "application/vnd.bilateral-workbook.empty+json"
DARK = "invert(.93) hue-rotate(180deg)"
"""The dark form of a chart: lightness turned over, hues kept, white to the black of a dark page."""
_SVG_SEED = "bilateral-workbook"


@dataclass(frozen=True, eq=False)
class Chart:
    """A finished chart with its words and its rows.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The picture, with title, subtitle and source line drawn in it. Made without pyplot, so nothing stays open.
    name : str
        A slug; the name of the file and of the attached table.
    title, subtitle, source, alt : str
        The finding; what is plotted, unit and period; where it comes from; the description for who cannot see it.
        All computed from `data`.
    data : DataFrame
        The tidy rows that are drawn.
    note : str
        How to read it and what it cannot show; set as the caption in documents. May be empty.
    drawn : bool
        False where there was nothing to draw: on the screen the chart is its title, and a document leaves it out.
    how : str
        How to read the marks; set at the foot of the picture.
    """

    figure: Figure
    name: str
    title: str
    subtitle: str
    source: str
    alt: str
    data: pd.DataFrame
    note: str = ""
    drawn: bool = True
    how: str = ""

    def svg(self) -> str:
        """Return the picture as SVG with real text; the same bytes for the same figure."""
        import matplotlib as mpl

        from analysis.findings.rendering import to_svg

        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": f"{_SVG_SEED}-{self.name}"}):
            return to_svg(self.figure, {"Date": None, "Title": self.title})

    def png(self, dpi: int = 144) -> bytes:
        """Return the picture as PNG, reduced to 128 colours: a chart needs no more, and notebooks stay small."""
        import numpy as np
        import pandas as pd
        from PIL import Image

        from analysis.findings.rendering import to_pixels

        buffer, pixels = io.BytesIO(), to_pixels(self.figure, dpi)
        # This method keeps white white and every colour to within a few of 255 levels; the default may lose rare ones.
        # It looks at colours, not at how often they are there, so it is shown each but once.
        places, colours = pd.factorize(pixels.view("uint32").ravel())
        each = Image.fromarray(colours.view("uint8").reshape(1, -1, 4)).convert("RGB")
        few = each.quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        picture = Image.fromarray(np.asarray(few)[0][places].reshape(pixels.shape[:2]), "P")
        picture.putpalette(few.getpalette() or [])
        picture.save(buffer, "png")
        return buffer.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the picture to `path`; the suffix (.svg, .png, .pdf) names the format."""
        from pathlib import Path

        from analysis.atomic import write_document

        target, buffer = Path(path), io.BytesIO()
        form = target.suffix.lstrip(".").lower()
        if form == "svg":
            buffer.write(self.svg().encode())
        elif form == "png":
            buffer.write(self.png())
        else:
            self.figure.savefig(buffer, format=form, metadata={"CreationDate": None} if form == "pdf" else None)
        write_document(target, buffer.getvalue())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        if not self.drawn:
            return _empty(f"{self.title}.")
        picture = base64.b64encode(self.png()).decode("ascii")
        width = round(float(self.figure.get_size_inches()[0]) * 96)
        data = {
            "text/plain": self.alt,
            "text/html": render("chart", alt=self.alt, width=width, picture=picture, dark=DARK),
            "image/svg+xml": self.svg(),
            "text/csv": safe_csv(self.data),
        }
        return data, {"image/svg+xml": {"alt": self.alt, "caption": self.note, "name": self.name, "title": self.title}}


@dataclass(frozen=True, eq=False)
class Table:
    """A small table to be read: a frame of ready cells with a caption.

    Parameters
    ----------
    frame : DataFrame
        Cells as they are to be printed; column names are the heads. Numbers are printed as `str` gives them, so format
        before.
    caption : str
        What the table shows, with period.
    name : str
        A slug; the name of the attached table.
    sources : sequence of sequences of str, optional
        For each row the source ids to cite at the end of its last cell.
    widths : sequence of float, optional
        Relative column widths on paper; by content when absent.

    Examples
    --------
    >>> import analysis as an
    >>> import pandas as pd
    >>> table = an.Table(pd.DataFrame({"year": ["2020"], "share": ["49%"]}), "Share of trade", "trade")
    >>> table.markdown().splitlines()[0]
    '| year | share |'
    """

    frame: pd.DataFrame
    caption: str
    name: str
    sources: Sequence[Sequence[str]] | None = None
    widths: Sequence[float] | None = None

    def __post_init__(self) -> None:
        """Refuse a list of sources that does not fit the rows."""
        if self.sources is not None and len(self.sources) != len(self.frame):
            raise ValueError(f"table {self.name!r}: {len(self.sources)} lists of sources for {len(self.frame)} rows")

    def _cells(self) -> list[list[str]]:
        return [["" if _missing(cell) else str(cell) for cell in row] for row in self.frame.itertuples(index=False)]

    def markdown(self) -> str:
        """Return a pandoc pipe table, its widths in the rule, with citations."""
        rows = [[escape_markdown(cell) for cell in row] for row in self._cells()]
        if self.sources is not None:
            for row, keys in zip(rows, self.sources, strict=True):
                row[-1] = f"{row[-1]} {cite(keys)}".strip()
        heads = [escape_markdown(str(name)) for name in self.frame.columns]
        # pandoc wraps a pipe table by the dashes in its rule only when a line is wider than its column limit, so one
        # always is.
        rules = [_rule(width, self.frame.iloc[:, i].dtype.kind in "if") for i, width in enumerate(self._widths())]
        lines = [_pipe(heads), _pipe(rules), *(_pipe(row) for row in rows), "", f": {escape_markdown(self.caption)}"]
        return "\n".join(lines)

    def _widths(self) -> list[int]:
        if self.widths is not None:
            shares = [float(width) for width in self.widths]
        else:
            cells = self._cells()
            shares = [
                float(min(60, max([len(str(name)), *(len(row[i]) for row in cells)])))
                for i, name in enumerate(self.frame.columns)
            ]
        total = sum(shares) or 1.0
        return [max(3, round(160 * share / total)) for share in shares]

    def html(self) -> str:
        """Return an HTML table with a caption and scoped heads; cells are escaped."""
        return render("table", caption=self.caption, heads=list(self.frame.columns), rows=self._cells())

    def plain(self) -> str:
        """Return the table as aligned text, caption first."""
        if self.frame.empty:
            return f"{self.caption}\n(no rows)"
        return f"{self.caption}\n{self.frame.to_string(index=False, justify='left', na_rep='')}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        if self.frame.empty:
            return _empty(self.plain())
        data = {
            "text/plain": self.plain(),
            "text/html": self.html(),
            "text/markdown": self.markdown(),
            "text/csv": safe_csv(self.frame),
        }
        return data, {"text/markdown": {"name": self.name, "caption": self.caption}}


@dataclass(frozen=True)
class Finding:
    """A sentence computed from a measure, with the records and sources it rests on.

    Parameters
    ----------
    text : str
        One or two sentences; every number in them comes from a frame.
    sources : tuple of str
        Source ids, cited at the end of the sentence.
    records : tuple of str
        The rows behind it, as `table:id`.
    links : mapping of str to str
        Source id to address, for live links on the screen.
    statements : tuple
        The sentences as data (`analysis.findings.statement.Statement`), where the text was made of such.

    Examples
    --------
    >>> import analysis as an
    >>> print(an.Finding("Trade fell in 2020.", ("belstat-2021",)).plain())
    Trade fell in 2020. [belstat-2021]
    """

    text: str
    sources: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    statements: tuple[Any, ...] = ()

    def markdown(self) -> str:
        """Return pandoc Markdown with citation keys."""
        return f"{escape_markdown(self.text)} {cite(self.sources)}".strip()

    def html(self) -> str:
        """Return an HTML paragraph with links to the sources."""
        return render("finding", finding=self)

    def plain(self) -> str:
        """Return the sentence followed by its source ids in brackets."""
        keys = sorted(set(self.sources))
        return f"{self.text} [{'; '.join(keys)}]" if keys else self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        if not self.text:
            return _empty("")
        return {"text/plain": self.plain(), "text/html": self.html(), "text/markdown": self.markdown()}, {}


@dataclass(frozen=True)
class Findings:
    """Several findings shown as one list.

    Examples
    --------
    >>> import analysis as an
    >>> len(an.Findings((an.Finding("Trade fell."), an.Finding("Debt rose."))).items)
    2
    """

    items: tuple[Finding, ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        return {
            "text/plain": "\n".join(f"- {item.plain()}" for item in self.items),
            "text/html": render("findings", items=self.items),
            "text/markdown": "\n".join(f"- {item.markdown()}" for item in self.items),
        }, {}


def _empty(words: str) -> MimeBundle:
    """Return the bundle of an output with nothing in it: words for the screen, and a mark that documents go by."""
    return {"text/plain": words, EMPTY_MIME: {}}, {}


def _missing(cell: object) -> bool:
    return cell is None or cell != cell or str(cell) in {"<NA>", "NaT"}


def _pipe(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(width: int, numeric: bool) -> str:
    return f"{'-' * (width - 1)}:" if numeric else f":{'-' * (width - 1)}"
