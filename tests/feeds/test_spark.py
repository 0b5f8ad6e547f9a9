"""Every reader, the guards, the acts and the world scan give the same on a real local Spark as on DuckDB."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest
from feeds import kit
from feeds.bulk import gdelt2_archives

from analysis.feeds import engines
from analysis.feeds.all_dyads import world, world_funnel
from analysis.feeds.reading import read
from analysis.feeds.scans import scan
from analysis.feeds.steps import Guards

pytestmark = [
    pytest.mark.spark,
    pytest.mark.java,
    # pyspark warns that it has not been tried with pandas 3; what is used of it here is compared with DuckDB.
    pytest.mark.filterwarnings("ignore"),
]
PAIRS = {"ucdp": ("RUS", "UKR")}


@pytest.fixture(scope="module")
def spark():
    """A local session that interprets expressions: for a few rows, compiling them would take most of the time."""
    from pyspark.sql import SparkSession

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.memory", "1g")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .config("spark.log.level", "OFF")
            .getOrCreate()
        )
        yield engines.connect("spark")
        session.stop()


@pytest.mark.parametrize("feed", list(kit.FILES))
def test_a_reader_gives_the_same_rows_and_acts(tmp_path, spark, feed):
    path, pair = kit.write(tmp_path, feed), PAIRS.get(feed, ("BLR", "RUS"))
    duck, same = read(path, pair), read(path, pair, engine=spark)
    assert len(duck.rows)
    pd.testing.assert_frame_equal(same.rows, duck.rows)
    pd.testing.assert_frame_equal(same.events, duck.events)
    pd.testing.assert_frame_equal(same.funnel.frame, duck.funnel.frame)


def test_many_rows_with_every_guard_and_the_world_scan_are_the_same(tmp_path, spark):
    paths = gdelt2_archives(tmp_path / "in", rows=4000, per_file=1000, dyad=("BLR", "RUS"), one_in=20, seed=2)
    scan(paths, ("BLR", "RUS"), tmp_path / "rows")
    for guards in (Guards(), Guards(anniversaries=False, repeats=False, mirrors="all")):
        duck, same = (
            read(tmp_path / "rows", ("BLR", "RUS"), guards=guards, engine=engine) for engine in ("duckdb", spark)
        )
        assert len(duck.events) > 50
        pd.testing.assert_frame_equal(same.rows, duck.rows)
        pd.testing.assert_frame_equal(same.events, duck.events)
    scan(paths, None, tmp_path / "all")
    pd.testing.assert_frame_equal(world(tmp_path / "all", engine=spark), world(tmp_path / "all"))
    duck, same = (world_funnel(tmp_path / "all", engine=engine).frame for engine in ("duckdb", spark))
    pd.testing.assert_frame_equal(same, duck)
