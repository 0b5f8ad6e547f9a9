"""What changed between two days, on a small written record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import analysis as an
from analysis.errors import OptionError
from analysis.measures.changes import _measures, changes, compare
from analysis.measures.composite import composite
from analysis.measures.difference import WORD_BAND
from analysis.measures.forecasts import brier
from analysis.measures.headline import headline
from analysis.measures.tension import tension


def until_2004(folder: Path) -> an.Relationship:
    """The record, as if something of no consequence had happened on the first day of 2004."""
    return replace(an.load(folder), cutoff=pd.Timestamp("2004-01-01"))


class TestThings:
    def test_only_what_came_after_the_day_is_new(self, record: Path) -> None:
        found = changes(an.load(record), "2001-12-31")
        assert found.events["event_id"].tolist() == ["2002-third", "2003-01-01-anna"]
        assert found.assessments["assessment_id"].tolist() == ["2002-05-times"]
        assert found.forecasts["forecast_id"].tolist() == ["2002-05-times-f1"]
        assert (str(found.since.date()), str(found.until.date())) == ("2001-12-31", "2003-12-31")

    def test_a_forecast_decided_in_between_is_scored(self, record: Path) -> None:
        found = changes(until_2004(record), "2003-06-30")
        assert found.forecasts.empty
        assert found.resolved[["forecast_id", "outcome", "made_since"]].to_numpy().tolist() == [
            ["2002-05-times-f1", "false", False]
        ]
        # likely, 0.55 to 0.80, and it did not come: 0.675 squared
        assert found.resolved["score"].tolist() == pytest.approx([0.675**2])

    def test_made_and_decided_in_between_says_so(self, record: Path) -> None:
        found = changes(until_2004(record), "2001-12-31")
        assert found.resolved["made_since"].tolist() == [True]

    def test_partly_is_decided_without_a_score(self, change: Callable[..., Path]) -> None:
        folder = change("forecasts", 0, outcome="partly")
        found = changes(until_2004(folder), "2003-06-30")
        assert found.resolved["score"].isna().tolist() == [True]

    def test_counts(self, record: Path) -> None:
        found = changes(an.load(record), "2001-12-31")
        assert found.counts() == {"events": 2, "assessments": 1, "forecasts": 1, "resolved": 1, "indicators": 1}

    def test_a_day_on_or_after_the_cut_off_is_refused(self, record: Path) -> None:
        rel = an.load(record, as_of="2002-12-31")
        for day in ("2002-12-31", "2003-06-01"):
            with pytest.raises(OptionError, match="2002-12-31"):
                changes(rel, day)


class TestIndicators:
    def moved(self, record: Path, since: str, until: str) -> pd.DataFrame:
        table = changes(until_2004(record).as_of_day(until), since).indicators
        return table[["value_then", "value_now", "change", "withheld_then", "withheld_now", "state"]]

    def test_a_later_figure_after_a_withheld_year(self, record: Path) -> None:
        row = self.moved(record, "2002-12-31", "2004-01-01").iloc[0]
        assert row.tolist() == [40, 0, -40, True, False, "moved"]

    def test_a_year_that_came_to_be_withheld(self, record: Path) -> None:
        row = self.moved(record, "2001-12-31", "2002-12-31").iloc[0]
        assert row[["value_then", "value_now", "withheld_now", "state"]].tolist() == [40, 40, True, "withheld"]
        assert np.isnan(row["change"])

    def test_a_first_figure(self, record: Path) -> None:
        row = self.moved(record, "2000-12-31", "2001-12-31").iloc[0]
        assert row["state"] == "new"
        assert np.isnan(row["change"])

    def test_nothing_new_gives_no_row(self, record: Path) -> None:
        assert self.moved(record, "2003-12-31", "2004-01-01").empty

    def test_a_figure_revised_between_two_versions(self, record: Path) -> None:
        rel = an.load(record)
        other = replace(rel, indicators=rel.indicators.assign(value=rel.indicators["value"].replace(0, 7)))
        row = compare(rel, other).indicators.iloc[0]
        assert row[["period_then", "period_now", "change", "state"]].tolist() == ["2003", "2003", 7, "revised"]

    def test_periods_of_different_length_are_not_alike(self, change: Callable[..., Path]) -> None:
        folder = change("indicators", 2, period="2003-01/2003-03")
        # the citation follows the period
        text = (
            (folder / "citations.csv")
            .read_text(encoding="utf-8")
            .replace("gas_price@2003", "gas_price@2003-01/2003-03")
        )
        (folder / "citations.csv").write_text(text, encoding="utf-8")
        table = changes(until_2004(folder), "2001-12-31").indicators
        assert table[["alike", "state"]].to_numpy().tolist() == [[False, "moved"]]


class TestMeasures:
    def test_the_event_index_of_both_days_is_that_of_the_record_as_it_is_now(self, record: Path) -> None:
        rel = an.load(record)
        table = changes(rel, "2002-12-31").measures.set_index("measure")
        for when, day in (("then", pd.Timestamp("2002-12-31")), ("now", rel.cutoff)):
            index = tension(rel.events, start=day, end=day, band=None).set_index("measure")["value"]
            for measure in ("conflict", "cooperation", "tension_share"):
                assert table.loc[measure, when] == pytest.approx(index[measure])
        told = an.difference(rel.events, "2002-12-31", rel.cutoff, band=WORD_BAND).set_index("measure")
        assert table["change"]["tension_share"] == pytest.approx(told["value"]["tension_share"])
        assert table["clear"]["tension_share"] == told["clear"]["tension_share"]
        np.testing.assert_allclose(table["change"], table["now"] - table["then"])
        assert table.loc["brier", "now"] == brier(rel.forecasts)["value"].iloc[0]
        assert np.isnan(table.loc["brier", "then"])

    def test_nothing_is_outside_without_both_bands(self, record: Path) -> None:
        table = changes(until_2004(record), "2002-12-31").measures.set_index("measure")
        assert table.loc["brier", "clear"] is pd.NA

    @pytest.mark.parametrize(
        ("then", "now", "clear"),
        [
            ((0.2, 0.1, 0.3), (0.5, 0.4, 0.6), True),
            ((0.2, 0.1, 0.3), (0.5, 0.1, 0.6), False),  # the old value lies in the new band
            ((0.2, 0.1, 0.5), (0.5, 0.4, 0.6), False),  # the new value lies in the old band
            ((0.2, 0.1, 0.4), (0.45, 0.35, 0.6), False),  # bands overlap, values do not lie in them
            ((0.2, 0.1, 0.4), (0.45, 0.4, 0.6), False),  # bands that touch are not apart
            ((0.5, 0.4, 0.6), (0.2, 0.1, 0.39), True),
        ],
    )
    def test_a_change_is_clear_where_the_bands_do_not_overlap(
        self, then: tuple[float, ...], now: tuple[float, ...], clear: bool
    ) -> None:
        def reading(values: tuple[float, ...]) -> pd.DataFrame:
            row = dict(zip(("value", "low", "high"), values, strict=True))
            return pd.DataFrame([{"date": pd.Timestamp("2001-01-01"), "measure": "m", **row, "band": "b"}])

        assert _measures(reading(then), reading(now))["clear"].tolist() == [clear]

    def test_an_empty_beginning_has_no_values_then(self, record: Path) -> None:
        table = changes(an.load(record), "1999-12-31").measures
        assert table["then"].isna().all()
        assert table["now"].notna().any()

    def test_headline_takes_the_composite_of_the_last_year_that_has_one(self, record: Path) -> None:
        rel = an.load(record)
        assert composite(rel.indicators).empty
        assert "composite" not in set(headline(rel)["measure"])

    def test_the_same_call_gives_the_same_tables(self, record: Path) -> None:
        rel = an.load(record)
        pd.testing.assert_frame_equal(changes(rel, "2001-12-31").measures, changes(rel, "2001-12-31").measures)
