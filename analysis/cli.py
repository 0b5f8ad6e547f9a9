"""The `workbook` command.

Each command is a thin layer over a function that a notebook could call; heavy modules are imported inside the
commands, so that `--help` answers at once. Refusals are one message on standard error and exit status 2; faults of a
record are exit status 1. A command whose part of the library was left out is refused too, and says what to install.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis import __version__
from analysis.cli_options import (
    data_option,
    domains,
    force_option,
    note_written,
    notebooks,
    refusing,
    relationships,
    serve,
    without,
)
from analysis.record.places import SHIPPED

if TYPE_CHECKING:
    from analysis.errors import Fault


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workbook")
def main() -> None:
    """Measures, charts and briefings from the cited record of a bilateral relationship."""


@main.command()
@click.argument("relationship", required=False, shell_complete=relationships)
@click.option("--all", "every", is_flag=True, help="List every remark, not the first twelve.")
@data_option
@refusing
def check(relationship: str | None, every: bool) -> None:
    """Check a record and list every fault (all known records when none is named).

    RELATIONSHIP is a name such as russia-belarus, or a folder with the tables. A record without a fault is also read
    for remarks: rows that load, and that the coding rules still speak against.
    """
    from analysis.record import places

    names = [relationship] if relationship else places.relationships()
    counts = [_check_one(name, every) for name in names]
    sys.exit(1 if any(counts) else 0)


def _check_one(name: str, every: bool) -> int:
    from analysis.record import places
    from analysis.record.relationship import read
    from analysis.record.remarks import remarks

    folder = places.relationship(name)
    tables, faults = read(folder)
    if faults:
        _print_faults(faults, f"{folder.name}: {len(faults)} faults")
        return len(faults)
    rows = ", ".join(f"{len(table)} {kind}" for kind, table in tables.items())
    click.echo(f"{folder.name}: no fault. {rows}.")
    found = remarks(tables)
    shown = found if every else found[:12]
    if shown:
        more = f", of which these are the first {len(shown)} (--all lists them)" if len(shown) < len(found) else ""
        _print_faults(shown, f"{folder.name}: {len(found)} remarks{more}")
    return 0


def _print_faults(faults: list[Fault], title: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("where", "column", "must be", "is", "way out", title=title)
    for fault in faults:
        table.add_row(
            *(Text(cell) for cell in (fault.where, fault.field, fault.expected, repr(fault.got)[:80], fault.hint))
        )
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)


@main.command()
@click.argument("relationship", required=False, shell_complete=relationships)
@click.option(
    "--from", "file", type=click.Path(path_type=Path), help="Take parameters from a file that the explorer saved."
)
@click.option(
    "--as-of", default="", metavar="DAY", help="Last day that may be known about (default: the whole record)."
)
@click.option("--start", default="", metavar="DAY", help="First day shown (default: the record's first).")
@click.option("--since", default="", metavar="DAY", help="Day of the last briefing; what changed since then is listed.")
@click.option(
    "--domains", default="", metavar="A,B", shell_complete=domains, help="Only acts of these domains (default: all)."
)
@click.option("--half-life", default="", metavar="180", help="Days after which an event counts half.")
@click.option(
    "--version",
    "length",
    default="",
    metavar="full|brief|flash",
    help="The full briefing, or one of two pages or of one.",
)
@click.option("--handling", default="", metavar="TEXT", help="Handling line printed on every page.")
@click.option("--paper", default="", metavar="a4|us-letter", help="Paper size.")
@click.option(
    "--out",
    default="",
    type=click.Path(path_type=Path),
    help="File to write: .pdf, .docx or .html (default: briefing-NAME.pdf).",
)
@click.option("--keep-notebook", is_flag=True, help="Also keep the executed notebook beside the document.")
@force_option
@data_option
@refusing
def brief(
    relationship: str | None,
    file: Path | None,
    out: Path,
    keep_notebook: bool,
    force: bool,
    length: str,
    **options: str,
) -> None:
    """Write a briefing on RELATIONSHIP (default: the shipped one) as PDF, Word or HTML."""
    from analysis.runs.briefing import brief as write
    from analysis.runs.briefing import from_file, target

    held = from_file(file) if file else {}
    named = relationship or str(held.pop("relationship", SHIPPED))
    set_here = {name: value for name, value in {**options, "version": length}.items() if value}
    typed = {name: f"--{name.replace('_', '-')}" for name in set_here}
    path = target(named, out)
    with _steps() as say:
        write(named, path, {**held, **set_here}, keep_notebook=keep_notebook, force=force, typed=typed, progress=say)
    note_written(path)
    click.echo(f"{path}")


@main.command()
@click.argument("briefing", type=click.Path(path_type=Path))
@click.option("--record", metavar="PATH", help="Name or folder of the record (default: the one that the PDF names).")
@refusing
def verify(briefing: Path, record: str | None) -> None:
    """Make the PDF BRIEFING again and say whether every number of it still follows from the record.

    Exit status 0: the same bytes. 1: it differs, and what differs is named.
    """
    from analysis.runs.verify import verify as compare

    with _steps() as say:
        same, found = compare(briefing, record, progress=say)
    click.echo("\n".join(found))
    sys.exit(0 if same else 1)


@contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    """Show what is being done: on a terminal in one line that changes, else the chief steps as lines."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        with console.status("Starting ...") as status:
            yield status.update
    else:
        yield lambda words: None if words.startswith("Cell ") else console.print(words, markup=False)


