"""The commands from an article to the record: `source` keeps a page, `draft` and `annotations` offer rows from it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli_options import chosen, data_option, refusing
from analysis.errors import OptionError, nearest

if TYPE_CHECKING:
    from analysis.curate.drafting import Drafts

_FOLDER = click.Path(path_type=Path)
_relationship = click.option(
    "-r", "--relationship", metavar="NAME", help="Name or folder of the record (default: the only one there is)."
)


@click.command()
@click.argument("page", type=_FOLDER)
@_relationship
@click.option("--title", default="", help="What the page does not say of itself, or says wrongly.")
@click.option("--publisher", default="")
@click.option("--author", default="")
@click.option("--published", default="", metavar="EDTF", help="Day of publication; read from metadata only.")
@click.option("--url", default="")
@click.option("--language", default="")
@click.option("--type", "kind", default="", help="Type of the Citation Style Language, such as article-newspaper.")
@click.option("--apply", "write", is_flag=True, help="Write the row and keep a copy beside the record.")
@data_option
@refusing
def source(page: Path, relationship: str | None, kind: str, write: bool, **given: str) -> None:
    """Make a saved page (.html, .pdf, .docx, .txt) a source, with a copy beside the record to cite from."""
    from analysis.curate import plan_text, sourcing
    from analysis.record.pages import UNKNOWN

    folder = chosen(relationship)
    row, copy = sourcing.read(page, {**given, "type": kind})
    asked = [name for name in sourcing.ASKED if row[name] in {"", UNKNOWN} and not given[name]]
    if sys.stdin.isatty():
        for name in asked:
            row[name] = click.prompt(
                f"{sourcing.ASKED[name]} (empty if not known)", default=row[name], show_default=False
            )
        asked = [name for name in asked if row[name] in {"", UNKNOWN}]
    planned, made = sourcing.plan(folder, row, page.name)
    click.echo(plan_text.shown(planned), nl=False)
    click.echo("".join(f"  {name}: {text}\n" for name, text in row.items() if text), nl=False)
    for name in asked:
        click.echo(f"The page does not say its {sourcing.ASKED[name]}; give it with --{name}.")
    if not planned.sound:
        sys.exit(1)
    places = [one.place for one in copy.passages if one.kind in {"para", "page"}]
    click.echo(f"Cited by {places[0]} to {places[-1]}." if places else "It has no paragraphs to cite by.")
    if not write:
        click.echo("Nothing written. Add --apply to write this.")
        return
    planned.apply()
    click.echo(f"Written to {folder.name}: {made}; copy in {sourcing.keep(folder, page, made)}.")


@click.command()
@click.argument("source_id")
@_relationship
@click.option("--out", type=_FOLDER, metavar="FILE", help="Workbook to write (default: beside the copy).")
@click.option("--model", "url", default="", metavar="URL", help="OpenAI-compatible endpoint: http://localhost:8080/v1.")
@click.option("--name", default="", help="Name of the model there.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent to the model, and send nothing.")
@click.option("--timeout", default=120.0, show_default=True, help="Seconds to wait for the model.")
@data_option
@refusing
def draft(
    source_id: str, relationship: str | None, out: Path | None, url: str, name: str, dry_run: bool, timeout: float
) -> None:
    """Offer rows from the local copy of a source, each tied to words that stand there; to be reviewed and imported.

    Without --model the rules draft, offline. With it the text of the copy is sent to that address, with the key in the
    environment variable WORKBOOK_MODEL_KEY if there is one. Nothing enters the record before it has been reviewed.
    """
    from analysis.curate import draft_model, drafting, sourcing
    from analysis.curate.table_format import read_texts, rows_of
    from analysis.curate.texts import KINDS, read_copy

    folder = chosen(relationship)
    tables = {table: rows_of(frame) for table, frame in read_texts(folder).items()}
    row = next((one for one in tables["sources"] if one["source_id"] == source_id), None)
    if row is None:
        known = [one["source_id"] for one in tables["sources"]]
        raise OptionError("draft", "source_id", "a source of sources.csv", source_id, nearest(source_id, known))
    files = [folder / sourcing.COPIES / f"{source_id}{kind}" for kind in KINDS]
    file = next((one for one in files if one.is_file()), None)
    if file is None:
        hint = f"`workbook source PAGE --apply` puts it into {folder / sourcing.COPIES}."
        raise OptionError("draft", "source_id", "a source with a local copy", source_id, hint)
    copy = read_copy(file)
    if url or name or dry_run:
        asked = draft_model.Question(url, name, copy, row, tables["actors"])
        if dry_run:
            click.echo(asked.shown())
            return
        drafts = draft_model.ask(asked, timeout=timeout)
    else:
        drafts = drafting.by_rules(copy, row, tables["actors"])
    _offer(drafts, out or file.with_name(f"{source_id}.drafts.xlsx"), file.name)


@click.command("annotations")
@click.argument("file", type=_FOLDER)
@_relationship
@click.option("--out", type=_FOLDER, metavar="FILE", help="Workbook to write (default: beside FILE).")
@data_option
@refusing
def annotations_(file: Path, relationship: str | None, out: Path | None) -> None:
    """Offer rows from annotations of Hypothes.is (.json) or Zotero (.json, .md); to be reviewed and imported.

    A tag with `assessment` or `forecast` in it names the table; all else are events.
    """
    from analysis.curate import annotations as reading
    from analysis.curate.table_format import read_texts, rows_of

    sources = rows_of(read_texts(chosen(relationship))["sources"])
    drafts = reading.drafts(reading.read(file), sources, file.name)
    _offer(drafts, out or file.with_suffix(".drafts.xlsx"), file.name)


def _offer(drafts: Drafts, target: Path, name: str) -> None:
    from analysis.curate import draft_files

    draft_files.write(drafts, target)
    counts = ", ".join(f"{len(rows)} {table}" for table, rows in drafts.rows.items())
    read = f" from {drafts.sentences} sentences" if drafts.sentences else ""
    click.echo(f"{name}: {counts} offered{read}.")
    for reason, number in drafts.dropped.items():
        click.echo(f"{number} dropped: {reason}.")
    click.echo(f"Written to {target}. Fill in what is empty, put your name into reviewed_by, and then:")
    click.echo(f"  workbook import {' '.join(f'{table} {target}' for table, rows in drafts.rows.items() if rows)}")


COMMANDS = (source, draft, annotations_)
