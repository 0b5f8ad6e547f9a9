"""Each feed, in each form in which it comes, becomes the same events columns."""

from __future__ import annotations

import bz2
import gzip
import importlib
import io
import lzma
import re
import sys
import tarfile
import types
from pathlib import Path

import pandas as pd
import pytest
from feeds import kit

import analysis as an
from analysis.errors import OptionError
from analysis.feeds import engines
from analysis.feeds.columns import TYPES
from analysis.feeds.faults import FeedError
from analysis.feeds.feed import feeds
from analysis.feeds.reading import read
from analysis.feeds.synthetic import write_zip

PAIR = ("BLR", "RUS")
SHORT = ["start", "source_actor", "target_actor", "reciprocal", "cameo", "root", "quad_class", "goldstein", "aside"]


def seen(rows: pd.DataFrame) -> list[tuple]:
    cells = rows[SHORT].assign(start=rows["start"].dt.strftime("%Y-%m-%d")).astype("object")
    return [tuple(row) for row in cells.where(cells.notna(), None).itertuples(index=False)]


def test_gdelt_rows_keep_code_quad_class_and_score_of_the_row(tmp_path):
    rows = read(kit.write(tmp_path, "gdelt2"), PAIR).rows
    assert seen(rows) == [
        ("2020-03-04", "BLR", "RUS", False, "040", "04", "verbal_cooperation", 1.0, None),
        ("2020-03-04", "RUS", "BLR", False, "130", "13", "verbal_conflict", -4.4, None),
    ]
    assert list(rows.columns)[: len(TYPES)] == list(TYPES)
    assert rows["feed_line"].tolist() == [1, 2]


@pytest.mark.parametrize("width", [57, 58])
def test_gdelt_1_is_known_by_both_its_widths(tmp_path, width):
    path = tmp_path / "201303.csv"
    path.write_text(kit.gdelt1(width, {}, {"source": "RUS", "target": "BLR", "code": "130"}))
    reading = read(path, PAIR)
    assert reading.feed == "gdelt1"
    assert reading.rows["goldstein"].tolist() == [1.0, -4.4]
    assert reading.rows["url"].notna().all() == (width == 58)
    # Without addresses nobody can say how many texts there were.
    texts = reading.funnel.frame.set_index("step")["count"]["independent texts"]
    assert pd.isna(texts) == (width == 57)


def test_icews_has_names_american_days_and_rows_without_code(tmp_path):
    reading = read(kit.write(tmp_path, "icews"), PAIR)
    assert seen(reading.rows) == [
        ("2018-06-01", "BLR", "RUS", False, "040", "04", "verbal_cooperation", 1.0, None),
        ("2018-06-01", "RUS", "BLR", False, "040", "04", "verbal_cooperation", 1.0, "mirrors"),
        ("2018-06-02", "BLR", "RUS", False, None, None, None, -2.0, "unreadable"),
    ]
    assert reading.faults[["line", "kind"]].to_numpy().tolist() == [[4, "code"]]


def test_polecat_gives_each_pair_of_a_cell_and_acts_together_once(tmp_path):
    reading = read(kit.write(tmp_path, "polecat"), PAIR)
    assert seen(reading.rows) == [
        ("2023-01-05", "RUS", "BLR", False, None, "THREATEN", "verbal_conflict", -3.5, None),
        ("2023-01-05", "BLR", "RUS", True, None, "CONSULT", "verbal_cooperation", 2.5, None),
        ("2023-01-07", "BLR", "RUS", False, None, "DANCE", "verbal_cooperation", 1.0, "unreadable"),
    ]
    assert reading.events["direction"].tolist() == ["RUS>BLR", "joint"]
    assert read(tmp_path / "polecat.txt", ("RUS", "POL")).events["root"].tolist() == ["THREATEN"]


