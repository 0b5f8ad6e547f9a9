"""A feed read for the measures: acts in the workbook's events columns, and everything that is wrong with them.

`read` gives a `Reading`. Its `events` go into `tension` and every other event measure as they are. With it come the
rows behind them, the funnel from rows to sources, the faults, the state of each period, and the check of the feed's
scores against its own scheme; a count is not to be had without them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import codebook
from analysis.errors import OptionError
from analysis.feeds import countries, coverage, engines, schemes
from analysis.feeds.archives import Limits
from analysis.feeds.faults import COLUMNS
from analysis.feeds.formats import FORMATS, Feed, named
from analysis.feeds.funnel import Funnel, funnel
from analysis.feeds.guards import Guards, acts, between, guarded
from analysis.feeds.inputs import Paths, expand
from analysis.feeds.journal import Journal
from analysis.feeds.others import estimate
from analysis.feeds.plans import Summary
from analysis.feeds.readers import events
from analysis.feeds.scanning import scan


@dataclass(frozen=True, eq=False)
class Reading:
    """What a feed says of a dyad.

    Parameters
    ----------
    feed : str
        Which feed.
    dyad : pair of str
        Side A and side B.
    events : DataFrame
        One row an act, sorted by `start`, `event_id`: the columns of `guards.acts`, `direction` ("A>B", "B>A" or
        "joint"), `dyad` (always true), `title`.
    rows : DataFrame
        One row a row of the feed: the columns of `columns.TYPES` and `aside` (which guard set it aside; missing for a
        row that counts). Acts and rows share day, pair and root.
    funnel : Funnel
        From rows to sources.
    faults : DataFrame
        Lines and rows that could not be used or had to be mended: file, line, kind, action, detail, text.
    coverage : DataFrame
        One row a period of the archives: see `coverage.periods`.
    schemes : DataFrame
        One row a file whose scores or quad classes disagree with its own scheme in more than 0.5 % of rows.
    """

    feed: Feed
    dyad: tuple[str, str]
    events: pd.DataFrame
    rows: pd.DataFrame
    funnel: Funnel
    faults: pd.DataFrame
    coverage: pd.DataFrame
    schemes: pd.DataFrame


def read(
    paths: Paths,
    dyad: Sequence[str],
    *,
    feed: str | None = None,
    guards: Guards | None = None,
    engine: Any = "duckdb",
    withheld: pd.DataFrame | None = None,
    workers: int | None = None,
    limits: Limits | None = None,
) -> Reading:
    """Read the acts between two countries from a feed.

    Parameters
    ----------
    paths : path, pattern, or several
        Archives, text files, folders or patterns; or the Parquet file of an earlier `scan`, which is much faster; or
        the folder of a `lake`; or another Parquet file with the feed's columns (then `feed` must be named).
    dyad : pair of str
        Side A and side B as alpha-3 codes.
    feed : str, optional
        Which feed; told from the files when absent.
    guards : Guards, optional
        Which guards stand; all of them by default.
    engine : {"duckdb", "spark"} or an ibis connection
        Where it is computed.
    withheld : DataFrame, optional
        Periods known to be withheld by the producer: `start`, `end`, `reason`.
    workers, limits
        As for `scan`.

    Returns
    -------
    Reading

    Raises
    ------
    OptionError, FeedError
        As for `scan`.
    """
    pair = countries.dyad(dyad)
    files = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if len(files) == 1 and _is_table(Path(files[0])):
        return _read_table(Path(files[0]), pair, feed, guards or Guards(), engine, withheld)
    with tempfile.TemporaryDirectory(prefix="feed-") as folder:
        out = Path(folder) / "rows.parquet"
        scan(expand(files), pair, out, feed=feed, workers=workers, limits=limits)
        return _read_table(out, pair, feed, guards or Guards(), engine, withheld)


def _is_table(path: Path) -> bool:
    return (path / "_journal.jsonl").exists() if path.is_dir() else path.suffix == ".parquet"


def _read_table(
    path: Path, pair: tuple[str, str], feed: str | None, guards: Guards, engine: Any, withheld: pd.DataFrame | None
) -> Reading:
    if not path.exists():
        raise OptionError("feed", "path", "a file or folder that exists", path)
    beside = path / "_journal.jsonl" if path.is_dir() else path.with_name(f"{path.name}.journal.jsonl")
    journal = Journal.read(beside) if beside.exists() else None
    form = named(feed or (journal.settings["feed"] if journal else _guess(path)))
    _same_dyad(journal, pair, path)
    con = engines.connect(engine)
    raw = engines.raw_table(con, path)
    every = events(raw, form.feed)
    table = guarded(between(every, pair), guards)
    rows = _ordered(engines.frame(table))
    found = _titled(_ordered(engines.frame(acts(table))), pair)
    faults = path / "_faults.csv" if path.is_dir() else path.with_name(f"{path.name}.faults.csv")
    files = list(journal.files.values()) if journal else []
    lines = sum(one.lines for one in files) if files else None
    # A lake holds the others too; of a scan they are known from the lines that were looked at.
    dyads, seen = (int(between(every, None).count().execute()), None) if path.is_dir() else _others(files)
    return Reading(
        form.feed,
        pair,
        found,
        rows,
        funnel(rows, found, lines=lines, dyad=pair, feed=form.feed, dyads=dyads, seen=seen),
        _faults(rows, faults),
        coverage.periods(files, rows, withheld),
        schemes.disagreements(rows),
    )


def _others(files: list[Summary]) -> tuple[int | None, int | None]:
    """Return the rows of all dyads in scanned files, and from how many lines they were estimated, if they were."""
    good = sum(one.lines - one.set_aside for one in files)
    seen, rows = sum(one.seen for one in files), sum(one.dyads for one in files)
    dyads, whole = estimate(good, seen, rows) if seen else (None, True)
    return dyads, None if whole else seen


def _guess(path: Path) -> str:
    from pyarrow import parquet

    names = {name.lower() for name in parquet.read_schema(path).names}
    fits = [form.feed for form in FORMATS.values() if set(form.needed) <= names]
    if "gdelt2" in fits:
        return "gdelt2" if "actiongeo_adm2code" in names or "globaleventid" in names else "gdelt1"
    if len(fits) == 1:
        return fits[0]
    raise OptionError(path.name, "feed", "named, as the columns do not tell it", ", ".join(sorted(names)[:8]))


def _same_dyad(journal: Journal | None, pair: tuple[str, str], path: Path) -> None:
    held = journal.settings.get("dyad") if journal else None
    if held and sorted(pair) != held:
        raise OptionError(path.name, "dyad", " and ".join(held), " and ".join(pair), "Scan the archives for that dyad.")


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    by = [
        name
        for name in ("start", "event_id", "source_actor", "target_actor", "feed_file", "feed_line")
        if name in table
    ]
    return table.sort_values(by, kind="stable", ignore_index=True)


def _titled(table: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame:
    labels = codebook.cameo().set_index("code")["label"]
    words = table["cameo"].map(labels).astype("object").where(table["cameo"].isin(labels.index), table["root"])
    direction = (table["source_actor"] + ">" + table["target_actor"]).where(~table["reciprocal"], "joint").astype("str")
    title = table["source_actor"] + " > " + table["target_actor"] + ": " + words.astype("str")
    joint = pair[0] + " and " + pair[1] + ": " + words.astype("str")
    return table.assign(direction=direction, dyad=True, title=title.where(~table["reciprocal"], joint).astype("str"))


def _faults(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    lines = (
        pd.read_csv(path, dtype="str", keep_default_na=False) if path.exists() else pd.DataFrame(columns=list(COLUMNS))
    )
    bad = rows[rows["fault"].notna()]
    meaning = {
        "date": "no day can be read",
        "score": "no score from -10 to 10",
        "code": "a code that is not in the scheme",
    }
    own = pd.DataFrame(
        {
            "file": bad["feed_file"],
            "line": bad["feed_line"],
            "kind": bad["fault"],
            "action": "set aside",
            "detail": bad["fault"].map(meaning),
            "text": bad["event_id"].fillna(""),
        }
    )
    table = pd.concat([lines, own], ignore_index=True)[list(COLUMNS)]
    table = table.assign(line=pd.to_numeric(table["line"]).astype("Int64"))
    table = table.astype({name: "str" for name in COLUMNS if name != "line"})
    return table.sort_values(["file", "line"], kind="stable", ignore_index=True)
