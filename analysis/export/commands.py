"""The command `workbook export`: notebooks to documents without the start of nbconvert."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from analysis.cli_options import check_unedited, force_option, note_written
from analysis.errors import OptionError, WorkbookError
from analysis.export.exporter import FORMS, MISSING_ALT, PAPERS, ROWS, export


@click.command("export")
@click.argument("notebooks", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="NOTEBOOK...")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="File, or folder for several (default: beside each)."
)
@click.option("--form", type=click.Choice(FORMS), help="By default what the suffix of --out says, else pdf.")
@click.option("--paper", type=click.Choice(PAPERS), help="By default what the notebook's cover says, else a4.")
@click.option(
    "--missing-alt",
    type=click.Choice(MISSING_ALT),
    help="A picture without description (default: refuse if there is a cover).",
)
@click.option("--rows", type=click.IntRange(min=2), default=ROWS, show_default=True, help="The most rows of one table.")
@click.option(
    "--fonts", type=click.Path(path_type=Path), metavar="FOLDER", help="Further fonts, for other scripts in the PDF."
)
@click.option("--code", is_flag=True, help="Show the cells' inputs too.")
@click.option("--toc", is_flag=True, help="Set a table of contents.")
@click.option("--strict", is_flag=True, help="Refuse what would be reported.")
@force_option
def command(notebooks: tuple[Path, ...], out: Path | None, form: str | None, force: bool, **options: Any) -> None:
    """Set executed notebooks as PDF, Word, HTML or EPUB.

    What a document does not show as its notebook does is said on standard error, with the cell.

    NOTEBOOK is a file, or a folder of which every notebook is taken. Exit status 2 when any of them was refused.
    """
    refused = 0
    try:
        pairs = list(_pairs(notebooks, out, form))
    except WorkbookError as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(2)
    for source, target in pairs:
        name = f"{source}: " if len(pairs) > 1 else ""
        try:
            check_unedited(target, force)
            target.parent.mkdir(parents=True, exist_ok=True)
            made = export(
                source,
                target,
                form,
                report=lambda notice, name=name: click.echo(f"{name}{notice}", err=True),
                **options,
            )
            note_written(made)
            click.echo(str(made))
        except (WorkbookError, OSError) as refusal:
            refused += 1
            click.echo(f"{name}{refusal}", err=True)
    if refused:
        sys.exit(2)


def _pairs(notebooks: tuple[Path, ...], out: Path | None, form: str | None) -> Iterator[tuple[Path, Path]]:
    """Yield each notebook with the file to write.

    Raises
    ------
    OptionError
        If a folder holds no notebook, or several would be written to one file.
    """
    found: list[tuple[Path, Path]] = []
    for path in notebooks:
        inside = (
            sorted(each for each in path.rglob("*.ipynb") if ".ipynb_checkpoints" not in each.parts)
            if path.is_dir()
            else [path]
        )
        if not inside:
            raise OptionError("export", "NOTEBOOK", "a notebook, or a folder that holds some", str(path))
        found += [(each, each.relative_to(path) if path.is_dir() else Path(each.name)) for each in inside]
    single = out is not None and out.suffix.lstrip(".").lower() in FORMS and not out.is_dir()
    if single and len(found) > 1:
        raise OptionError("export", "out", "a folder, because there are several notebooks", str(out))
    targets: dict[Path, Path] = {}
    for source, place in found:
        target = out if single and out else (out / place if out else source).with_suffix(f".{form or 'pdf'}")
        if target in targets:
            raise OptionError("export", "out", f"another file than that of {targets[target]}", str(target))
        targets[target] = source
        yield source, target


COMMANDS = (command,)