def test_polecat_vintages_name_the_intensity_in_two_ways(tmp_path):
    text = kit.polecat()
    for head in ("Intensity", "Event Intensity", "INTENSITY"):
        path = tmp_path / "ngecEvents.txt"
        path.write_text(text.replace("\tIntensity\t", f"\t{head}\t", 1))
        assert read(path, PAIR).rows["goldstein"].tolist() == [-3.5, 2.5, 1.0]


def test_acled_names_states_in_words_and_has_line_breaks_in_cells(tmp_path):
    reading = read(kit.write(tmp_path, "acled"), PAIR)
    assert seen(reading.rows) == [("2021-11-08", "BLR", "RUS", False, "057", "05", "verbal_cooperation", 8.0, None)]
    assert reading.rows["scheme"].tolist() == ["gdelt, by sub-event type"]


def test_acled_exports_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "acled.csv"
    path.write_text(kit.acled(), encoding="utf-8-sig", newline="")
    assert len(read(path, PAIR).events) == 1


def test_ucdp_coalitions_give_each_pair_and_keep_both_days(tmp_path):
    rows = read(kit.write(tmp_path, "ucdp"), ("RUS", "UKR")).rows
    assert rows[["start", "end"]].astype("str").to_numpy().tolist() == [["2022-03-01", "2022-03-03"]]
    assert len(read(tmp_path / "ucdp.csv", ("BLR", "UKR")).rows) == 1
    assert len(read(tmp_path / "ucdp.csv", ("BLR", "RUS")).rows) == 0


def test_ucdp_candidate_releases_come_without_header(tmp_path):
    path = tmp_path / "GEDEvent.csv"
    path.write_text(kit.ucdp(header=False))
    assert len(read(path, ("RUS", "UKR")).rows) == 1


def test_all_25_acled_sub_events_have_a_code_of_the_codebook():
    from analysis import codebook
    from analysis.feeds.readers.acled import CODES

    assert len(CODES) == 25
    assert set(CODES.values()) <= set(codebook.cameo()["code"])


@pytest.fixture
def ways(tmp_path) -> dict[str, Path | list[Path] | str]:
    """The same two files in every form."""
    texts = [kit.gdelt2({}, {"code": "130"}), kit.gdelt2({"number": 9, "code": "057"})]
    made: dict = {}
    for form in ("plain", "zip", "gz", "bz2", "xz", "zst", "tar.gz"):
        folder = tmp_path / form / "feed"
        folder.mkdir(parents=True)
        for index, text in enumerate(texts):
            path = folder / f"2020030{index + 4}.export.CSV"
            if form == "plain":
                path.write_text(text)
            elif form == "zip":
                write_zip(path.with_name(path.name + ".zip"), text)
            elif form == "gz":
                # two streams in one file, as joined downloads are
                half = text.encode().find(b"\n") + 1
                path.with_name(path.name + ".gz").write_bytes(
                    gzip.compress(text.encode()[:half]) + gzip.compress(text.encode()[half:])
                )
            elif form == "bz2":
                path.with_name(path.name + ".bz2").write_bytes(bz2.compress(text.encode()))
            elif form == "xz":
                path.with_name(path.name + ".xz").write_bytes(lzma.compress(text.encode()))
            elif form == "zst":
                import pyarrow as pa

                with pa.CompressedOutputStream(str(path) + ".zst", "zstd") as stream:
                    stream.write(text.encode())
            else:
                with tarfile.open(str(path) + ".tar.gz", "w:gz") as tar:
                    info = tarfile.TarInfo(path.name)
                    info.size = len(text.encode())
                    tar.addfile(info, io.BytesIO(text.encode()))
        made[form] = folder
    made["pattern"] = str(tmp_path / "zip" / "**" / "*.zip")
    made["list"] = sorted((tmp_path / "plain" / "feed").iterdir())
    return made


