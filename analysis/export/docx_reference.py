"""The reference document that gives a Word file its styles, its paper and its foot.

It is made from pandoc's own at the time of the export, so that its look can be read and changed as text. Faces are
those of every Office; nothing is embedded.
"""

from __future__ import annotations

import functools
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from analysis.errors import PublishError
from analysis.export import pandoc

_INK, _QUIET, _ACCENT = "1A1A1A", "595959", "0A3A5C"
_SHEETS = {"a4": (11906, 16838, 1418), "us-letter": (12240, 15840, 1584)}
_BOX = (
    f'<w:pBdr><w:left w:val="single" w:sz="18" w:space="8" w:color="{_ACCENT}"/></w:pBdr>'
    '<w:shd w:val="clear" w:color="auto" w:fill="EEF3F7"/>'
)
_NOTE = '<w:pBdr><w:left w:val="single" w:sz="12" w:space="8" w:color="595959"/></w:pBdr>'
_ERROR = '<w:pBdr><w:left w:val="single" w:sz="12" w:space="8" w:color="9B2D1F"/></w:pBdr>'
_SANS, _SERIF, _MONO = "Calibri", "Cambria", "Consolas"
_FOOT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
_NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def reference(cut_off: str, handling: str, paper: str) -> bytes:
    """Return the reference document: pandoc's, with the house styles, the paper and the foot."""
    left = f"Information as of {cut_off}" if cut_off else ""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer"
    changes: dict[str, Callable[[str], str]] = {
        "word/styles.xml": _styled,
        "word/document.xml": lambda text: re.sub(r"<w:sectPr>.*?</w:sectPr>", _section(paper), text, flags=re.DOTALL),
        "[Content_Types].xml": lambda text: text.replace(
            "</Types>", f'<Override PartName="/word/footer1.xml" ContentType="{_FOOT_TYPE}"/></Types>'
        ),
        "word/_rels/document.xml.rels": lambda text: text.replace(
            "</Relationships>", f'<Relationship Id="rIdFoot" Type="{relation}" Target="footer1.xml"/></Relationships>'
        ),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_of_pandoc())) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            text = old.read(item).decode("utf-8")
            # A fresh entry bears no time.
            new.writestr(zipfile.ZipInfo(item.filename), changes.get(item.filename, str)(text))
        new.writestr(zipfile.ZipInfo("word/footer1.xml"), _foot(left, handling, paper))
    return made.getvalue()


@functools.cache
def _of_pandoc() -> bytes:
    return pandoc.run(["--print-default-data-file", "reference.docx"], b"")


def _section(paper: str) -> str:
    width, height, margin = _SHEETS[paper]
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="rIdFoot"/>'
        f'<w:pgSz w:w="{width}" w:h="{height}"/>'
        f'<w:pgMar w:top="1361" w:right="{margin}" w:bottom="1361" w:left="{margin}" '
        'w:header="680" w:footer="680" w:gutter="0"/></w:sectPr>'
    )


def _foot(left: str, middle: str, paper: str) -> str:
    width, _, margin = _SHEETS[paper]
    measure = width - 2 * margin
    run = f'<w:rPr>{_face(_SANS)}<w:color w:val="{_QUIET}"/><w:sz w:val="16"/></w:rPr>'

    def text(shown: str) -> str:
        return f'<w:r>{run}<w:t xml:space="preserve">{escape(shown)}</w:t></w:r>'

    def count(name: str) -> str:
        return f'<w:fldSimple w:instr=" {name} "><w:r>{run}<w:t>1</w:t></w:r></w:fldSimple>'

    tab = f"<w:r>{run}<w:tab/></w:r>"
    stops = f'<w:tab w:val="center" w:pos="{measure // 2}"/><w:tab w:val="right" w:pos="{measure}"/>'
    line = '<w:pBdr><w:top w:val="single" w:sz="4" w:space="4" w:color="B8BEC4"/></w:pBdr>'
    page = f"{text('Page ')}{count('PAGE')}{text(' of ')}{count('NUMPAGES')}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:ftr {_NS}><w:p><w:pPr>{line}<w:tabs>{stops}</w:tabs></w:pPr>'
        f"{text(left)}{tab}{text(middle)}{tab}{page}</w:p></w:ftr>"
    )


