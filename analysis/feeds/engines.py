"""Where the expressions run: here in Python, DuckDB in this process, Spark, or as SQL for BigQuery.

    con = feeds.connect("duckdb")            # embedded; the default beyond some thousand rows
    con = feeds.connect("spark")             # a local Spark, or the session that is already there
    sql = feeds.sql("gdelt2", dyad=("RUS", "BLR"), dialect="bigquery")

Any ibis connection may be handed in instead. The readers, the steps and the world scan are one expression each; only
the connection differs.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from analysis.errors import OptionError, nearest, one_of
from analysis.feeds import few
from analysis.feeds.columns import TYPES, events
from analysis.feeds.days import iso
from analysis.feeds.faults import FeedError
from analysis.feeds.feed import feeds, named

if TYPE_CHECKING:
    import pandas as pd
    from ibis.expr.types import Table

    from analysis.feeds.parts import Scan

ENGINES = ("auto", "python", "duckdb", "spark")
# Up to so many rows lists are quicker than to load an engine and to plan a query.
FEW = 10_000
_TYPES = {
    **dict.fromkeys(["GLOBALEVENTID", "SQLDATE", "IsRootEvent", "QuadClass", "NumMentions", "DATEADDED"], "int64"),
    **dict.fromkeys(["Actor1CountryCode", "Actor2CountryCode", "EventCode", "EventRootCode"], "string"),
    **dict.fromkeys(["ActionGeo_CountryCode", "SOURCEURL"], "string"),
    "GoldsteinScale": "float64",
}
KINDS = {
    **TYPES,
    **dict.fromkeys(["aside", "pair_low", "pair_high"], "string"),
    **dict.fromkeys(["rows", "texts", "publishers"], "int64"),
    "undirected": "boolean",
}


def connect(engine: Any = "duckdb", *, memory: str = "1GB", rows: int | None = None) -> Any:
    """Return an ibis connection, or what stands for one.

    Parameters
    ----------
    engine : {"auto", "python", "duckdb", "spark"} or an ibis connection
        A connection is returned as it is. "python" is this process without any engine (`few`); "auto" is that where
        `rows` are few, else DuckDB.
    memory : str
        What DuckDB may hold in memory before it uses the disk; also the memory of a local Spark.

    Raises
    ------
    OptionError
        When there is no such engine.
    FeedError
        When its packages are not installed.
    """
    if hasattr(engine, "to_pyarrow") or engine is few:
        return engine
    if engine not in ENGINES:
        raise OptionError("connect", "engine", one_of(ENGINES), engine, nearest(str(engine), ENGINES))
    if engine == "python" or (engine == "auto" and rows is not None and rows <= FEW):
        return few
    try:
        import ibis

        if engine == "spark":
            return _spark(memory)
        con = ibis.duckdb.connect(memory_limit=memory)
        # In a notebook DuckDB would draw a bar for each longer query, and the bar would be saved as an output.
        con.raw_sql("SET enable_progress_bar = false")
        return con
    except ImportError as error:
        extra = "spark" if engine == "spark" else "feeds"
        raise FeedError(f"{engine}: the package {error.name} must be installed. pip install '.[{extra}]'") from error


def _spark(memory: str) -> Any:
    import ibis
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    session = active or (
        SparkSession.builder.appName("bilateral-workbook")
        .master(os.environ.get("SPARK_MASTER", "local[2]"))
        .config("spark.driver.memory", memory.lower().removesuffix("b"))
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    return ibis.pyspark.connect(session)


def raw_table(con: Any, scan: Scan) -> Table:
    """Return the raw table of a scan on any engine."""
    files = [str(part.file) for part in scan.parts]
    if con is few:
        return few.Table.joined(_lists(file) for file in files)
    if con.name == "pyspark":
        con._session.read.parquet(*files).createOrReplaceTempView("feed_rows")
        return con.table("feed_rows")
    return con.read_parquet(files)


def _lists(file: str) -> dict[str, list[Any]]:
    from pyarrow import parquet

    with parquet.ParquetFile(file) as held:
        return dict(held.read().to_pydict())


@contextlib.contextmanager
def kept(con: Any, table: Table) -> Iterator[Table]:
    """Let DuckDB compute a table once, so that what follows is planned on its rows; other engines plan the whole."""
    if con.name != "duckdb":
        yield table
        return
    name = f"feed_{secrets.token_hex(4)}"
    con.raw_sql(f"CREATE TEMP TABLE {name} AS {con.compile(table)}")
    try:
        yield con.table(name)
    finally:
        con.raw_sql(f"DROP TABLE {name}")


def fetched(expression: Table) -> Any:
    """Run an expression: a frame with the workbook's types, the same from each engine; lists stay lists."""
    return expression if isinstance(expression, few.Table) else frame(expression)