def test_folder_pattern_list_and_every_packing_read_the_same(ways):
    expected = read(ways["plain"], PAIR)
    for way in ("zip", "gz", "bz2", "xz", "zst", "tar.gz", "pattern", "list"):
        got = read(ways[way], PAIR)
        pd.testing.assert_frame_equal(got.events, expected.events)
        pd.testing.assert_frame_equal(
            got.rows.drop(columns="feed_file"), expected.rows.drop(columns="feed_file"), obj=way
        )


def test_scans_of_the_dyad_and_of_all_read_like_the_archives(tmp_path, ways):
    from analysis.feeds.scans import scan

    expected = read(ways["zip"], PAIR).events
    scan(ways["zip"], PAIR, tmp_path / "rows")
    scan(ways["zip"], None, tmp_path / "all")
    pd.testing.assert_frame_equal(read(tmp_path / "rows", PAIR).events, expected)
    pd.testing.assert_frame_equal(read(tmp_path / "all", PAIR).events, expected)


def test_a_parquet_file_made_elsewhere_is_read_with_its_own_types_and_names(tmp_path):
    """As an export of the public BigQuery table has them: numbers as numbers, names with capitals."""
    table = pd.DataFrame(
        {
            "GLOBALEVENTID": [1],
            "SQLDATE": [20200304],
            "Actor1CountryCode": ["BLR"],
            "Actor2CountryCode": ["RUS"],
            "EventCode": ["040"],
            "QuadClass": [1],
            "GoldsteinScale": [1.0],
            "NumMentions": [3],
            "DATEADDED": [20200304120000],
            "SOURCEURL": ["https://example.org/a"],
        }
    )
    table.to_parquet(tmp_path / "export.parquet")
    reading = read(tmp_path / "export.parquet", PAIR, feed="gdelt2")
    assert reading.events[["event_id", "goldstein", "mentions"]].to_numpy().tolist() == [["gdelt:1", 1.0, 3]]
    assert reading.funnel["lines read"] == 1


def test_tension_takes_the_events_as_they_are(tmp_path):
    events = read(kit.write(tmp_path, "gdelt2"), PAIR).events
    share = an.tension(events, freq="D", band=None, shrinkage=0)
    assert share.loc[share["measure"] == "tension_share", "value"].tolist() == pytest.approx([4.4 / 5.4])
    by = an.tension(events, freq="D", band=None, by="direction")
    assert by.groupby("direction")["events"].max().to_dict() == {"BLR>RUS": 1, "RUS>BLR": 2}, "talks belong to both"


@pytest.mark.parametrize(
    ("feed", "pair"),
    [
        ("gdelt2", PAIR),
        ("phoenix", PAIR),
        ("icews", PAIR),
        ("polecat", PAIR),
        ("acled", PAIR),
        ("ucdp", ("RUS", "UKR")),
    ],
)
def test_tension_takes_every_feed(feed, pair, tmp_path):
    events = read(kit.write(tmp_path, feed), pair).events
    last = an.tension(events, half_life="1D", shrinkage=0, seed=1).set_index("measure").loc["tension_share"]
    scores = events["goldstein"] * 0.5 ** (events["start"].max() - events["start"]).dt.days
    expected = scores.clip(upper=0).abs().sum() / scores.abs().sum()
    value = last["value"] if last.ndim == 1 else last["value"].iloc[-1]
    assert value == pytest.approx(expected, abs=1e-9), "acts of one or two days, each weighed by its age"
    ways = an.tension(events, by="direction", band=None)
    assert set(ways["direction"]) <= {f"{pair[0]}>{pair[1]}", f"{pair[1]}>{pair[0]}"}


def test_an_empty_answer_is_a_frame_with_the_same_columns_and_types(tmp_path):
    path = kit.write(tmp_path, "gdelt2")
    full, empty = read(path, PAIR), read(path, ("FRA", "DEU"))
    assert len(empty.events) == 0
    assert empty.rows.dtypes.to_dict() == full.rows.dtypes.to_dict()
    assert empty.events.dtypes.to_dict() == full.events.dtypes.to_dict()


