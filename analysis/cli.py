"""The `workbook` command.

Each command is a thin layer over a function that a notebook could call; heavy modules are imported inside the
commands, so that `--help` answers at once. Refusals are one message on standard error and exit status 2; faults of a
record are exit status 1.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from analysis import __version__
from analysis.errors import WorkbookError

Command = TypeVar("Command", bound=Callable[..., Any])


def refusing(command: Command) -> Command:
    """Turn a refusal of the library into a message and an exit status, without a traceback."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except WorkbookError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(2)

    return wrapped  # type: ignore[return-value]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workbook")
def main() -> None:
    """Measures, charts and briefings from the cited record of a bilateral relationship."""


@main.command()
@click.argument("relationship", required=False)
@refusing
def check(relationship: str | None) -> None:
    """Check a record and list every fault (all known records when none is named).

    RELATIONSHIP is a name such as russia-belarus, or a folder with the tables.
    """
    from analysis import places

    names = [relationship] if relationship else places.relationships()
    counts = [_check_one(name) for name in names]
    sys.exit(1 if any(counts) else 0)


def _check_one(name: str) -> int:
    from rich.console import Console
    from rich.table import Table

    from analysis import places
    from analysis.relationship import read

    folder = places.relationship(name)
    tables, faults = read(folder)
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    if not faults:
        rows = ", ".join(f"{len(table)} {kind}" for kind, table in tables.items())
        console.print(f"{folder.name}: no fault. {rows}.", markup=False)
        return 0
    table = Table("where", "column", "must be", "is", "way out", title=f"{folder.name}: {len(faults)} faults")
    for fault in faults:
        table.add_row(
            *(_literal(cell) for cell in (fault.where, fault.field, fault.expected, repr(fault.got)[:80], fault.hint))
        )
    console.print(table)
    return len(faults)


def _literal(cell: str) -> Any:
    from rich.text import Text

    return Text(cell)


@main.command()
@click.argument("relationship", default="russia-belarus")
@click.option(
    "--as-of", default="", metavar="DAY", help="Last day that may be known about (default: the whole record)."
)
@click.option("--start", default="", metavar="DAY", help="First day shown (default: the record's first).")
@click.option("--since", default="", metavar="DAY", help="Day of the last briefing; what changed since then is listed.")
@click.option("--domains", default="", metavar="A,B", help="Only these domains in the tension index (default: all).")
@click.option("--half-life", default="", metavar="180D", help="Days after which an event counts half.")
@click.option("--version", "length", default="", metavar="full|brief", help="The full briefing or the two-page one.")
@click.option("--handling", default="", metavar="TEXT", help="Handling line printed on every page.")
@click.option("--paper", default="", metavar="a4|us-letter", help="Paper size.")
@click.option(
    "--out",
    default="",
    type=click.Path(path_type=Path),
    help="File to write: .pdf, .docx or .html (default: briefing-NAME.pdf).",
)
@click.option("--keep-notebook", is_flag=True, help="Also keep the executed notebook beside the document.")
@refusing
def brief(relationship: str, out: Path, keep_notebook: bool, length: str, **options: str) -> None:
    """Write a briefing on RELATIONSHIP as PDF, Word or HTML."""
    from analysis.publish.brief import brief as write
    from analysis.publish.brief import target

    given = {name: value for name, value in {**options, "version": length}.items() if value}
    if "domains" in given:
        given["domains"] = ",".join(part.strip() for part in given["domains"].split(","))
    path = target(relationship, out)
    with _steps() as say:
        write(relationship, path, given, keep_notebook=keep_notebook, progress=say)
    click.echo(f"{path}")


def _steps() -> Any:
    from contextlib import contextmanager

    @contextmanager
    def steps() -> Any:
        from rich.console import Console

        console = Console(stderr=True, highlight=False)
        if not console.is_terminal:
            yield lambda words: console.print(words, markup=False)
            return
        with console.status("Starting ...") as status:
            yield lambda words: status.update(words)

    return steps()


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(arguments: tuple[str, ...]) -> None:
    """Open JupyterLab on the notebooks; further ARGUMENTS are JupyterLab's own."""
    import subprocess

    from analysis import places

    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={places.notebooks()}", *arguments]
    sys.exit(subprocess.call(command))
