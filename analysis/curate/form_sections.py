"""The parts of the coding form: the page, the place in it, the fact, the forecast of an assessment.

The parts hold what is entered and nothing else; what it means and what becomes of it is for `analysis.curate.form`.
Lists come from the record, the two sides before all other actors. A forecast's range is chosen by its band, whose
numbers are filled in, because a range follows from the author's word; `numeric` leaves them to be typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.curate.form_fields import Field, Options, Picker, fields
from analysis.curate.form_hints import codes
from analysis.curate.form_rows import FACTS, Entry, Kind
from analysis.curate.table_format import Row
from analysis.record import codebook
from analysis.record.tables import ASSESSMENTS, BY_NAME, CITATIONS, EVENTS, FORECASTS, SOURCES

NEW_PAGE = ("A new page, described below", "")
KINDS: tuple[Kind, ...] = ("event", "assessment", "source", "era", "figure", "series", "actor")
_PLAIN: tuple[Kind, ...] = ("era", "figure", "series", "actor")
_TYPES = (
    "article-newspaper", "article-magazine", "article-journal", "webpage", "report", "post-weblog", "broadcast",
    "interview", "legislation", "dataset", "book", "chapter", "thesis", "entry-encyclopedia",
)  # fmt: skip
_TABLES: Mapping[Kind, tuple[str, ...]] = {
    "event": ("sources", "events", "citations"),
    "assessment": ("sources", "assessments", "forecasts", "citations"),
    "source": ("sources",),
    "era": ("sources", "eras", "citations"),
    "figure": ("sources", "indicators", "citations"),
    "series": ("indicator_catalogue",),
    "actor": ("actors",),
}
_MOST = 60


class Sections:
    """All inputs of the form.

    Parameters
    ----------
    actors : DataFrame
        Of the record.
    sources : callable
        Gives the record's sources as they are now.
    """

    def __init__(self, actors: pd.DataFrame, sources: Callable[[], Sequence[Row]]) -> None:
        self._sources = sources
        everyone = actor_options(actors)
        persons = set(actors.loc[actors["kind"] == "person", "actor_id"])
        self.source = Picker("source", "words of its title, publisher or id", self._find, "source")
        types: Options = [(name, name) for name in _TYPES]
        self.page = fields(SOURCES.columns, ("source_id",), type=types)
        self.citation = fields(CITATIONS.columns, ("record", "source_id"))
        self.cameo = Picker("CAMEO code *", "words of its label, or its first digits", codes, "cameo")
        self.event = fields(
            EVENTS.columns,
            ("event_id", "cameo"),
            source_actor=everyone,
            target_actor=everyone,
            persons=[option for option in everyone if option[1] in persons],
        )
        terms = sorted(set(codebook.estimative()["term"]))
        self.assessment = fields(
            ASSESSMENTS.columns, ("assessment_id",), estimative_term=[(term, term) for term in terms]
        )
        self.forecast = fields(FORECASTS.columns, ("forecast_id", "assessment_id"), term_basis=ranges())
        for name, default in (("deadline_basis", "stated"), ("outcome", "open")):
            self.forecast[name].default = default
            self.forecast[name].set(default)
        self.forecast["term_basis"].watch(self._fill_range)
        self.assessment["estimative_term"].watch(self._fill_term)
        self.plain = {FACTS[kind]: fields(BY_NAME[FACTS[kind]].columns, side=everyone, of=everyone) for kind in _PLAIN}
        self.page_box, self.boxes = self._layout()

    @property
    def groups(self) -> dict[str, dict[str, Field]]:
        """The fields by the table that they fill."""
        return {
            "sources": self.page,
            "events": self.event,
            "assessments": self.assessment,
            "forecasts": self.forecast,
            "citations": self.citation,
            **self.plain,
        }

    def entry(self, kind: Kind) -> Entry:
        """Return what is entered."""
        held = {table: {name: field.text for name, field in group.items()} for table, group in self.groups.items()}
        forecast = held["forecasts"] | {"term_basis": held["forecasts"]["term_basis"].partition("|")[0]}
        fact = held[FACTS[kind]] if kind in FACTS else {}
        fact |= {"cameo": self.cameo.text} if kind == "event" else {}
        return Entry(kind, self.source.text, held["sources"], fact, held["citations"], forecast)

    def clear(self, kind: Kind, source_id: str) -> None:
        """Empty the inputs of a kind for the next fact of the same page; what stands on another tab stays."""
        for table in _TABLES[kind]:
            for field in self.groups[table].values():
                field.set(field.default)
        if kind == "event":
            self.cameo.clear()
        self.source.set(source_id)

    def snapshot(self, kind: Kind) -> dict[str, Any]:
        """Return the inputs of a kind as texts, for `restore`."""
        held = {table: {name: field.text for name, field in self.groups[table].items()} for table in _TABLES[kind]}
        return {**held, "kind": kind, "cameo": self.cameo.text, "source": self.source.text}

    def restore(self, held: Mapping[str, Any]) -> None:
        """Fill the inputs of a kind as they were."""
        for table in _TABLES[held["kind"]]:
            for name, field in self.groups[table].items():
                field.set(held[table][name])
        if held["kind"] == "event":
            self.cameo.set(held["cameo"])
        self.source.set(held["source"])

    def watch(self, changed: Callable[[], None]) -> None:
        """Call a function after each change of any input."""
        for group in self.groups.values():
            for field in group.values():
                field.watch(changed)
        self.cameo.watch(changed)
        self.source.watch(changed)

    def _layout(self) -> tuple[Any, dict[Kind, Any]]:
        import ipywidgets as w

        def stack(group: Mapping[str, Field]) -> list[Any]:
            return [field.box for field in group.values()]

        event = stack(self.event)
        event.insert(list(self.event).index("form") + 1, self.cameo.box)
        head = w.HTML("<b>Forecast in it</b>, if it says what will come by when: fill in the proposition.")
        forecast = w.VBox([head, *stack(self.forecast)])
        page = w.VBox(stack(self.page))
        return page, {
            "event": w.VBox(event),
            "assessment": w.VBox([*stack(self.assessment), forecast]),
            "source": w.HTML("The page alone, to be cited later."),
            **{kind: w.VBox(stack(self.plain[FACTS[kind]])) for kind in _PLAIN},
        }

    def _find(self, query: str) -> Options:
        words = query.lower().split()
        texts = [(source_words(row), row["source_id"]) for row in self._sources()]
        found = [one for one in texts if all(word in f"{one[0]} {one[1]}".lower() for word in words)]
        return [NEW_PAGE, *(found[:_MOST] if words else found)]

    def _fill_range(self) -> None:
        _, _, bounds = self.forecast["term_basis"].text.partition("|")
        low, _, high = bounds.partition("|")
        for name, text in (("probability_low", low), ("probability_high", high)):
            self.forecast[name].input.disabled = bool(text)
            if text:
                self.forecast[name].set(text)

    def _fill_term(self) -> None:
        """Choose the band that the codebook gives for the author's word."""
        table = codebook.estimative()
        row = table[table["term"] == self.assessment["estimative_term"].text].head(1)
        for one in row.itertuples():
            self.forecast["term_basis"].set(
                _range(f"{one.scheme}:{one.band}", float(str(one.probability_low)), float(str(one.probability_high)))
            )