def size(expression: Table) -> int:
    """Count the rows of an expression."""
    return len(expression) if isinstance(expression, few.Table) else int(expression.count().execute())


def frame(expression: Any) -> pd.DataFrame:
    """Run an expression and return a frame with the workbook's types, the same from each engine.

    Days are datetime64[us], whole numbers Int64 where some are missing, text `str`.
    """
    import pandas as pd

    if isinstance(expression, pd.DataFrame):
        return expression
    if isinstance(expression, few.Table):
        kinds = {name: KINDS[name] for name in expression.columns}
        table = pd.DataFrame(expression.held, columns=list(kinds), dtype="object")
    else:
        kinds = {name: str(kind).removeprefix("!") for name, kind in expression.schema().items()}
        table = expression.to_pandas()
    for name, kind in kinds.items():
        if kind.startswith(("date", "timestamp")):
            table[name] = pd.to_datetime(table[name]).astype("datetime64[us]")
        elif kind.startswith("int"):
            table[name] = table[name].astype("Int64")
        elif kind == "boolean":
            table[name] = table[name].astype("boolean").fillna(False).astype("bool")
        elif kind == "string":
            table[name] = table[name].astype("str")
        elif kind.startswith(("float", "decimal")):
            table[name] = table[name].astype("float64")
    return table


def sql(
    feed: str,
    *,
    dyad: Sequence[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    dialect: str = "bigquery",
    acts: bool = False,
) -> str:
    """Return the SQL that reads GDELT where it lives.

    With `since` the partitions of older days are not read, which is what a query costs. A dyad's query knows only the
    spellings of its two countries, and gives no place.

    Parameters
    ----------
    feed : {"gdelt1", "gdelt2"}
        Which public table.
    dyad : pair of str, optional
        Only rows between the two.
    since, until : str, optional
        First and last day of the event, YYYY-MM-DD.
    dialect : str
        The dialect of the SQL.
    acts : bool
        Whether to count honestly there (see `steps.acts`) rather than to list rows.

    Raises
    ------
    OptionError
        When the feed is not on BigQuery, or a day is none.

    Examples
    --------
    >>> from analysis import feeds
    >>> "DATE" in feeds.sql("gdelt2", dyad=("RUS", "BLR"), since="2024-01-01")
    True
    """
    import ibis

    from analysis.feeds import countries, steps

    form = named(feed)
    if not form.bigquery:
        raise OptionError("sql", "feed", one_of([one.name for one in feeds().values() if one.bigquery]), feed)
    project, schema, table = form.bigquery.split(".")
    partitioned = table.endswith("_partitioned") and dialect == "bigquery"
    types = {**_TYPES, **({"_PARTITIONTIME": "timestamp"} if partitioned else {})}
    raw = ibis.table(types, name=table, catalog=project, database=schema)
    for name, text in (("since", since), ("until", until)):
        if text is not None:
            day = iso(text)
            if day is None:
                raise OptionError("sql", name, "a day such as 2024-01-31", text)
            number = int(day.replace("-", ""))
            raw = raw.filter(raw["SQLDATE"] >= number if name == "since" else raw["SQLDATE"] <= number)
            if partitioned and name == "since":
                # No row is added before its event, so older partitions hold none of these.
                raw = raw.filter(raw["_PARTITIONTIME"] >= ibis.timestamp(day))
    if dyad is not None:
        known = [text for code in countries.dyad(dyad) for text in countries.spellings(code, form.scheme)]
        raw = raw.filter(raw["Actor1CountryCode"].isin(known) & raw["Actor2CountryCode"].isin(known))
        raw = raw.mutate(ActionGeo_CountryCode=ibis.null("string"))
    with countries.only(dyad):
        rows = steps.between(events(raw, form), dyad)
    result = steps.acts(steps.guarded(rows, steps.Guards(), form)) if acts else rows
    return str(ibis.to_sql(result, dialect=dialect))


def cost(query: str, client: Any = None) -> int:
    """Return how many bytes a query would read on BigQuery, by a dry run there, which costs nothing.

    Parameters
    ----------
    query : str
        As from `sql`.
    client : google.cloud.bigquery.Client, optional
        The user's own client; one with the user's default credentials when absent.

    Raises
    ------
    FeedError
        When the package is not installed.
    """
    try:
        from google.cloud import bigquery
    except ImportError as error:
        raise FeedError("cost: the package google-cloud-bigquery must be installed.") from error
    job = (client or bigquery.Client()).query(query, job_config=bigquery.QueryJobConfig(dry_run=True))
    return int(job.total_bytes_processed)
