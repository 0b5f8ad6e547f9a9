"""What makes a document of a notebook: its `Cover` and its `Bibliography`.

Both travel in the notebook's outputs, the cover as a small JSON object and the bibliography as CSL-JSON, so that an
executed notebook can be exported where no record is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.findings.display import MimeBundle
from analysis.findings.markup import render

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
    known : str
        What the record does not know of its own time.
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
    known: str = ""
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
            "known": self.known,
            "parameters": dict(self.parameters),
            "versions": dict(self.versions),
            "paper": self.paper,
            "lang": self.lang,
        }
        line = f"{self.relationship}. As of {self.as_of}; period {self.period}; record {self.record}. {self.known}"
        return {
            "text/plain": f"{self.title}\n{line}".rstrip(),
            "text/html": render("cover", title=self.title, line=line.rstrip(), handling=self.handling),
            COVER_MIME: facts,
            **({FIGURES_MIME: dict(self.figures)} if self.figures else {}),
        }, {}


@dataclass(frozen=True)
class Bibliography:
    """The cited sources as CSL-JSON items, carried by the notebook so that it can be exported anywhere."""

    items: tuple[Mapping[str, Any], ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        count = f"{len(self.items)} source{'s' if len(self.items) != 1 else ''}"
        return {
            "text/plain": f"{count} cited",
            "text/html": render("bibliography", count=count, items=self.items),
            BIBLIOGRAPHY_MIME: json.loads(json.dumps(list(self.items))),
        }, {}