def actor_options(actors: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the actors to choose from: the sides, both together, third parties, then persons; each by name."""
    roles = {"side_a": 0, "side_b": 1, "joint": 2}
    kinds = {"state": 3, "organisation": 4, "person": 5}
    place = actors["role"].map(roles).fillna(actors["kind"].map(kinds)).fillna(6)
    ordered = actors.assign(place=place).sort_values(["place", "name", "actor_id"], kind="stable")
    return [(f"{row.name_} ({row.actor_id})", str(row.actor_id)) for row in _named(ordered)]


def ranges() -> list[tuple[str, str]]:
    """Return the bands of probability to choose from: how each is shown, and `scheme:band|low|high`."""
    held = [(str(row.term_basis), float(str(row.probability_low)), float(str(row.probability_high)))
            for row in codebook.bands().itertuples()]  # fmt: skip
    shown = [(f"{basis} ({low:g} to {high:g})", _range(basis, low, high)) for basis, low, high in held]
    return [("numeric: the author gave numbers", "numeric"), *shown]


def source_words(row: Row) -> str:
    """Word a source for the list: publisher, date, title."""
    return f"{row['publisher']}, {row['published'] or 'undated'}: {row['title']}"


def _range(basis: str, low: float, high: float) -> str:
    return f"{basis}|{low:g}|{high:g}"


def _named(actors: pd.DataFrame) -> Any:
    # `name` is also an attribute of every row, so it is read under another.
    return actors.rename(columns={"name": "name_"}).itertuples()
