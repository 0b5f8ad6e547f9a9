"""`workbook feed`: scan, lake, funnel, world.

Each command is a thin layer over a function of `analysis.feeds`. Faults of a feed are counted and quoted and do not
change the exit status; a refusal does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.errors import WorkbookError
from analysis.feeds.formats import FEEDS
from analysis.files import write_document

if TYPE_CHECKING:
    from analysis.feeds.reading import Reading

_FEED = click.option("--feed", type=click.Choice(FEEDS), help="Which feed (default: told from the files).")
_DYAD = click.option("--dyad", nargs=2, required=True, metavar="A B", help="Two ISO alpha-3 codes, such as DEU FRA.")
_WORKERS = click.option("--workers", type=click.IntRange(1), help="Processes (default: one for each core).")
_ENGINE = click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)


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
        return ctx.exit(2)


@click.group(cls=Refusing)
def feed() -> None:
    """Machine-coded event feeds: GDELT, ICEWS, POLECAT, ACLED, UCDP GED."""


@feed.command()
@click.argument("paths", nargs=-1, required=True)
@_FEED
@_DYAD
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Parquet file to add to.")
@_WORKERS
def scan(paths: tuple[str, ...], feed: str | None, dyad: tuple[str, str], out: Path, workers: int | None) -> None:
    """Take the rows of one dyad out of archives.

    PATHS are archives, text files, folders or quoted patterns. A second call takes only what is new.
    """
    from analysis.feeds.scanning import scan as run

    with _bar("Scanning") as progress:
        report = run(paths, dyad, out, feed=feed, workers=workers, progress=progress)
    click.echo(str(report))
    from analysis.feeds.reading import read

    # A number of rows says how much was written; what it comes to must stand beside it.
    _tell(read(out, dyad))


@feed.command()
@click.argument("paths", nargs=-1, required=True)
@_FEED
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to add to.")
@_WORKERS
def lake(paths: tuple[str, ...], feed: str | None, out: Path, workers: int | None) -> None:
    """Turn archives into Parquet of all dyads, partitioned by year and month."""
    from analysis.feeds.scanning import lake as run

    with _bar("Converting") as progress:
        report = run(paths, out, feed=feed, workers=workers, progress=progress)
    click.echo(str(report))


@feed.command()
@click.argument("paths", nargs=-1, required=True)
@_FEED
@_DYAD
@_ENGINE
@click.option("--no-anniversaries", is_flag=True, help="Keep rows dated exactly 7, 30, 365 days or ten years back.")
@click.option("--no-opinions", is_flag=True, help="Keep op-eds, columns and history.")
@click.option("--no-repeats", is_flag=True, help="Keep every row of a text.")
@click.option("--mirrors", type=click.Choice(["mutual", "all", "keep"]), default="mutual", show_default=True)
def funnel(
    paths: tuple[str, ...],
    feed: str | None,
    dyad: tuple[str, str],
    engine: str,
    no_anniversaries: bool,
    no_opinions: bool,
    no_repeats: bool,
    mirrors: Any,
) -> None:
    """Count from rows to acts, texts and publishers; the --no options switch a guard off."""
    from analysis.feeds.guards import Guards
    from analysis.feeds.reading import read

    guards = Guards(not no_anniversaries, not no_opinions, not no_repeats, mirrors)
    _tell(read(paths, dyad, feed=feed, guards=guards, engine=engine))


@feed.command()
@click.argument("path", type=click.Path(path_type=Path))
@_FEED
@click.option("--dyad", nargs=2, metavar="A B", help="Also tell where this dyad stands.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="CSV file for the monthly table.")
@_ENGINE
def world(path: Path, feed: str | None, dyad: tuple[str, str] | None, out: Path | None, engine: str) -> None:
    """Sum conflict and cooperation of all dyads by month, from the lake in PATH."""
    from analysis.feeds.dyads import neighbours, standing, world_funnel
    from analysis.feeds.dyads import world as run
    from analysis.feeds.engines import connect

    con = connect(engine)
    table = run(path, feed=feed, engine=con)
    click.echo(str(world_funnel(path, feed=feed, engine=con)))
    pairs = len(table[["actor_low", "actor_high"]].drop_duplicates())
    click.echo(f"{len(table):,} rows, {pairs:,} dyads, {table['month'].nunique():,} months")
    if dyad:
        click.echo(standing(table, dyad).to_string(index=False, float_format="{:.2f}".format))
        click.echo(neighbours(table, dyad).to_string(index=False, float_format="{:.2f}".format))
    if out:
        write_document(out, table.to_csv(index=False, lineterminator="\n").encode("utf-8"))
        click.echo(str(out))


def _tell(reading: Reading) -> None:
    """Print the funnel, the states of the periods, and files whose scores are not those of their scheme."""
    click.echo(str(reading.funnel))
    for state, count in reading.coverage["state"].value_counts().items():
        click.echo(f"  periods {state:<20}{count:>14,}")
    for row in reading.schemes.itertuples():
        click.echo(
            f"  {row.file}: {row.value} of {row.wrong} in {row.rows} rows disagrees with the {row.scheme} scheme "
            f"(agrees best with {row.agrees_with})"
        )


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

        def progress(done: int, total: int, _files: list[Any]) -> None:
            bar.update(task, completed=done, total=total)

        yield progress


COMMANDS = (feed,)
