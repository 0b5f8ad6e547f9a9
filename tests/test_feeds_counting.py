"""Rows are not events: the guards, the funnel, the three states of a period, and wrong score tables."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from feeds import kit

from analysis.errors import ColumnError, OptionError
from analysis.feeds import coverage
from analysis.feeds.feed import named
from analysis.feeds.reading import read
from analysis.feeds.rows import Summary
from analysis.feeds.steps import Guards
from analysis.feeds.synthetic import write_zip

PAIR = ("BLR", "RUS")
OFF = Guards(anniversaries=False, opinions=False, repeats=False, mirrors="keep")
WORDS = "https://{}.example.org/news/long-talks-about-the-gas-price"


def reading(tmp_path, *rows, guards=None, name="20200304.export.CSV.zip"):
    return read(write_zip(tmp_path / name, kit.gdelt2(*rows)), PAIR, guards=guards)


def asides(got) -> list:
    return got.rows.sort_values("feed_line")["aside"].astype("object").where(got.rows["aside"].notna(), None).tolist()


# Each row is there for the guard named behind it.
MIXED = (
    {"url": "https://example.org/a"},  # counts
    {"url": "https://example.org/a"},  # repeats: the same text, day, direction and root
    {"source": "RUS", "target": "BLR", "url": "https://example.org/a"},  # mirrors: talks, the other way
    {"code": "130", "url": "https://example.org/a"},  # counts: another root of the same text
    {
        "source": "RUS",
        "target": "BLR",
        "code": "130",
        "url": "https://example.org/a",
    },  # counts: a threat has a direction
    {"day": dt.date(2019, 3, 5), "added": kit.DAY, "url": "https://example.org/b"},  # anniversaries: 365 days
    {"code": "057", "url": "https://example.org/opinion/c"},  # opinions
    {"code": "057", "goldstein": 99, "url": "https://example.org/d"},  # unreadable
)


def test_each_guard_takes_its_own_rows(tmp_path):
    got = reading(tmp_path, *MIXED)
    assert asides(got) == [None, "repeats", "mirrors", None, None, "anniversaries", "opinions", "unreadable"]
    assert got.events[["direction", "root", "rows"]].to_numpy().tolist() == [
        ["joint", "04", 1],
        ["BLR>RUS", "13", 1],
        ["RUS>BLR", "13", 1],
    ]


@pytest.mark.parametrize("name", ["anniversaries", "opinions", "repeats"])
def test_a_guard_that_is_off_takes_nothing_and_the_others_stay(tmp_path, name):
    full, without = reading(tmp_path, *MIXED), reading(tmp_path, *MIXED, guards=Guards(**{name: False}))
    assert full.funnel[f"set aside: {name}"] == 1
    assert without.funnel[f"set aside: {name}"] == 0
    assert without.funnel["rows that count"] >= full.funnel["rows that count"]
    others = [one for one in ("anniversaries", "opinions") if one != name]
    assert all(without.funnel[f"set aside: {one}"] == 1 for one in others)


def test_mirrors_all_and_keep(tmp_path):
    every = reading(tmp_path, *MIXED, guards=Guards(mirrors="all"))
    assert every.events["direction"].tolist() == ["joint", "joint"]
    none = reading(tmp_path, *MIXED, guards=Guards(mirrors="keep"))
    assert none.events["direction"].tolist() == ["BLR>RUS", "RUS>BLR", "BLR>RUS", "RUS>BLR"]


def test_with_all_guards_off_every_readable_row_counts_and_acts_are_still_one_a_day(tmp_path):
    got = reading(tmp_path, *MIXED, guards=OFF)
    assert got.funnel["rows that count"] == 7
    assert got.events["rows"].sum() == 7
    assert not got.events.duplicated(["start", "source_actor", "target_actor", "root"]).any()


@pytest.mark.parametrize(
    ("lag", "aside"),
    [
        (-1, None),
        (0, None),
        (1, None),
        (6, None),
        (7, "anniversaries"),
        (8, None),
        (30, "anniversaries"),
        (31, None),
        (364, None),
        (365, "anniversaries"),
        (366, None),
        (3652, "anniversaries"),
        (3653, "anniversaries"),
        (3654, "too early"),
        (36525, "too early"),
    ],
)
def test_only_exact_lags_are_anniversaries(tmp_path, lag, aside):
    got = reading(tmp_path, {"day": kit.DAY - dt.timedelta(days=lag), "added": kit.DAY})
    assert (got.rows["lag"].tolist(), asides(got)) == ([lag], [aside])


@pytest.mark.parametrize(
    ("address", "aside"),
    [
        ("https://example.org/opinion/a", "opinions"),
        ("https://example.org/2020/op-ed/a", "opinions"),
        ("https://example.org/blogs/a.html", "opinions"),
        ("https://blogs.example.org/a", "opinions"),
        ("https://example.org/news/public-opinion-poll", None),
        ("https://example.org/historical", None),
        ("https://example.org/news/blogger-held", None),
        ("Agency Monitoring", None),
    ],
)
def test_op_eds_are_told_from_their_address(tmp_path, address, aside):
    assert asides(reading(tmp_path, {"url": address})) == [aside]


def test_copies_on_other_sites_are_one_text_and_two_publishers(tmp_path):
    copies = [{"url": WORDS.format("one") + "-1234.html"}, {"url": WORDS.format("www.two") + "?ref=x"}]
    got = reading(tmp_path, *copies, guards=Guards(repeats=False))
    assert got.events[["rows", "texts", "publishers"]].to_numpy().tolist() == [[2, 1, 2]]
    assert (got.funnel["independent texts"], got.funnel["publishers"]) == (1, 2)
    # Short names are no headline: two sites' index.html are two texts.
    short = reading(tmp_path, {"url": "https://one.example.org/x"}, {"url": "https://two.example.org/x"})
    assert short.funnel["independent texts"] == 2


def test_an_act_has_the_mean_score_of_its_rows_and_counts_what_stands_behind_it(tmp_path):
    rows = [{"code": code, "url": f"https://example.org/{code}", "mentions": 2} for code in ("130", "138", "1384")]
    (act,) = reading(tmp_path, *rows).events.to_dict("records")
    scores = [-4.4, -7.0, -7.0]
    assert act["goldstein"] == pytest.approx(sum(scores) / 3, abs=0.005)
    assert (act["rows"], act["texts"], act["mentions"]) == (3, 3, 6)


def test_the_funnel_is_printed_with_the_share_of_all_lines(tmp_path):
    rows = [*MIXED, *({"number": 100 + i, "source": "USA", "target": "FRA"} for i in range(8))]
    text = str(reading(tmp_path, *rows).funnel)
    lines = {line[:30].strip(): line[30:].split() for line in text.splitlines()[1:]}
    assert lines["rows of all dyads"] == ["16", "100.00%"]
    assert lines["rows of BLR and RUS"] == ["8", "50.00%", "50.00%", "of", "all", "dyads"]
    assert text.splitlines()[0] == "gdelt2: BLR and RUS, from rows to sources"
    steps = reading(tmp_path, *rows).funnel.frame.set_index("step")["count"]
    aside = sum(value for name, value in steps.items() if name.startswith("set aside"))
    assert steps["rows of BLR and RUS"] == aside + steps["rows that count"]


def test_the_share_in_all_dyads_is_that_of_a_lake_and_of_a_small_scan(tmp_path):
    from analysis.feeds.scans import scan

    others = [
        {"source": "USA", "target": "FRA"},
        {"source": "USA", "target": "USA"},
        {"source": "USA", "target": "EUR"},
    ]
    path = write_zip(tmp_path / "20200304.export.CSV.zip", kit.gdelt2(*MIXED, *others))
    scan(path, None, tmp_path / "all")
    held, taken = read(tmp_path / "all", PAIR).funnel, read(path, PAIR).funnel
    assert (held["lines read"], held["rows of all dyads"], held["rows of BLR and RUS"]) == (11, 9, 8)
    own = held.frame.set_index("step").loc["rows of BLR and RUS"]
    assert own[["share", "of_dyads"]].tolist() == pytest.approx([8 / 11, 8 / 9])
    assert "88.89% of all dyads" in str(held)
    pd.testing.assert_frame_equal(held.frame, taken.frame)


@pytest.mark.parametrize(
    ("feed", "pair"),
    [("icews", PAIR), ("phoenix", PAIR), ("polecat", PAIR), ("acled", PAIR), ("ucdp", ("RUS", "UKR"))],
)
def test_a_scan_counts_all_dyads_as_the_readers_do(feed, pair, tmp_path):
    from analysis.feeds.scans import scan

    path = kit.write(tmp_path, feed)
    scan(path, None, tmp_path / "all", feed=feed)
    held, taken = read(tmp_path / "all", pair).funnel, read(path, pair).funnel
    assert held["rows of all dyads"] == taken["rows of all dyads"] > 0


def test_a_larger_scan_estimates_all_dyads_from_some_lines(tmp_path):
    from feeds.bulk import gdelt2_archives

    from analysis.feeds.scans import scan

    gdelt2_archives(tmp_path / "in", rows=12_000, per_file=12_000, dyad=("AUT", "BEL"), seed=1)
    scan(tmp_path / "in", None, tmp_path / "all")
    whole = read(tmp_path / "all", ("AUT", "BEL")).funnel["rows of all dyads"]
    frame = read(tmp_path / "in", ("AUT", "BEL")).funnel.frame
    (step,) = [name for name in frame["step"] if name.startswith("of all dyads (by ")]
    seen = int(step.split()[4].replace(",", ""))
    told = frame.set_index("step")["count"][step]
    share = whole / 12_000
    assert 400 <= seen < 6_000
    assert abs(told - whole) < 4 * 12_000 * (share * (1 - share) / seen) ** 0.5, "within four standard errors"
    assert frame.set_index("step")["of_dyads"]["rows of AUT and BEL"] == pytest.approx(
        frame.set_index("step")["count"]["rows of AUT and BEL"] / told
    )


def test_an_unknown_way_with_mirrors_is_refused():
    with pytest.raises(OptionError):
        Guards(mirrors="both")  # type: ignore[arg-type]


def test_rows_and_their_order_do_not_matter(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    rows = [{"number": index, **row} for index, row in enumerate(MIXED, 1)]
    one, two = reading(tmp_path / "a", *rows), reading(tmp_path / "b", *rows[::-1])
    pd.testing.assert_frame_equal(one.events, two.events)


# -- periods ---------------------------------------------------------------------------------------------------------


def test_zero_missing_and_withheld_are_three_states(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write_zip(folder / "20200304.export.CSV.zip", kit.gdelt2({"number": 1}))
    write_zip(folder / "20200305.export.CSV.zip", kit.gdelt2({"number": 2, "source": "USA", "target": "FRA"}))
    write_zip(folder / "20200308.export.CSV.zip", kit.gdelt2({"number": 3}))
    withheld = pd.DataFrame({"start": ["2020-03-07"], "end": ["2020-03-07"], "reason": ["kept back by the producer"]})
    table = read(folder, PAIR, withheld=withheld).coverage
    assert table[["state", "rows"]].to_numpy().tolist() == [
        ["covered", 1],
        ["covered", 0],
        ["missing", 0],
        ["withheld", 0],
        ["covered", 1],
    ]
    assert table["share"].isna().tolist() == [False, False, True, True, False]
    assert table["reason"].tolist()[2:4] == ["no file", "kept back by the producer"]
    month = coverage.monthly(table)
    assert month[["state", "rows", "lines"]].to_numpy().tolist() == [["covered", 2, 3]]
    assert month["missing"].tolist() == [pytest.approx(0.4)]


@pytest.mark.parametrize(
    ("name", "start", "freq"),
    [
        ("gdelt/20191024143000.export.CSV.zip", "2019-10-24 14:30", "15min"),
        ("gdelt/20191024143000.translation.export.CSV.zip", "2019-10-24 14:30", "15min"),
        ("gdelt/20130401.export.CSV.zip", "2013-04-01", "D"),
        ("gdelt/201303.zip", "2013-03-01", "M"),
        ("gdelt/1979.zip", "1979-01-01", "Y"),
        ("in/20201399.export.CSV.zip", None, None),
        ("in/events.2018.20200427084805.tab", None, None),
        ("in/acled.csv", None, None),
    ],
)
def test_the_period_of_an_archive_is_in_its_name(name, start, freq):
    period = coverage.period_of(name, named("gdelt2"))
    assert period == (None if start is None else (pd.Timestamp(start).to_pydatetime(), freq))


def test_a_broken_archive_is_not_covered():
    files = [Summary("in/201303.zip", lines=5, rows=2, state="damaged", reason="the archive is cut off")]
    table = coverage.frame(coverage.periods(files, {}, named("gdelt1")))
    assert table[["state", "reason", "rows"]].to_numpy().tolist() == [["missing", "the archive is cut off", 2]]


def test_a_file_that_breaks_off_is_missing_though_its_name_tells_no_period(tmp_path):
    days = (("a.tab", "2018-06-01"), ("a.tab", "2018-08-01"), ("b.tab", "2019-01-05"))
    counted = {(file, dt.date.fromisoformat(day)): 1 for file, day in days}
    files = [
        Summary("a.tab", lines=9, rows=2, first="2018-06-01", last="2018-08-20"),
        Summary("b.tab", lines=5, rows=1, state="damaged", reason="cut off", first="2019-01-02", last="2019-01-09"),
        Summary("c.tab", lines=7, rows=0, first="2018-07-03", last="2018-07-04"),
        Summary("d.tab", state="no rows", reason="the file has a header and no lines"),
    ]
    table = coverage.frame(coverage.periods(files, counted, named("icews"))).astype({"lines": "float64"})
    table["start"] = table["start"].dt.strftime("%Y-%m-%d").fillna("no day")
    assert table[["start", "state", "file", "rows"]].to_numpy().tolist() == [
        ["2018-06-01", "covered", "a.tab", 1],
        ["2018-07-01", "covered", "a.tab", 0],
        ["2018-07-01", "covered", "c.tab", 0],
        ["2018-08-01", "covered", "a.tab", 1],
        ["2019-01-01", "missing", "b.tab", 1],
        ["no day", "no rows", "d.tab", 0],
    ]
    # How the lines of a file of several months spread over them is not known, so there is no share.
    assert table["lines"].fillna(-1).tolist() == [-1, -1, 7, -1, 5, 0]
    assert table["share"].isna().tolist() == [True, True, False, True, False, True]


def test_a_list_of_withheld_periods_needs_its_columns():
    with pytest.raises(ColumnError):
        coverage.periods([Summary("in/201303.zip")], {}, named("gdelt1"), pd.DataFrame({"start": ["2013-03-01"]}))


def test_periods_without_telling_names_are_the_months_of_the_rows(tmp_path):
    table = read(kit.write(tmp_path, "icews"), PAIR).coverage
    assert table[["state", "rows", "lines"]].to_numpy().tolist() == [["covered", 3, 4]]


# -- score tables ----------------------------------------------------------------------------------------------------


def rescored(tmp_path, column: str, count: int = 400, wrong: int | None = None):
    """A file whose first rows carry the scores of another published table."""
    table = pd.read_csv(kit.codebook("cameo_variants"), dtype=str)
    table = table[table["gdelt"].notna() & table[column].notna()]
    rows = []
    for index, row in enumerate(table.to_dict("records") * 3):
        if index == count:
            break
        score = row[column] if wrong is None or index < wrong else row["gdelt"]
        rows.append(
            {"number": index, "code": row["code"], "goldstein": float(score), "url": f"https://example.org/{index}"}
        )
    return reading(tmp_path, *rows)


def test_a_file_scored_with_a_wrong_table_is_reported_with_the_table_it_fits(tmp_path):
    (report,) = rescored(tmp_path, "gdelt_py").schemes.to_dict("records")
    assert (report["value"], report["scheme"], report["agrees_with"]) == ("goldstein", "gdelt", "gdelt_py")
    assert report["share"] > 0.5
    assert report["codes"]


def test_the_feeds_own_table_is_not_reported_and_neither_is_one_row_in_two_hundred(tmp_path):
    assert rescored(tmp_path, "gdelt").schemes.empty
    table = pd.read_csv(kit.codebook("cameo_variants"), dtype=str)
    first_wrong = next(i for i, row in enumerate(table.to_dict("records")) if row["gdelt"] != row["gdelt_py"])
    assert rescored(tmp_path, "gdelt_py", wrong=first_wrong + 2).schemes.empty
    assert len(rescored(tmp_path, "gdelt_py", wrong=first_wrong + 30).schemes) == 1


def test_quad_classes_of_another_scheme_are_reported(tmp_path):
    """Root 09 is material cooperation in GDELT's rows and verbal conflict elsewhere."""
    text = kit.gdelt2(*({"number": i, "code": "090", "url": f"https://example.org/{i}"} for i in range(9)))
    path = tmp_path / "20200304.export.CSV"
    path.write_text(text.replace("\t090\t090\t09\t2\t", "\t090\t090\t09\t3\t"))
    (report,) = read(path, PAIR).schemes.to_dict("records")
    assert (report["value"], report["wrong"], report["codes"]) == ("quad_class", 9, "09")
