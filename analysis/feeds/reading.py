"""A feed read for the measures: acts in the workbook's events columns, and everything that is wrong with them.

`read` gives a `Reading`. Its `events` go into `tension` and every other event measure as they are. With it come the
rows behind them, the funnel from rows to sources, the faults, the state of each period, and the check of the feed's
scores against its own scheme; a count is not to be had without them. `account` is the printed part of it, for which
pandas is not loaded.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.errors import OptionError
from analysis.feeds import countries, coverage, engines, scores
from analysis.feeds.archives import Limits
from analysis.feeds.columns import codes, events
from analysis.feeds.faults import COLUMNS
from analysis.feeds.feed import DayOrder, named, words
from analysis.feeds.funnel import Funnel, funnel, tally
from analysis.feeds.identify import Paths
from analysis.feeds.parts import Scan, is_scan, opened
from analysis.feeds.repairs import REPAIRS
from analysis.feeds.rows import Summary
from analysis.feeds.scans import scan
from analysis.feeds.steps import GUARDS, Guards, acts, between, guarded

if TYPE_CHECKING:
    import pandas as pd

# Fewer sampled lines tell nothing of the whole.
ENOUGH = 400


class Account(NamedTuple):
    """What stands behind a reading: the funnel, the state of each period, and files whose scores are not their own."""

    funnel: Funnel
    coverage: list[coverage.Period]
    schemes: list[tuple[str, str, int, int, float, str, str, str]]

    def __str__(self) -> str:
        lines = [str(self.funnel)]
        for state in sorted({one.state for one in self.coverage}):
            count = sum(one.periods for one in self.coverage if one.state == state)
            lines.append(f"  periods {state:<20}{count:>14,}")
        spans = [one for one in self.coverage if not one.file]
        for one in sorted(spans, key=lambda span: -span.periods)[:5]:
            lines.append(f"    {one.state} from {one.start:%Y-%m-%d %H:%M} to {one.end:%Y-%m-%d %H:%M}: {one.reason}")
        lines += [
            f"  {file}: {value} of {wrong} in {rows} rows disagrees with the {scheme} scheme (agrees best with {best})"
            for file, value, rows, wrong, _, scheme, best, _ in self.schemes
        ]
        return "\n".join(lines)


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
        One row an act, sorted by `start`, `event_id`: the columns of `steps.acts`, `direction` ("A>B", "B>A" or
        "joint"), `dyad` (always true), `title`.
    rows : DataFrame
        One row a row of the feed: the columns of `columns.TYPES` and `aside` (which guard set it aside; missing for a
        row that counts). Acts and rows share day, pair and root.
    funnel : Funnel
        From rows to sources.
    faults : DataFrame
        Lines and rows that could not be used or had to be mended: file, line, kind, action, detail, text.
    coverage : DataFrame
        One row a period of the archives: see `coverage.Period`.
    schemes : DataFrame
        One row a file whose scores or quad classes disagree with its own scheme in more than 0.5% of rows.
    """

    feed: str
    dyad: tuple[str, str]
    events: pd.DataFrame
    rows: pd.DataFrame
    funnel: Funnel
    faults: pd.DataFrame
    coverage: pd.DataFrame
    schemes: pd.DataFrame

    def steps(self) -> pd.DataFrame:
        """List the steps in their order: `step`, `kind` ("repair", "guard"), `rows`, `purpose`."""
        import pandas as pd

        form = named(self.feed)
        table = [
            (
                one.name,
                "repair",
                int(self.rows["repaired"].str.contains(f"{one.name};", regex=False).sum()),
                one.purpose,
            )
            for one in REPAIRS
            if one.needs(form)
        ]
        table += [(one.name, "guard", int((self.rows["aside"] == one.name).sum()), one.purpose) for one in GUARDS]
        return pd.DataFrame(table, columns=["step", "kind", "rows", "purpose"])


