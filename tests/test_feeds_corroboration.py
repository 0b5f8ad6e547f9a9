"""Curated against machine-coded: the rank correlation, its interval, and the days of disagreement."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from feeds import kit

import analysis as an
from analysis import feeds
from analysis.errors import OptionError
from analysis.feeds.corroboration import corroborate, disagreements, shares, spearman
from analysis.feeds.coverage import monthly as monthly_states
from analysis.feeds.reading import read
from analysis.feeds.synthetic import echo, write_zip


def acts(days, scores, name="e") -> pd.DataFrame:
    start = pd.to_datetime(pd.Series(days)).astype("datetime64[us]")
    return pd.DataFrame(
        {
            "event_id": [f"{name}{i}" for i in range(len(start))],
            "title": [f"{name} {i}" for i in range(len(start))],
            "start": start,
            "end": start,
            "goldstein": np.asarray(scores, dtype=float),
            "dyad": True,
        }
    )


def monthly(levels, name="e", seed=0) -> pd.DataFrame:
    """Two acts a month: conflict by the level, cooperation by the rest."""
    days = pd.date_range("2010-01-01", periods=len(levels), freq="MS").repeat(2) + pd.Timedelta(days=14)
    scores = np.column_stack([-10 * np.asarray(levels), 10 * (1 - np.asarray(levels))]).ravel()
    return acts(days, scores, name)


def test_shares_are_of_the_periods_own_acts():
    table = acts(["2010-01-02", "2010-01-20", "2010-03-01"], [-4, 6, 0])
    got = shares(table, "M")
    assert got["period"].astype("str").tolist() == ["2010-01-01", "2010-03-01"]
    assert got["share"].tolist() == pytest.approx([0.4, np.nan], nan_ok=True)
    assert got["acts"].tolist() == [2, 1]


def test_the_rank_correlation_is_that_of_scipy_with_ties():
    from scipy import stats

    rng = np.random.default_rng(4)
    for _ in range(50):
        one, two = rng.integers(0, 6, (2, 30)).astype(float)
        assert spearman(one, two) == pytest.approx(stats.spearmanr(one, two).statistic)
    assert np.isnan(spearman(np.ones(5), np.arange(5.0)))


def test_the_same_order_is_one_whatever_the_scale_and_the_opposite_is_minus_one():
    levels = np.random.default_rng(1).uniform(0.05, 0.95, 48)
    for other, value in ((levels**3, 1.0), (1 - levels, -1.0)):
        (row,) = corroborate(monthly(levels), monthly(other, "f"), freqs=["M"]).to_dict("records")
        assert (row["value"], row["low"], row["high"]) == pytest.approx((value, value, value))
        assert (row["periods"], row["state"]) == (48, "compared")


def test_the_interval_holds_zero_for_unrelated_series_about_as_often_as_it_says():
    rng, held = np.random.default_rng(2), 0
    for _ in range(80):
        one, two = rng.uniform(0.05, 0.95, (2, 60))
        (row,) = corroborate(monthly(one), monthly(two, "f"), freqs=["M"], draws=200).to_dict("records")
        held += row["low"] <= 0 <= row["high"]
    assert held / 80 > 0.78


def test_parts_of_the_time_are_compared_apart_and_short_ones_have_no_number():
    levels = np.random.default_rng(3).uniform(0.05, 0.95, 36)
    other = np.concatenate([levels[:18], 1 - levels[18:30], levels[30:]])
    got = corroborate(monthly(levels), monthly(other, "f"), freqs=["M"], breaks=["2011-07-01", "2012-07-01"])
    assert got["periods"].tolist() == [36, 18, 12, 6]
    assert got["value"].tolist()[1:3] == pytest.approx([1.0, -1.0])
    assert got["state"].tolist()[3] == "too few periods"
    assert np.isnan(got["value"].tolist()[3])


def test_a_period_that_only_one_side_has_is_not_compared():
    levels = np.random.default_rng(3).uniform(0.05, 0.95, 24)
    got = corroborate(monthly(levels), monthly(levels, "f").iloc[:24], freqs=["M", "Q"])
    assert got["periods"].tolist() == [12, 4]


def test_an_unknown_frequency_is_refused():
    with pytest.raises(OptionError):
        corroborate(monthly([0.5] * 12), monthly([0.5] * 12), freqs=["W"])


def test_the_worst_days_are_where_the_feed_was_bent_and_name_the_rows():
    days = pd.date_range("2015-01-01", periods=160, freq="7D")
    scores = np.where(np.arange(160) % 3 == 0, -3.0, 3.0)
    bent = scores.copy()
    bent[80:84] = -10.0
    got = disagreements(acts(days, scores), acts(days, bent, "f"), count=2, half_life="30D")
    first = got[got["date"] == got["date"].iloc[0]]
    assert days[80] <= first["date"].iloc[0] <= days[90]
    assert (first["difference"] > 0).all()
    feed = first[first["side"] == "feed"]
    assert set(feed["event_id"]) & {"f80", "f81", "f82", "f83"}
    assert set(first["side"]) == {"curated", "feed"}
    dates = got["date"].unique()
    assert abs(dates[0] - dates[1]) >= np.timedelta64(90, "D")


def test_days_without_an_archive_and_too_short_a_time_have_no_disagreement():
    days = pd.date_range("2015-01-01", periods=160, freq="7D")
    scores = np.where(np.arange(160) % 3 == 0, -3.0, 3.0)
    bent = scores.copy()
    bent[80:84] = -10.0
    curated, feed = acts(days, scores), acts(days, bent, "f")
    covered = pd.DataFrame({"start": [days[0]], "end": [days[70]], "state": ["covered"]})
    got = disagreements(curated, feed, count=2, half_life="30D", coverage=covered)
    assert (got["date"] <= days[70]).all()
    assert len(got)
    assert disagreements(curated.iloc[:20], feed.iloc[:20]).empty, "five months in common"
    assert not disagreements(curated.iloc[:50], feed.iloc[:50]).empty


def test_series_that_never_meet_have_no_days():
    assert disagreements(acts(["2000-01-01"], [1]), acts(["2020-01-01"], [1], "f")).empty


def test_the_rows_behind_a_day_are_those_of_its_acts_and_no_others(tmp_path):
    same = {"url": "https://example.org/one-long-headline-of-talks"}
    rows = [
        {"code": "040", **same},  # 1: talks, with ...
        {"code": "040", "url": "https://example.org/another-long-headline-of-talks"},  # 2: ... a second text
        {"code": "040", **same},  # 3: a repeat
        {"source": "RUS", "target": "BLR", "code": "040", "url": "https://example.org/x"},  # 4: the other way
        {"code": "130", "url": "https://example.org/y"},  # 5: another act of the day
        {"source": "RUS", "target": "BLR", "code": "130", "url": "https://example.org/z"},  # 6: and its answer
    ]
    path = write_zip(tmp_path / "20200304.export.CSV.zip", kit.gdelt2(*rows))
    reading = read(path, ("BLR", "RUS"))
    ids = {act.direction + act.root: act.event_id for act in reading.events.itertuples()}
    day = pd.Timestamp("2020-03-10")
    for key, lines in (("joint04", [1, 2, 4]), ("BLR>RUS13", [5]), ("RUS>BLR13", [6])):
        worst = pd.DataFrame({"date": [day, day], "side": ["feed", "curated"], "event_id": [ids[key], "e1"]})
        got = feeds.behind(worst.assign(title="an act"), reading)
        assert got["feed_line"].tolist() == lines
        assert set(got["feed_file"]) == {f"{tmp_path.name}/20200304.export.CSV.zip"}
        assert got["url"].str.startswith("https://example.org/").all()
        assert (got["date"] == day).all()
        assert (got["title"] == "an act").all()


def test_an_echo_of_the_shipped_record_correlates_and_noise_alone_does_not(tmp_path):
    rel = an.load("russia-belarus")
    sides = (rel.side_a.id, rel.side_b.id)
    close = read(echo(rel.events, tmp_path / "close", sides=sides, noise=0), sides)
    far = read(echo(rel.events.assign(cameo="040"), tmp_path / "far", sides=sides, noise=6, seed=9), sides)
    values = [corroborate(rel.events, one.events, freqs=["Q"], draws=50)["value"].iloc[0] for one in (close, far)]
    assert values[0] > 0.6
    assert abs(values[1]) < 0.35
    assert close.rows["url"].str.contains("synthetic").all()


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    rel = an.load("russia-belarus")
    sides = (rel.side_a.id, rel.side_b.id)
    reading = read(echo(rel.events, tmp_path_factory.mktemp("feed"), sides=sides, seed=0), sides)
    agreement = corroborate(rel.events[rel.events["dyad"]], reading.events, freqs=["M"], draws=50)
    shares = [an.tension(one, freq="M", band=None) for one in (rel.events, reading.events)]
    return rel, reading, agreement, shares


def test_the_chart_says_its_finding_and_hatches_months_without_archive(frames):
    rel, reading, agreement, shares = frames
    chart = feeds.corroboration_chart(*shares, reading.coverage, agreement, name="synthetic feed", sides=rel.sides)
    value = f"{agreement['value'].iloc[0]:.2f}"
    assert chart.title == f"Record and synthetic feed move together: rank correlation {value}"
    assert value in chart.alt
    missing = int((monthly_states(reading.coverage)["state"] == "missing").sum())
    assert missing > 3
    assert f"{missing} of" in chart.alt
    assert chart.svg().count('id="missing') == missing
    assert set(chart.data["series"]) == {"record", "feed"}
    assert feeds.sentence(agreement, "synthetic feed").text.startswith(chart.title)


def test_the_chart_of_nothing_says_so(frames):
    _, reading, agreement, shares = frames
    empty = agreement.assign(state="too few periods", value=np.nan)
    none = feeds.corroboration_chart(shares[0], shares[1].iloc[:0], reading.coverage, empty, name="gdelt2 feed")
    assert none.title.startswith("Nothing to compare")
    assert "too little in common" in feeds.sentence(empty, "gdelt2 feed").text


def test_the_echo_is_the_same_for_the_same_seed_and_tells_no_violence(tmp_path):
    rel = an.load("russia-belarus")
    sides = (rel.side_a.id, rel.side_b.id)
    one, two = (echo(rel.events, tmp_path / name, sides=sides, seed=4) for name in "ab")
    assert [path.read_bytes() for path in sorted(one.iterdir())] == [
        path.read_bytes() for path in sorted(two.iterdir())
    ]
    recorded = set(rel.events["cameo"])
    rows = read(one, sides).rows
    assert (rows["cameo"].isin(recorded) | (rows["root"] < "14")).all()


def test_the_notebook_takes_files_of_ones_own(tmp_path):
    import nbformat

    rel = an.load("russia-belarus")
    own = echo(rel.events, tmp_path / "own", sides=(rel.side_a.id, rel.side_b.id), seed=7)
    book = Path(an.__file__).parents[1] / "notebooks" / "corroboration.ipynb"
    out = tmp_path / "out.ipynb"
    command = [
        sys.executable,
        "-m",
        "papermill",
        str(book),
        str(out),
        "-y",
        f"{{files: ['{own}']}}",
        "-p",
        "as_of",
        "2022-12-31",
    ]
    subprocess.run([*command, "--no-progress-bar"], cwd=tmp_path, check=True, capture_output=True, timeout=300)
    texts = [
        output["data"]["text/plain"]
        for cell in nbformat.read(out, 4).cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "data" in output
    ]
    assert texts[0].startswith("Record and gdelt2 feed")
    assert not any("synthetic feed" in text for text in texts)
    (behind,) = (text for text in texts if text.startswith("Rows of the gdelt2 feed behind"))
    assert "own/20" in behind
    assert "https://site" in behind
