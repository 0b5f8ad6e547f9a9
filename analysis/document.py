"""What makes a document of a notebook: its `Cover` and its `Bibliography`.

Both travel in the notebook's outputs, the cover as a small JSON object and the bibliography as CSL-JSON, so that an
executed notebook can be exported where no record is.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.display import MimeBundle

COVER_MIME = "application/vnd.bilateral-workbook.cover+json"
BIBLIOGRAPHY_MIME = "application/vnd.citationstyles.csl+json"
FIGURES_MIME = "application/vnd.bilateral-workbook.figures+json"


@dataclass(frozen=True)
class Cover:
    """The title block of a document: everything on it is data of the run, nothing comes from the clock.

    Parameters
    ----------
    title : str
        The main finding.
    relationship : str
        Both sides by name.
    as_of, period : str
        The cut-off day; first and last day shown.
    handling : str
        A handling line such as "Internal"; empty for none.
    record : str
        The record's version: the first characters of its hash.
    parameters, versions : mapping
        Parameters of the run; libraries and their versions.
    figures : mapping
        Key figures by name, for the index of a batch.
    paper, lang : str
        `a4` or `us-letter`; the document's language.
    """

    title: str
    relationship: str
    as_of: str
    period: str
    record: str
    handling: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    paper: str = "a4"
    lang: str = "en"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        facts = {
            "title": self.title,
            "relationship": self.relationship,
            "as_of": self.as_of,
            "period": self.period,
            "record": self.record,
            "handling": self.handling,
            "parameters": dict(self.parameters),
            "versions": dict(self.versions),
            "paper": self.paper,
            "lang": self.lang,
        }
        line = f"{self.relationship}. As of {self.as_of}; period {self.period}; record {self.record}."
        handling = f"<p><strong>{html.escape(self.handling)}</strong></p>" if self.handling else ""
        return {
            "text/plain": f"{self.title}\n{line}",
            "text/html": f"{handling}<h1>{html.escape(self.title)}</h1><p>{html.escape(line)}</p>",
            COVER_MIME: facts,
            **({FIGURES_MIME: dict(self.figures)} if self.figures else {}),
        }, {}


@dataclass(frozen=True)
class Bibliography:
    """The cited sources as CSL-JSON items, carried by the notebook so that it can be exported anywhere."""

    items: tuple[Mapping[str, Any], ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        rows = "".join(_entry(item) for item in self.items)
        count = len(self.items)
        return {
            "text/plain": f"{count} source{'s' if count != 1 else ''} cited",
            "text/html": f"<details><summary>{count} sources cited</summary><ol>{rows}</ol></details>",
            BIBLIOGRAPHY_MIME: json.loads(json.dumps(list(self.items))),
        }, {}


def _entry(item: Mapping[str, Any]) -> str:
    url, title, publisher = (html.escape(str(item.get(key, "")), quote=True) for key in ("URL", "title", "publisher"))
    return f'<li><a href="{url}">{title}</a>, {publisher}</li>' if url else f"<li>{title}, {publisher}</li>"