def read(
    paths: Paths,
    dyad: Sequence[str],
    *,
    feed: str | None = None,
    guards: Guards | None = None,
    engine: Any = "auto",
    withheld: pd.DataFrame | None = None,
    dates: DayOrder | None = None,
    workers: int | None = None,
    limits: Limits | None = None,
) -> Reading:
    """Read the acts between two countries from a feed.

    Parameters
    ----------
    paths : path, pattern, or several
        Archives, text or Parquet files, folders or patterns; or the folder of an earlier `scan`, which is much faster.
    dyad : pair of str
        Side A and side B as alpha-3 codes.
    feed : str, optional
        Which feed; told from the files when absent.
    guards : Guards, optional
        Which guards stand; all of them by default.
    engine : {"auto", "python", "duckdb", "spark"} or an ibis connection
        Where it is computed; of itself here in Python up to some 10,000 rows, beyond in DuckDB.
    withheld : DataFrame, optional
        Periods known to be withheld by the producer: `start`, `end`, `reason`.
    dates, workers, limits
        As for `scan`.

    Returns
    -------
    Reading

    Raises
    ------
    OptionError, FeedError
        As for `scan`.
    """
    pair, options = countries.dyad(dyad), guards or Guards()
    with _folder(paths, pair, feed=feed, dates=dates, workers=workers, limits=limits) as held:
        table, found, account = _counted(held, pair, feed, options, engine, withheld)
    import pandas as pd

    rows = _ordered(engines.frame(table))
    return Reading(
        held.feed.name,
        pair,
        _titled(_ordered(engines.frame(found)), pair),
        rows,
        account.funnel,
        _faults(rows, held),
        coverage.frame(account.coverage),
        pd.DataFrame(account.schemes, columns=list(scores.COLUMNS)),
    )


def account(
    paths: Paths,
    dyad: Sequence[str],
    *,
    feed: str | None = None,
    guards: Guards | None = None,
    engine: Any = "auto",
    dates: DayOrder | None = None,
) -> Account:
    """Count what stands behind a reading, without making its frames; arguments as for `read`."""
    pair = countries.dyad(dyad)
    with _folder(paths, pair, feed=feed, dates=dates) as held:
        return _counted(held, pair, feed, guards or Guards(), engine, None)[2]


@contextmanager
def _folder(paths: Paths, pair: tuple[str, str], **options: Any) -> Iterator[Scan]:
    """Give the scan that a path is, or one made of files for the time being."""
    files = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if len(files) == 1 and is_scan(Path(files[0])):
        yield opened(files[0])
        return
    with tempfile.TemporaryDirectory(prefix="feed-") as folder:
        yield scan(files, pair, Path(folder) / "rows", **options).scan


def _counted(
    held: Scan, pair: tuple[str, str], feed: str | None, guards: Guards, engine: Any, withheld: pd.DataFrame | None
) -> tuple[Any, Any, Account]:
    """Return guarded rows, acts, and what stands behind them."""
    form = held.feed
    if feed and feed != form.name:
        raise OptionError(held.folder.name, "feed", form.name, feed)
    if held.dyad and sorted(pair) != list(held.dyad):
        raise OptionError(
            held.folder.name, "dyad", " and ".join(held.dyad), " and ".join(pair), "Scan the archives for that dyad."
        )
    con = engines.connect(engine, rows=sum(one.rows for one in held.files))
    every = events(engines.raw_table(con, held), form)
    with engines.kept(con, guarded(between(every, pair), guards, form)) as kept:
        table, found = engines.fetched(kept), engines.fetched(acts(kept))
    lines = sum(one.lines for one in held.files)
    # A scan of all dyads holds the others too; of one dyad they are known from the lines that were looked at.
    dyads, seen = (engines.size(between(every, None)), None) if held.dyad is None else _others(held.files)
    account = Account(
        funnel(table, len(found), lines=lines, dyad=pair, feed=form.name, dyads=dyads, seen=seen),
        coverage.periods(held.files, tally(table, ["feed_file", "start"]), form, withheld),
        scores.disagreements(tally(table, scores.BY), form.scores),
    )
    return table, found, account


def _others(files: list[Summary]) -> tuple[int | None, int | None]:
    """Return the rows of all dyads in scanned files, and from how many lines they were estimated, if they were."""
    good = sum(one.lines - one.set_aside for one in files)
    seen, rows = sum(one.seen for one in files), sum(one.dyads for one in files)
    if seen >= good:
        return rows, None
    return (round(rows / seen * good), seen) if seen >= ENOUGH else (None, None)


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    by = words("start event_id source_actor target_actor feed_file feed_line end root")
    return table.sort_values([name for name in by if name in table], kind="stable", ignore_index=True)


def _titled(table: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame:
    labels = {row["code"]: row["label"] for row in codes()}
    called = table["cameo"].map(labels).astype("object").where(table["cameo"].isin(list(labels)), table["root"])
    direction = (table["source_actor"] + ">" + table["target_actor"]).where(~table["reciprocal"], "joint").astype("str")
    title = table["source_actor"] + " > " + table["target_actor"] + ": " + called.astype("str")
    joint = pair[0] + " and " + pair[1] + ": " + called.astype("str")
    return table.assign(direction=direction, dyad=True, title=title.where(~table["reciprocal"], joint).astype("str"))


def _faults(rows: pd.DataFrame, held: Scan) -> pd.DataFrame:
    import pandas as pd

    lines = pd.DataFrame([vars(fault) for part in held.parts for fault in part.faults], columns=list(COLUMNS))
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