@main.command()
@click.argument("notebook", type=click.Path(path_type=Path), shell_complete=notebooks)
@refusing
def params(notebook: Path) -> None:
    """List the parameters of NOTEBOOK with type, default and help; a shipped one may be given by its name."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from analysis.record import places
    from analysis.runs.parameters import declared

    shipped = places.notebooks() / f"{notebook.stem}.ipynb"
    skipped: list[str] = []
    found = declared(notebook if notebook.is_file() or not shipped.is_file() else shipped, skipped=skipped)
    table = Table("parameter", "type", "default", "help")
    for one in found:
        cells = (one.name, "day" if one.date else one.type, repr(one.default), one.help)
        table.add_row(*(Text(cell) for cell in cells))
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)
    for line in skipped:
        click.echo(f"Left out: {line} A run of this notebook is refused until that is mended.", err=True)


_plan = click.argument("file", metavar="PLAN", type=click.Path(path_type=Path))
_out = click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the results.")
_formats = click.option(
    "--formats", default="", metavar="A,B", help="Documents to make instead of the plan's: pdf, docx, html."
)
_limit = click.option(
    "--time-limit", type=float, metavar="SECONDS", help="For the cells of one run, and again for its documents."
)
_retries = click.option("--retries", type=int, metavar="N", help="Try a failed run N times again.")
_cold = click.option("--cold", is_flag=True, help="Start every kernel from scratch instead of forking it.")
_force = click.option("--force", is_flag=True, help="Make runs although nothing has changed.")


@main.command()
@_plan
@_out
@click.option("--jobs", type=int, help="Runs at once (default: the cores).")
@click.option("--dry-run", is_flag=True, help="Print the plan and do nothing.")
@click.option("--names", is_flag=True, help="Print the names of what is to be made, one a line, and do nothing.")
@click.option("--explain", metavar="NAME", help="List what is watched for a run, and do nothing.")
@click.option("--only", multiple=True, metavar="NAME", help="Only this run; may be given several times.")
@click.option("--executor", default="", metavar="dask:ADDRESS", help="Have a cluster make the runs.")
@click.option("--fail-fast", is_flag=True, help="Begin no more runs when one has failed.")
@click.option("--prune", is_flag=True, help="Remove files of runs that the plan has no more.")
@_formats
@_limit
@_retries
@_cold
@_force
@data_option
@refusing
def batch(
    file: Path, names: bool, explain: str | None, dry_run: bool, executor: str, formats: str, cold: bool, **how: Any
) -> None:
    """Run the notebooks that PLAN (TOML) asks for, and do only what is missing or changed."""
    from analysis.runs import batching, executors, plan

    if explain:
        from analysis.runs.causes import explain as words_for

        click.echo(words_for(batching.select(plan.plan(file), [explain])[0]))
        return
    with executors.executor("" if dry_run or names else executor) as carrier, _stoppable():
        made = batching.batch(
            file,
            dry_run=dry_run or names,
            formats=_parts(formats),
            kernel="cold" if cold else "warm",
            executor=carrier,
            **how,
        )
    if names:
        click.echo("".join(f"{run.name}\n" for run in made.runs if run.status == "planned"), nl=False)
        return
    click.echo(made.report(every=dry_run))
    sys.exit(made.exit_status)


@main.command()
@_plan
@click.argument("name")
@_out
@_formats
@_limit
@_retries
@_cold
@_force
@data_option
@refusing
def run(file: Path, name: str, out: Path, formats: str, cold: bool, **how: Any) -> None:
    """Make the one run NAME of PLAN, for engines that carry runs themselves; `workbook batch` makes the index."""
    from analysis.runs import batching

    with _stoppable():
        made = batching.one(file, name, out, formats=_parts(formats), kernel="cold" if cold else "warm", **how)
    click.echo(made.line)
    sys.exit(1 if made.error else 0)


def _parts(text: str) -> list[str] | None:
    return [part.strip() for part in text.split(",") if part.strip()] or None


@contextmanager
def _stoppable() -> Iterator[None]:
    """Say after Ctrl-C or SIGTERM how to go on, and end with the status that a shell knows for them."""
    try:
        yield
    except KeyboardInterrupt as end:
        click.echo("Stopped. What was done is kept; the same command goes on from there.", err=True)
        sys.exit(143 if end.args else 130)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@data_option
@refusing
def lab(arguments: tuple[str, ...]) -> None:
    """Open JupyterLab on the notebooks of the workspace; further ARGUMENTS are JupyterLab's own.

    The workspace is the one that the working directory lies in, or bilateral-workbook in it; where there is none, one
    is made after asking. In the repository it is the repository.
    """
    root = _workspace()
    where = [f"--ServerApp.root_dir={root}", f"--ServerApp.preferred_dir={root / 'notebooks'}"]
    sys.exit(serve("jupyterlab", [*where, *arguments]))


def _workspace() -> Path:
    from analysis.curate import workspace
    from analysis.errors import OptionError
    from analysis.record import places

    usual = Path(workspace.USUAL).absolute()
    found = places.workspace() or (usual if (usual / places.MARKER).is_file() else places.checkout())
    if found is None:
        if not sys.stdin.isatty():
            raise OptionError("lab", "", "called in a workspace", str(Path.cwd()), "Make one first: `workbook init`.")
        click.confirm(f"There is no workspace here. Make one in {usual}?", default=True, abort=True)
        found = workspace.init(usual)
    return found


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands, relationships, domains and notebooks.

    For bash: workbook completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(main, {}, "workbook", "_WORKBOOK_COMPLETE").source())


# The commands of each annexe; where it is absent they say what to install.
_ANNEXES = {
    "analysis.curate": (
        *("init", "copy", "new", "source", "draft", "annotations", "import", "template", "evidence"),
        *("agree", "diff", "doctor", "coverage", "migrate"),
    ),
    "analysis.explore": ("explore",),
    "analysis.export": ("export",),
    "analysis.feeds": ("feed",),
}

for annexe, names in _ANNEXES.items():
    try:
        commands = importlib.import_module(f"{annexe}.commands").COMMANDS
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith(annexe):
            raise
        commands = tuple(without(annexe, name) for name in names)
    for command in commands:
        main.add_command(command)
