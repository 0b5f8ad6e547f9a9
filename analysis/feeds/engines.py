"""Where the expressions run: DuckDB in this process, Spark, or as SQL for BigQuery.

    con = feeds.connect("duckdb")            # embedded; the default everywhere
    con = feeds.connect("spark")             # a local Spark, or the session that is already there
    sql = feeds.sql("gdelt2", dyad=("RUS", "BLR"), dialect="bigquery")

Any ibis connection may be handed in instead. The readers, the guards and the world scan are one expression each; only
the connection differs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import OptionError, nearest, one_of
from analysis.feeds.faults import FeedError

if TYPE_CHECKING:
    import pandas as pd
    from ibis.expr.types import Table

ENGINES = ("duckdb", "spark")
# The public tables on BigQuery: name, and the types of the columns that the readers use.
BIGQUERY = {"gdelt1": "gdelt-bq.full.events", "gdelt2": "gdelt-bq.gdeltv2.events"}
_TYPES = {
    **dict.fromkeys(["GLOBALEVENTID", "SQLDATE", "IsRootEvent", "QuadClass", "NumMentions", "DATEADDED"], "int64"),
    **dict.fromkeys(["Actor1CountryCode", "Actor2CountryCode", "EventCode", "EventRootCode"], "string"),
    **dict.fromkeys(["ActionGeo_CountryCode", "SOURCEURL"], "string"),
    "GoldsteinScale": "float64",
}


def connect(engine: Any = "duckdb", *, memory: str = "1GB") -> Any:
    """Return an ibis connection.

    Parameters
    ----------
    engine : {"duckdb", "spark"} or an ibis connection
        A connection is returned as it is.
    memory : str
        What DuckDB may hold in memory before it uses the disk; also the memory of a local Spark.

    Raises
    ------
    OptionError
        When there is no such engine.
    FeedError
        When its packages are not installed.
    """
    if hasattr(engine, "to_pyarrow"):
        return engine
    if engine not in ENGINES:
        raise OptionError("connect", "engine", one_of(ENGINES), engine, nearest(str(engine), ENGINES))
    try:
        import ibis

        return _spark(memory) if engine == "spark" else ibis.duckdb.connect(memory_limit=memory)
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


def raw_table(con: Any, path: str | os.PathLike[str]) -> Table:
    """Return the raw table of a scan's Parquet file or of a lake's folder on any engine."""
    place = Path(path)
    if not place.is_dir():
        return con.read_parquet(str(place))
    if con.name == "duckdb":
        return con.read_parquet(str(place / "feed_year=*" / "**" / "*.parquet"), hive_partitioning=True)
    return con.read_parquet(str(place))


def frame(expression: Table) -> pd.DataFrame:
    """Run an expression and return a frame with the workbook's types, the same from each engine.

    Days are datetime64[us], whole numbers Int64 where some are missing, text `str`.
    """
    import pandas as pd

    schema = expression.schema()
    table: pd.DataFrame = expression.to_pandas()
    for name, kind in schema.items():
        if kind.is_date() or kind.is_timestamp():
            table[name] = pd.to_datetime(table[name]).astype("datetime64[us]")
        elif kind.is_integer():
            table[name] = table[name].astype("Int64")
        elif kind.is_boolean():
            table[name] = table[name].astype("boolean").fillna(False).astype("bool")
        elif kind.is_string():
            table[name] = table[name].astype("str")
        elif kind.is_floating():
            table[name] = table[name].astype("float64")
    return table


def sql(feed: str, *, dyad: Sequence[str] | None = None, dialect: str = "bigquery", acts: bool = False) -> str:
    """Return the SQL that reads GDELT where it lives.

    Parameters
    ----------
    feed : {"gdelt1", "gdelt2"}
        Which public table.
    dyad : pair of str, optional
        Only rows between the two.
    dialect : str
        The dialect of the SQL.
    acts : bool
        Whether to count honestly there (see `guards.acts`) rather than to list rows.

    Raises
    ------
    OptionError
        When the feed is not on BigQuery.
    """
    import ibis

    from analysis.feeds.guards import Guards, between, guarded
    from analysis.feeds.guards import acts as as_acts
    from analysis.feeds.readers import events

    if feed not in BIGQUERY:
        raise OptionError("sql", "feed", one_of(tuple(BIGQUERY)), feed)
    project, schema, table = BIGQUERY[feed].split(".")
    raw = ibis.table(_TYPES, name=table, catalog=project, database=schema)
    rows = between(events(raw, feed), dyad)
    return str(ibis.to_sql(as_acts(guarded(rows, Guards())) if acts else rows, dialect=dialect))
