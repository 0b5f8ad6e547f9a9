"""`workbook feed`: scan, funnel, world, candidates, export.

Each command is a thin layer over a function of `analysis.feeds`. Faults of a feed are counted and quoted and do not
change the exit status; a refusal does.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from analysis.atomic import write_document
from analysis.errors import WorkbookError
from analysis.feeds.feed import feeds

_PATHS = click.argument("paths", nargs=-1, required=True)
_FEED = click.option("--feed", type=click.Choice(list(feeds())), help="Which feed (default: told from the files).")
_DATES = click.option(
    "--dates",
    type=click.Choice(["day-first", "month-first"]),
    help="How to read 5/6/2023 where the file leaves it open.",
)
_ENGINE = click.option("--engine", type=click.Choice(["auto", "duckdb", "spark"]), default="auto", show_default=True)


def _dyad(required: bool, words: str) -> Callable[[Any], Any]:
    return click.option("--dyad", nargs=2, required=required, metavar="A B", help=words)


class Refusing(click.Group):
    """A group whose refusals are one message on standard error and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a missing package is a refusal too."""
        try:
            return super().invoke(ctx)
        except WorkbookError as error:
            click.echo(f"Error: {error}", err=True)
        except ModuleNotFoundError as error:
            click.echo(f"Error: the package {error.name} must be installed. pip install '.[feeds]'", err=True)
        except BrokenPipeError:
            raise
        except OSError as error:
            click.echo(f"Error: {error.filename or 'a file'}: {error.strerror or error}.", err=True)
        return ctx.exit(2)


@click.group(cls=Refusing)
def feed() -> None:
    """Machine-coded event feeds: GDELT, ICEWS, POLECAT, ACLED, UCDP GED, Phoenix."""


@feed.command()
@_PATHS
@_FEED
@_dyad(False, "Two ISO alpha-3 codes, such as DEU FRA (default: the rows of all).")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to make or to add to.")
@_DATES
@click.option(
    "--gone",
    type=click.Choice(["refuse", "keep", "drop"]),
    default="refuse",
    show_default=True,
    help="Rows of archives that an earlier run has read and that are no longer where they were.",
)
@click.option("--workers", type=click.IntRange(1), help="Processes (default: one for each core).")
@click.option("--dry-run", is_flag=True, help="Write nothing; list what each step would do.")
def scan(paths: tuple[str, ...], dyad: tuple[str, str] | None, out: Path | None, dry_run: bool, **options: Any) -> None:
    """Take the rows of one dyad, or of all, out of archives into a folder.

    PATHS are archives, text or Parquet files, folders or quoted patterns. A second call takes only what is new.
    """
    from analysis.feeds.scans import scan as run

    if out is None and not dry_run:
        raise click.UsageError("Missing option '--out'.")
    with tempfile.TemporaryDirectory(prefix="feed-") as scratch:
        target = out if out is not None and not dry_run else Path(scratch) / "rows"
        with _bar("Scanning") as progress:
            report = run(paths, dyad, target, progress=progress, **options)
        click.echo(str(report))
        if dry_run:
            _print_steps(target, dyad)
        elif dyad and not any(target.glob("_scanning-*")):
            # A number of rows says how much was written; what it comes to must stand beside it.
            from analysis.feeds.reading import account

            click.echo(str(account(target, dyad)))


def _print_steps(folder: Path, dyad: tuple[str, str] | None) -> None:
    if dyad:
        from analysis.feeds.reading import read

        for row in read(folder, dyad).steps().itertuples():
            click.echo(f"  {row.kind:<8}{row.step:<16}{row.rows:>12,}  {row.purpose}")
    else:
        from analysis.feeds.all_dyads import world_funnel

        click.echo(str(world_funnel(folder)))


@feed.command()
@_PATHS
@_FEED
@_dyad(True, "Two ISO alpha-3 codes, such as DEU FRA.")
@_DATES
@_ENGINE
@click.option("--no-anniversaries", is_flag=True, help="Keep rows dated exactly 7, 30, 365 days or ten years back.")
@click.option("--no-opinions", is_flag=True, help="Keep op-eds, columns and history.")
@click.option("--no-repeats", is_flag=True, help="Keep every row of a text.")
@click.option("--mirrors", type=click.Choice(["mutual", "all", "keep"]), default="mutual", show_default=True)
def funnel(
    paths: tuple[str, ...],
    dyad: tuple[str, str],
    no_anniversaries: bool,
    no_opinions: bool,
    no_repeats: bool,
    mirrors: Any,
    **options: Any,
) -> None:
    """Count from rows to acts, texts and publishers; the --no options switch a guard off."""
    from analysis.feeds.reading import account
    from analysis.feeds.steps import Guards

    guards = Guards(not no_anniversaries, not no_opinions, not no_repeats, mirrors)
    click.echo(str(account(paths, dyad, guards=guards, **options)))


@feed.command()
@click.argument("path", type=click.Path(path_type=Path))
@_dyad(False, "Also tell where this dyad stands.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="CSV file for the monthly table.")
@_ENGINE
def world(path: Path, dyad: tuple[str, str] | None, out: Path | None, engine: str) -> None:
    """Sum conflict and cooperation of all dyads by month, from a scan of all dyads in PATH."""
    from analysis.feeds.all_dyads import neighbours, standing, world_funnel
    from analysis.feeds.all_dyads import world as run
    from analysis.feeds.engines import connect

    con = connect(engine)
    table = run(path, engine=con)
    click.echo(str(world_funnel(path, engine=con)))
    pairs = len(table[["actor_low", "actor_high"]].drop_duplicates())
    click.echo(f"{len(table):,} rows, {pairs:,} dyads, {table['month'].nunique():,} months")
    if out:
        # Before what may be refused: the table is there, whatever can be said of one dyad.
        write_document(out, table.to_csv(index=False, lineterminator="\n").encode("utf-8"))
        click.echo(str(out))
    if dyad:
        click.echo(standing(table, dyad).to_string(index=False, float_format="{:.2f}".format))
        click.echo(neighbours(table, dyad).to_string(index=False, float_format="{:.2f}".format))


@feed.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
def export(path: Path, out: Path) -> None:
    """Write the scan in PATH as one Parquet or CSV file, told from the name of OUT; faults beside it."""
    from analysis.feeds.parts import export as run

    for written in run(path, out):
        click.echo(str(written))


@feed.command()
@_PATHS
@_FEED
@click.option("-r", "--relationship", required=True, help="Name of a relationship, or a folder with its tables.")
@click.option("--since", metavar="DAY", help="First day of the acts (default: the first of the feed).")
@click.option("--as-of", metavar="DAY", help="Last day that may be known about.")
@click.option("--rejected", type=click.Path(path_type=Path), help="CSV file of candidates that were rejected.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Workbook to write (.xlsx)."
)
@_DATES
def candidates(
    paths: tuple[str, ...],
    relationship: str,
    since: str | None,
    as_of: str | None,
    rejected: Path | None,
    out: Path,
    **options: Any,
) -> None:
    """List what a feed reports and the record does not hold yet, ranked, ready for `workbook import`."""
    from analysis.feeds.candidate_list import candidates as run
    from analysis.feeds.candidate_list import write
    from analysis.feeds.reading import read
    from analysis.record.relationship import load

    rel = load(relationship, as_of)
    reading = read(paths, (rel.side_a.id, rel.side_b.id), **options)
    found = run(reading, rel, since=since, rejected=rejected)
    write(found, reading.dyad, out)
    counts = found["state"].value_counts()
    click.echo(", ".join(f"{counts.get(name, 0):,} {name}" for name in ("new", "perhaps", "held", "rejected")))
    click.echo(str(out))


@contextmanager
def _bar(words: str) -> Iterator[Any]:
    """Show a progress bar on a terminal, and nothing where output is not read by eye."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(words, total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield progress


COMMANDS = (feed,)
