"""The coding form: from an article to the record, checked while one types.

    from analysis.curate.form import coding_form
    coding_form("russia-belarus")

One page, then the facts in it one after another: an event, an assessment with its forecast, an era, a figure, or the
page alone; actors and series are added without one. While one types, each cell says what is wrong with it or how its
date is read; the form shows the rows as they would stand in the record, what the event would do to the tension index,
and facts of the record that may be the same. *Save* goes through the plan of an import, so the whole record is valid
afterwards or nothing has changed; the reasons of a refusal are shown and what was entered stays. *Undo* takes back the
last save of this form and gives the inputs back; pressed again it brings the save back. Nothing is written until *Save*
is pressed.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from analysis.curate import saving
from analysis.curate.form_fields import row_table, said
from analysis.curate.form_hints import date_words, problem
from analysis.curate.form_remarks import Remarks
from analysis.curate.form_rows import Entry, Kind, add, faults, rows
from analysis.curate.form_sections import KINDS, Sections
from analysis.curate.saving import fingerprint
from analysis.curate.table_format import Row, read_texts, rows_of
from analysis.errors import OptionError, WorkbookError
from analysis.findings.wording import count
from analysis.measures.options import half_life_days
from analysis.record import places
from analysis.record.relationship import Relationship, as_day, load
from analysis.record.tables import BY_NAME


def coding_form(
    relationship: str, *, data: str | None = None, as_of: str | None = None, half_life: str = "180D"
) -> CodingForm:
    """Return the coding form of a relationship, to be shown in JupyterLab.

    Parameters
    ----------
    relationship : str
        Its name, or the folder with its tables.
    data : str, optional
        The folder in which it is looked up; by default as everywhere (`analysis.record.places`).
    as_of : str, optional
        Day on which the effect on the tension index is read; the record's last day when absent.
    half_life : str
        Of that index.

    Raises
    ------
    OptionError
        When there is no such relationship, `as_of` is no day, `half_life` no length, or a save was cut off.
    RecordError
        When the record breaks a rule; it must be mended first.
    """
    folder = places.relationship(Path(data) / relationship if data else relationship)
    if as_of is not None:
        as_day(as_of)
    half_life_days(half_life, "coding_form")
    if saving.interrupted(folder):
        raise OptionError(
            folder.name, "", "a record that was saved whole", "cut off in a save", "Run `workbook import --recover`."
        )
    return CodingForm(folder, as_of=as_of, half_life=half_life)


class CodingForm:
    """The form and what it knows of the record; see the module's docstring.

    Parameters
    ----------
    folder : Path
        The record.
    as_of, half_life : str
        How the effect on the index is read.
    """

    rel: Relationship
    record: dict[str, list[Row]]
    remarks: Remarks

    def __init__(self, folder: Path, *, as_of: str | None = None, half_life: str = "180D") -> None:
        import ipywidgets as w

        self.folder, self._as_of, self._half_life = folder, as_of, half_life
        self._filling = False
        self._after: str | None = None
        self._before: dict[str, Any] = {}
        self._undone = False
        self._load()
        self.sections = Sections(self.rel.actors, lambda: self.record["sources"])
        self.words = {name: w.HTML() for name in ("alike", "index", "preview", "check", "result")}
        for name, line in self.words.items():
            line.add_class(f"coding-{name}")
        self.tabs = w.Tab(
            children=[self.sections.boxes[kind] for kind in KINDS],
            titles=["Event", "Assessment", "Page only", "Era", "Figure", "Series", "Actor"],
        )
        self.save_button = w.Button(button_style="primary", layout={"width": "12em"})
        self.undo_button = w.Button(description="Undo", disabled=True, layout={"width": "12em"})
        self.save_button.add_class("coding-save")
        self.undo_button.add_class("coding-undo")
        self.save_button.on_click(lambda _: self.save())
        self.undo_button.on_click(lambda _: self.undo())
        self.tabs.observe(lambda _: self.update(), "selected_index")
        self.sections.watch(self.update)
        self.box = w.VBox(self._layout())
        self.update()

    def _layout(self) -> list[Any]:
        import ipywidgets as w

        place = [field.box for field in self.sections.citation.values()]
        return [
            w.HTML("<h3>1. The page</h3>"),
            self.sections.source.box,
            self.sections.page_box,
            w.HTML("<h3>2. A fact in it</h3>"),
            self.tabs,
            self.words["alike"],
            self.words["index"],
            w.HTML("<h3>3. Where the page says so</h3>"),
            *place,
            w.HTML("<h3>4. What would be saved</h3>"),
            self.words["preview"],
            self.words["check"],
            w.HBox([self.save_button, self.undo_button]),
            self.words["result"],
        ]

    @property
    def kind(self) -> Kind:
        """What the open tab adds."""
        return KINDS[self.tabs.selected_index or 0]

    @property
    def entry(self) -> Entry:
        """What is entered now."""
        return self.sections.entry(self.kind)

    def update(self) -> None:
        """Say anew what the inputs amount to; called after each change."""
        if self._filling:
            return
        entry = self.entry
        made = rows(entry, self.record)
        self.sections.page_box.layout.display = "none" if entry.source_id else ""
        self.save_button.description = f"Save {'page' if self.kind == 'source' else self.kind}"
        self._say_of_cells()
        self.words["alike"].value = said("\n".join(self.remarks.held(entry)), "warn")
        self.words["index"].value = said(self.remarks.index(entry), "plain")
        self.words["preview"].value = row_table(made)
        wanting = faults(made)
        needed = [one.split("`")[1] for one in wanting if "must be filled in" in one]
        wrong = [one for one in wanting if "must be filled in" not in one]
        still = [f"Still needed: {', '.join(needed)}."] if needed else []
        self.words["check"].value = (
            said("\n".join([*wrong, *still]), "bad") if wanting else said("Every cell is in order.", "good")
        )

    def save(self) -> None:
        """Add what is entered to the record, or say why not; then be ready for the next fact of the same page."""
        entry, held = self.entry, self.sections.snapshot(self.kind)
        made = rows(entry, self.record)
        if wanting := faults(made):
            self._tell("Nothing saved.\n" + "\n".join(wanting), "bad")
            return
        self.save_button.disabled = True
        self._tell("Saving ...", "plain")
        try:
            files = add(self.folder, made)
        except (WorkbookError, OSError) as error:
            reason = error.fault.hint if isinstance(error, OptionError) and error.field == "entry" else str(error)
            with contextlib.suppress(WorkbookError):
                self._load()
            self._tell(f"Nothing saved.\n{reason}", "bad")
            return
        finally:
            self.save_button.disabled = False
        self._after, self._before, self._undone = fingerprint(self.folder), held, False
        self._load()
        source = made.get("sources", {}).get("source_id", entry.source_id)
        self._fill(lambda: self.sections.clear(entry.kind, source))
        self.undo_button.disabled, self.undo_button.description = False, "Undo"
        keys = ", ".join(key for table, row in made.items() if (key := _key(table, row)))
        self._tell(f"Saved {keys} in {', '.join(files)}.", "good")

    def undo(self) -> None:
        """Take back the last save of this form, or bring it back; refused when the record was changed since."""
        try:
            if fingerprint(self.folder) != self._after:
                raise OptionError(
                    self.folder.name, "undo", "called on the record as this form left it", "changed since"
                )
            files = saving.undo(self.folder)
        except (WorkbookError, OSError) as error:
            self._tell(f"Nothing taken back.\n{error}", "bad")
            return
        self._after, self._undone = fingerprint(self.folder), not self._undone
        self._load()
        # The inputs come back with the undo, since it mostly serves to mend a cell.
        held, self._before = self._before, self.sections.snapshot(self._before["kind"])
        self.tabs.selected_index = KINDS.index(held["kind"])
        self._fill(lambda: self.sections.restore(held))
        self.undo_button.description = "Bring it back" if self._undone else "Undo"
        what = "Taken back" if self._undone else "Brought back"
        self._tell(f"{what}: {', '.join(files)}.", "good")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown: dict[str, Any] = dict(self.box._repr_mimebundle_() or {})
        return shown | {"text/plain": str(self)}

    def __str__(self) -> str:
        held = [count(len(self.record[f"{name}s"]), name) for name in ("event", "assessment", "forecast", "source")]
        return (
            f"Coding form of {self.rel.title}: the record holds {', '.join(held)}. Run this cell in JupyterLab to fill "
            "it in."
        )

    def _load(self) -> None:
        self.rel = load(self.folder)
        self.record = {name: rows_of(table) for name, table in read_texts(self.folder).items()}
        self.remarks = Remarks(self.rel, self.record["sources"], as_of=self._as_of, half_life=self._half_life)

    def _fill(self, act: Any) -> None:
        """Change many inputs and say what they amount to once."""
        self._filling = True
        try:
            act()
        finally:
            self._filling = False
        self.update()

    def _tell(self, words: str, tone: str) -> None:
        self.words["result"].value = said(words, tone)

    def _say_of_cells(self) -> None:
        """Put under each filled input what is wrong with it, or how its date is read."""
        for group in self.sections.groups.values():
            for name, field in group.items():
                text = field.text.partition("|")[0] if name == "term_basis" else field.text
                wrong = problem(field.column, text) if text.strip() else ""
                dated = bool(text.strip()) and field.column.kind == "edtf" and not wrong
                field.say(date_words(text) if dated else wrong.removeprefix("form: "), good=dated)


def _key(table: str, row: Row) -> str:
    """Return an added row's key as citations write it; empty for a citation, which has no name of its own."""
    return "" if table == "citations" else f"{table}:{'@'.join(row[name] for name in BY_NAME[table].key)}"
