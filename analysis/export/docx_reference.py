"""The reference document that gives a Word file its styles, its paper and its foot.

It is pandoc's own with the parts of `briefing_docx.txt` in it, put together at the time of the export, so that its look
can be read and changed as text. Faces are those of every Office; nothing is embedded.
"""

from __future__ import annotations

import functools
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

from analysis.errors import PublishError
from analysis.export import pandoc

_LOOK = Path(__file__).with_name("briefing_docx.txt")
# Width, height, margin at the sides, in twentieths of a point.
_SHEETS = {"a4": (11906, 16838, 1418), "us-letter": (12240, 15840, 1584)}
_FACES = {"sans": "Calibri", "serif": "Cambria", "mono": "Consolas"}
_FOOT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"


def reference(cut_off: str, handling: str, paper: str) -> bytes:
    """Return the reference document: pandoc's, with the house styles, the paper and the foot."""
    width, height, margin = _SHEETS[paper]
    measure = width - 2 * margin
    section = _part("section", width=width, height=height, margin=margin)
    left = f"Information as of {cut_off}" if cut_off else ""
    words = {"left": escape(left), "middle": escape(handling), "run": _part("run")}
    foot = _part("foot", centre=measure // 2, right=measure, **words)
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer"
    changes: dict[str, Callable[[str], str]] = {
        "word/styles.xml": _styled,
        "word/document.xml": lambda text: re.sub(r"<w:sectPr>.*?</w:sectPr>", section, text, flags=re.DOTALL),
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
        new.writestr(zipfile.ZipInfo("word/footer1.xml"), foot)
    return made.getvalue()


@functools.cache
def _of_pandoc() -> bytes:
    return pandoc.run(["--print-default-data-file", "reference.docx"], b"")


def _part(name: str, **values: object) -> str:
    """Return a part of the look, filled in."""
    found = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", _LOOK.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None
    attributes = ("ascii", "hAnsi", "cs", "eastAsia")
    faces = {role: " ".join(f'w:{script}="{face}"' for script in attributes) for role, face in _FACES.items()}
    return Template(re.sub(r"\n\s*", "", Template(found[1]).safe_substitute(faces))).substitute(values)


def _styled(styles: str) -> str:
    """Return pandoc's styles with ours in the place of those of the same name."""
    for made in re.findall(r"<w:style .*?</w:style>", _part("styles")):
        identifier = re.findall(r'w:styleId="(\w+)"', made)[0]
        own = re.compile(rf'<w:style\b(?:(?!</w:style>).)*?w:styleId="{identifier}".*?</w:style>', re.DOTALL)
        styles = own.sub("", styles, count=1).replace("</w:styles>", f"{made}</w:styles>")
    made, count = re.subn(r"<w:rPrDefault>.*?</w:rPrDefault>", _part("defaults"), styles, flags=re.DOTALL)
    if not count:
        raise PublishError(
            "pandoc's reference document has no default style; this version of pandoc is not known here."
        )
    return made