@pytest.mark.parametrize(("feed", "dialect"), [("gdelt1", "bigquery"), ("gdelt2", "bigquery"), ("gdelt2", "trino")])
def test_sql_of_acts_is_compiled_parses_and_is_short(feed, dialect):
    import sqlglot

    text = engines.sql(feed, dyad=PAIR, acts=True, dialect=dialect)
    parsed = sqlglot.parse_one(text, dialect=dialect)
    tables = {
        table.sql(dialect="bigquery").split(" AS ")[0].replace("`", "") for table in parsed.find_all(sqlglot.exp.Table)
    }
    assert feeds()[feed].bigquery in tables
    assert not {"DEU", "GM", "FRA"} & set(re.findall("[A-Z]+", text)), "it knows the spellings of two countries only"


def test_a_day_leaves_older_partitions_unread_and_a_wrong_one_is_refused():
    text = engines.sql("gdelt2", dyad=PAIR, since="2024-01-31", until="2024-02-29")
    for filter_ in ("20240131", "20240229", "_PARTITIONTIME"):
        assert filter_ in text
    assert "_PARTITIONTIME" not in engines.sql("gdelt1", dyad=PAIR, since="2024-01-31"), "its table has none"
    assert "_PARTITIONTIME" not in engines.sql("gdelt2", dyad=PAIR, since="2024-01-31", dialect="trino")
    with pytest.raises(OptionError, match="since"):
        engines.sql("gdelt2", since="31.31.2024")


def test_the_cost_of_a_query_is_told_by_a_dry_run(monkeypatch):
    """The package is not at hand, so what it is asked for is looked at here."""
    monkeypatch.setitem(sys.modules, "google.cloud", None)
    with pytest.raises(FeedError, match="google-cloud-bigquery"):
        engines.cost("SELECT 1")
    asked = []
    bigquery = types.SimpleNamespace(QueryJobConfig=lambda **given: given)
    client = types.SimpleNamespace(
        query=lambda query, job_config: (
            asked.append((query, job_config)) or types.SimpleNamespace(total_bytes_processed=7)
        )
    )
    monkeypatch.setitem(sys.modules, "google.cloud", types.SimpleNamespace(bigquery=bigquery))
    assert engines.cost("SELECT 1", client) == 7
    assert asked == [("SELECT 1", {"dry_run": True})]


def test_every_name_in_a_docstring_or_comment_exists():
    """`steps.REPAIRS` in a docstring is an attribute of the module `steps` of this package."""
    folder = Path(engines.__file__).parent
    wrong = []
    for path in folder.rglob("*.py"):
        for module, name in re.findall(
            r"`(?:analysis\.)?(?:feeds\.)?([a-z_]+)\.([A-Za-z_]+)`", path.read_text("utf-8")
        ):
            # `reading` there is what `read` gives.
            if module != "reading" and (folder / f"{module}.py").is_file():
                held = importlib.import_module(f"analysis.feeds.{module}")
                wrong += [] if hasattr(held, name) else [f"{path.name}: {module}.{name}"]
    assert not wrong


def test_a_feed_that_bigquery_does_not_have_is_refused():
    with pytest.raises(OptionError):
        engines.sql("icews")


def test_the_formats_have_the_widths_of_their_codebooks():
    widths = {name: len(form.columns) for name, form in feeds().items()}
    assert widths == {"gdelt1": 58, "gdelt2": 61, "icews": 20, "polecat": 40, "acled": 31, "ucdp": 49, "phoenix": 26}


def test_the_core_imports_none_of_the_heavy_packages():
    import subprocess
    import sys

    code = (
        "import sys, analysis, analysis.cli, analysis.measures.tension\n"
        "heavy = {'ibis', 'duckdb', 'pyspark', 'isal', 'stringzilla'} & set(sys.modules)\n"
        "sys.exit(len(heavy))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
