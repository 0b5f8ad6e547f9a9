"""The commands by which a record is kept, from `init` to `migrate`; those of drafting are in `draft_commands`.

Each is a thin layer over a function of this package. Exit status 0 is all well, 1 is something found (a refused row, a
missing phrase, a fault of the environment), 2 is a command that could not be run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli_options import chosen, data_option, refusing, relationships
from analysis.curate import draft_commands
from analysis.errors import OptionError

if TYPE_CHECKING:
    import pandas as pd


_FOLDER = click.Path(path_type=Path)
relationship_option = click.option(
    "-r",
    "--relationship",
    metavar="NAME",
    shell_complete=relationships,
    help="Name or folder of the record (default: the only one there is).",
)


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=_FOLDER)
@click.option("--update", is_flag=True, help="Bring a workspace to this version; what you edited stays.")
@refusing
def init(folder: Path | None, update: bool) -> None:
    """Make a workspace in DIR (default: bilateral-workbook): notebooks, a place for records, the pages they link to."""
    from analysis.curate import workspace
    from analysis.record import places

    if update:
        for line in workspace.update(folder or places.workspace() or Path(workspace.USUAL)) or ["Nothing is new."]:
            click.echo(line)
        return
    made = workspace.init(folder or Path(workspace.USUAL))
    click.echo(f"Made the workspace {made}. Next:\n  cd {made}\n  workbook lab\nIts README.md says what else there is.")


@click.command()
@click.argument("relationship", shell_complete=relationships)
@click.argument("name", required=False, default="")
@data_option
@refusing
def copy(relationship: str, name: str) -> None:
    """Copy a record, such as the shipped one, into your workspace, under NAME or its own name, to change it there."""
    from analysis.curate import workspace

    made = workspace.copy(relationship, name)
    click.echo(f"Copied to {made}. Commands that name {made.name} take this copy from now on.")


@click.command()
@click.argument("name")
@click.option("--actors", nargs=2, required=True, metavar="A B", help="Ids of the sides; A's dependence is followed.")
@click.option("--names", nargs=2, metavar="A B", help="Their names as printed (default: the words of NAME).")
@data_option
@refusing
def new(name: str, actors: tuple[str, str], names: tuple[str, str] | None) -> None:
    """Start an empty record of another relationship, such as: new aaa-bbb --actors AAA BBB."""
    from analysis.curate.new import new as make
    from analysis.curate.new import next_steps

    click.echo(next_steps(make(name, actors, names=names or ())))


@click.command("import")
@click.argument("files", nargs=-1, metavar="TABLE FILE [TABLE FILE ...]")
@relationship_option
@click.option("--apply", "write", is_flag=True, help="Write the plan, all of it or nothing.")
@click.option("--skip-refused", "skip", is_flag=True, help="Leave refused rows out, with what rests on them.")
@click.option("--write-refused", "refused", type=_FOLDER, metavar="FILE", help="Write refused rows and reasons as CSV.")
@click.option("--new-actors", "people", type=_FOLDER, metavar="FILE", help="Write a CSV of persons not in actors.csv.")
@click.option("--sheet", default="", help="Sheet of an Excel workbook (default: the table's name, else the first).")
@click.option("--map", "renamed", multiple=True, metavar="HEADING=COLUMN", help="Which column a heading means.")
@click.option("--ignore", "ignored", multiple=True, metavar="HEADING", help="A column of the file to leave out.")
@click.option("--undo", is_flag=True, help="Take back the last save (again: take back the undo).")
@click.option("--recover", is_flag=True, help="Put back the files of a save that was cut off.")
@data_option
@refusing
def import_(
    files: tuple[str, ...],
    relationship: str | None,
    write: bool,
    skip: bool,
    refused: Path | None,
    people: Path | None,
    sheet: str,
    renamed: tuple[str, ...],
    ignored: tuple[str, ...],
    undo: bool,
    recover: bool,
) -> None:
    """Show what spreadsheets and bibliographies would change in a record, and write it with --apply.

    TABLE is a table of the data dictionary, such as sources, events or citations. FILE is a .csv or .xlsx with its
    columns; for sources also CSL-JSON (.json), BibTeX (.bib) or RIS (.ris). Files that belong together go into one
    command: an event is valid only with its citation. A source may be named by id, address, DOI or, where its
    bibliography is imported along, by its key there.
    """
    from analysis.curate import plan_text, saving
    from analysis.curate.importing import plan
    from analysis.curate.spreadsheets import Reading

    folder = chosen(relationship)
    if undo or recover:
        if files:
            raise OptionError("import", "files", "left out with --undo and --recover", files[0])
        said = saving.undo(folder) if undo else ["the files of the save that was cut off"] * saving.recover(folder)
        click.echo(f"{folder.name}: put back {', '.join(said) or 'nothing; no save was cut off'}.")
        return
    if not files or len(files) % 2:
        raise OptionError("import", "files", "pairs of a table and a file", " ".join(files))
    pairs = [one.partition("=") for one in renamed]
    for heading, sign, column in pairs:
        if not (heading and sign and column):
            raise OptionError("import", "--map", "HEADING=COLUMN", heading + sign + column)
    reading = Reading(sheet, {heading: column for heading, _, column in pairs}, ignored)
    tables = [(table, Path(file)) for table, file in zip(files[::2], files[1::2], strict=True)]
    planned = plan(folder, tables, skip_refused=skip, reading=reading)
    click.echo(plan_text.shown(planned), nl=False)
    for file, rows in ((refused, plan_text.refused_rows(planned)), (people, plan_text.people_rows(planned))):
        if file is not None:
            plan_text.write_rows(file, rows)
            click.echo(f"Written to {file}: {len(rows)} rows.")
    if not planned.sound:
        click.echo("Nothing written: a plan is written whole or not at all. --skip-refused leaves refused rows out.")
        sys.exit(1)
    if not write:
        click.echo("Nothing written. Add --apply to write this.")
        return
    written = planned.apply()
    click.echo(f"Written to {folder.name}: {', '.join(written) or 'nothing, since nothing differs'}.")


@click.command()
@click.argument("file", type=_FOLDER)
@click.option("--table", default="", help="Table of the dictionary (default: the file's name).")
@relationship_option
@data_option
@refusing
def template(file: Path, table: str, relationship: str | None) -> None:
    """Make an Excel sheet to fill in for `import`: columns, lists to choose from, cells that keep codes and dates."""
    from analysis.curate.template import write

    click.echo(write(file, table or file.stem, chosen(relationship)))


@click.command()
@click.argument("relationship", required=False, shell_complete=relationships)
@click.option(
    "--texts", type=_FOLDER, metavar="DIR", help="Folder with your copies (default: copies/ beside the tables)."
)
@click.option("--text", "given", multiple=True, metavar="SOURCE_ID=FILE", help="Name the copy of a source by hand.")
@click.option("--all", "every", is_flag=True, help="List phrases that were found as well.")
@data_option
@refusing
def evidence(relationship: str | None, texts: Path | None, given: tuple[str, ...], every: bool) -> None:
    """Look up each quoted phrase in local copies of its source (.txt, .html, .pdf, .docx).

    A copy is matched by its file name (the source's id), the address or title inside it, or the phrases themselves.
    Exit status 1 when a phrase is not found.
    """
    from analysis.curate.evidence import STATUSES
    from analysis.curate.evidence import evidence as look_up
    from analysis.record.relationship import load

    pairs = [one.partition("=") for one in given]
    for source, sign, file in pairs:
        if not (source and sign and file):
            raise OptionError("evidence", "text", "SOURCE_ID=FILE", source + sign + file)
    rel = load(chosen(relationship))
    folder = texts or Path(rel.path) / "copies"
    table = look_up(rel.citations, rel.sources, folder, given={source: Path(file) for source, _, file in pairs})
    for copy in table.dropna(subset=["file"]).drop_duplicates(["source_id", "file"]).itertuples():
        click.echo(f"{copy.file} is {copy.source_id} (by {copy.matched})")
    for row in table.astype("object").fillna("").itertuples():
        if row.status in ("not found", "elsewhere", "unplaced") or (every and row.status == "found"):
            click.echo(_phrase(row))
    counts = table["status"].value_counts()
    words = ", ".join(f"{counts.get(name, 0)} {name}" for name in STATUSES if name != "unplaced" or name in counts)
    click.echo(f"{len(table)} key phrases: {words}.")
    sys.exit(1 if counts.get("not found", 0) else 0)


def _phrase(row: Any) -> str:
    doubt = {
        "elsewhere": f" (stated: {row.locator})",
        "unplaced": f" (stated: {row.locator!r}, which is not understood)",
    }
    stated = doubt.get(row.status, "") if row.locator else ""
    where = f" at {row.place}{stated}" if row.place and row.status != "not found" else ""
    closest = f"; closest, {row.place}: {row.closest!r} ({row.score:g})" if row.status == "not found" else ""
    return f"  {row.status}{where}: {row.key_phrase!r}, {row.record}, {row.source_id}{closest}"


@click.command()
@click.argument("coder_a")
@click.argument("coder_b")
@click.option("--in", "record", metavar="RECORD", help="Compare two coders of its second_coding.csv instead.")
@click.option("--half-life", default="180D", show_default=True, help="Of the index that the choices are tried on.")
@click.option(
    "--write", "file", type=_FOLDER, metavar="FILE", help="Write what to decide as CSV: fill in choice, reason."
)
@click.option("--adjudicated", type=_FOLDER, metavar="FILE", help="Show what those decisions change in the record.")
@click.option("--apply", is_flag=True, help="Write the decisions into the record (RECORD, or that of CODER_A).")
@data_option
@refusing
def agree(
    coder_a: str,
    coder_b: str,
    record: str | None,
    half_life: str,
    file: Path | None,
    adjudicated: Path | None,
    apply: bool,
) -> None:
    """Compare two copies of a record that were coded apart, or two coders of one record."""
    from analysis.curate import pairing, plan_text
    from analysis.curate.agree import agree as compare
    from analysis.record import places
    from analysis.record.relationship import load

    if apply and adjudicated is None:
        raise OptionError("agree", "--apply", "given with --adjudicated FILE", "alone")
    if adjudicated is not None:
        planned = pairing.adjudicated(places.relationship(record or coder_a), adjudicated)
        click.echo(plan_text.shown(planned), nl=False)
        if not planned.sound:
            sys.exit(1)
        click.echo(
            f"Written: {', '.join(planned.apply())}." if apply else "Nothing written. Add --apply to write this."
        )
        return
    cells = None
    if record:
        a, b, cells = pairing.coders(places.relationship(record), coder_a, coder_b)
    else:
        a, b = (load(places.relationship(one)) for one in (coder_a, coder_b))
    found = compare(a, b, half_life=half_life, cells=cells)
    _table("Rows that met by date, actors, sources and words", found.pairs)
    for row in found.recorded.itertuples():
        if row.a_alone or row.b_alone:
            click.echo(
                f"{row.table}: {row.both} rows of both coders, {row.a_alone} of the first alone, {row.b_alone} of the "
                f"second: {row.share:.0%} were recorded by both, and only these enter the figures below."
            )
    _table("Agreement (Krippendorff's alpha, 95% interval)", found.columns)
    _table("To adjudicate, what moves an index most first", found.disagreements)
    _table("Rows that one coder alone has", found.only)
    if file is not None:
        pairing.write_disagreements(file, found.disagreements)
        click.echo(f"Written to {file}: {len(found.disagreements)} cells. Then: --adjudicated {file}")
    both = found.index.dropna()
    if len(both):
        last, apart = both.iloc[-1], (both["b"] - both["a"]).abs()
        day = both["date"].iloc[int(apart.to_numpy().argmax())]
        click.echo(
            f"Tension share on {last['date']:%Y-%m-%d}: {last['a']:.3f} by the first coder, {last['b']:.3f} by the "
            f"second. They are furthest apart on {day:%Y-%m-%d}: {apart.max():.3f}."
        )


@click.command()
@click.argument("old")
@click.argument("new", required=False)
@relationship_option
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@data_option
@refusing
def diff(old: str, new: str | None, relationship: str | None, form: str) -> None:
    """Compare two versions of a record: its rows field by field, and its measures.

    OLD and NEW are folders, names of relationships or git revisions; without NEW it is the record as it lies there.
    """
    from analysis.curate.diff import diff as compare
    from analysis.curate.diff_text import as_json, as_text

    folders = new is not None and all(Path(one).is_dir() for one in (old, new))
    record = Path(str(new)) if folders and not relationship else chosen(relationship)
    result = compare(old, new or "", record)
    click.echo(as_json(result) if form == "json" else as_text(result, markdown=form == "markdown"), nl=False)


@click.command()
@data_option
@refusing
def doctor() -> None:
    """Check the environment and the state of every record."""
    from analysis.curate.doctor import doctor as look

    checks = look()
    for one in checks:
        click.echo(f"{one.state:8}{one.name}: {one.detail}{f'. {one.way_out}' if one.way_out else ''}")
    faults = sum(one.state == "fault" for one in checks)
    click.echo(f"{faults} faults, {sum(one.state == 'warning' for one in checks)} warnings.")
    sys.exit(1 if faults else 0)


@click.command()
@click.argument("path", required=False)
@click.option("--apply", "write", is_flag=True, help="Write the plan, all of it or nothing.")
@data_option
@refusing
def migrate(path: str | None, write: bool) -> None:
    """Show what a record of the first edition lacks of the second, and bring it there with --apply.

    PATH is a folder with the tables, or a name. Columns and optional tables are added, empty; no cell is changed.
    """
    from analysis.curate import migrate as migrating

    folder = chosen(path)
    plan = migrating.plan(folder)
    for line in plan:
        click.echo(line)
    if not plan:
        click.echo(f"{folder.name}: nothing to do, it has every column and table of this edition.")
    elif write:
        click.echo(f"Written to {folder.name}: {', '.join(migrating.apply(folder))}.")
    else:
        click.echo("Nothing written. Add --apply to write this.")


@click.command()
@click.argument("relationship", required=False, shell_complete=relationships)
@click.option("--all", "every", is_flag=True, help="List every row, not the first twelve.")
@data_option
@refusing
def coverage(relationship: str | None, every: bool) -> None:
    """Show where a record is thin, and what to mend first: years, domains, directions, dead ends, a work list."""
    from analysis.curate import thin
    from analysis.record.relationship import load

    rel = load(chosen(relationship))
    limit = None if every else 12
    click.echo(f"{rel.title}: {len(rel.events)} events, {len(rel.assessments)} assessments.")
    _table("Thin years (acts between the sides below a third of the usual year)", thin.years(rel), limit)
    _table("Domains without a kind of act", thin.domains(rel), limit)
    _table("Directions that hardly occur in a domain", thin.directions(rel), limit)
    _table("Dead ends", thin.dead_ends(rel), limit)
    _table("Publishers whose names may mean one", thin.near_publishers(rel), limit)
    work = thin.work_list(rel)
    _table("To mend, worst first", work, limit)
    counts = work["weakness"].value_counts(sort=False)
    click.echo("".join(f"  {total} {weakness}\n" for weakness, total in counts.items()))
    every_one, placed, phrased = thin.places_stated(rel)
    click.echo(f"Of {every_one} citations {placed} state a place in the source and {phrased} a phrase to find it by.")


def _table(title: str, frame: pd.DataFrame, limit: int | None = None) -> None:
    click.echo(f"{title}: {len(frame) or 'none'}")
    if len(frame):
        shown = frame.head(limit) if limit else frame
        text = shown.to_string(index=False, na_rep="", float_format=lambda number: f"{number:.3f}")
        click.echo("".join(f"  {line}\n" for line in text.splitlines()), nl=False)
        if len(shown) < len(frame):
            click.echo(f"  ... and {len(frame) - len(shown)} more (--all)")
    click.echo()


COMMANDS = (
    init,
    copy,
    new,
    *draft_commands.COMMANDS,
    import_,
    template,
    evidence,
    agree,
    diff,
    doctor,
    coverage,
    migrate,
)