def _face(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:cs="{name}" w:eastAsia="{name}"/>'


def _space(before: int, after: int, line: int = 264) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="auto"/>'


@dataclass(frozen=True)
class Style:
    """A paragraph style: its name, what it is based on, its layout, and its face with size in half points."""

    name: str
    layout: str
    face: str
    size: int
    colour: str = _INK
    base: str = "Normal"
    bold: bool = False
    own: bool = False

    def xml(self) -> tuple[str, str]:
        """Return the style's id and its XML."""
        identifier = (
            self.name.replace(" ", "") if self.own or "Caption" in self.name else self.name.title().replace(" ", "")
        )
        custom = ' w:customStyle="1"' if self.own else ""
        return identifier, (
            f'<w:style w:type="paragraph"{custom} w:styleId="{identifier}"><w:name w:val="{self.name}"/>'
            f'<w:basedOn w:val="{self.base}"/><w:qFormat/><w:pPr>{self.layout}</w:pPr><w:rPr>{_face(self.face)}'
            f'{"<w:b/>" if self.bold else ""}<w:color w:val="{self.colour}"/><w:sz w:val="{self.size}"/>'
            f'<w:szCs w:val="{self.size}"/></w:rPr></w:style>'
        )


def _styles() -> list[Style]:
    keep = "<w:keepNext/><w:keepLines/>"
    headings = [
        Style(
            f"heading {level}",
            f'{keep}{_space(360 - 60 * level, 100)}<w:outlineLvl w:val="{level - 1}"/>',
            _SANS,
            size,
            _ACCENT,
            bold=True,
        )
        for level, size in ((1, 29), (2, 24), (3, 21), (4, 21))
    ]
    return [
        *headings,
        Style("Title", keep + _space(0, 120, 240), _SANS, 44, _ACCENT, bold=True),
        Style("Subtitle", keep + _space(0, 120), _SANS, 20, _QUIET, bold=True),
        Style("Facts", _space(0, 20), _SANS, 18, _QUIET, own=True),
        Style("Bottom Line", _BOX + _space(60, 60), _SERIF, 21, base="BodyText", own=True),
        Style("Failure", _ERROR + _space(60, 60), _SERIF, 21, base="BodyText", own=True),
        Style("Admonition", _NOTE + _space(60, 60), _SERIF, 21, base="BodyText", own=True),
        Style("Notes", _space(20, 60), _SERIF, 18, base="BodyText", own=True),
        Style("Table Caption", "<w:keepNext/>" + _space(200, 60), _SANS, 18, _QUIET),
        Style("Image Caption", _space(60, 240), _SANS, 18, _QUIET),
        Style("Source Code", _space(60, 60, 240), _MONO, 15),
    ]


def _styled(styles: str) -> str:
    """Return pandoc's styles with ours in the place of those of the same name."""
    for style in _styles():
        identifier, made = style.xml()
        own = re.compile(rf'<w:style\b(?:(?!</w:style>).)*?w:styleId="{identifier}".*?</w:style>', re.DOTALL)
        kept = own.sub("", styles, count=1)
        styles = kept.replace("</w:styles>", f"{made}</w:styles>")
    defaults = (
        f'<w:rPrDefault><w:rPr>{_face(_SERIF)}<w:color w:val="{_INK}"/><w:sz w:val="21"/><w:szCs w:val="21"/>'
        '<w:lang w:val="en-GB"/></w:rPr></w:rPrDefault>'
    )
    made, count = re.subn(r"<w:rPrDefault>.*?</w:rPrDefault>", defaults, styles, flags=re.DOTALL)
    if not count:
        raise PublishError(
            "pandoc's reference document has no default style; this version of pandoc is not known here."
        )
    return made
