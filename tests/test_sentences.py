"""What each sentence says, and when: a frame in, key, numbers and words of direction out, on both sides of each bound."""

from __future__ import annotations

import re
from typing import Any

import finding_kit as kit
import measure_kit
import pandas as pd
import pytest
from finding_kit import days, relationship

from analysis import findings
from analysis.findings import conduct as conduct_finding
from analysis.findings.statement import Statement
from analysis.findings.tension import change_key, highest, standing, told
from analysis.findings.texts import TEXTS

END = "2011-01-01"


def keys(finding: Any) -> list[str]:
    return [statement.key for statement in finding.statements]


class TestStanding:
    @pytest.mark.parametrize(
        ("acts", "wanted"),
        [
            ([], "none"),
            (days(9, "2010-09-01"), "few"),
            (days(10, "2010-09-01"), "level"),
            (days(10, "2010-09-01", scores=(4.0, 0.0)), "one_sided"),
            (days(10, "2010-09-01", scores=(-8.0,)), "one_sided"),
            (days(10, "2010-04-06"), "memory"),  # the newest act is 180 days old
            (days(10, "2010-04-07"), "level"),  # 179 days
        ],
    )
    def test_what_can_be_told_of_the_present(self, acts: list[dict[str, Any]], wanted: str) -> None:
        assert told(relationship(acts, END), "180D") == wanted

    @pytest.mark.parametrize(
        ("value", "low", "high", "place"),
        [
            (0.30, 0.20, 0.399, "below"),
            (0.30, 0.20, 0.401, "near"),  # the band holds the level
            (0.60, 0.401, 0.80, "above"),
            (0.60, 0.399, 0.80, "near"),
            (0.396, 0.39, 0.398, "near"),  # printed alike
        ],
    )
    def test_the_place_is_decided_by_the_band_and_by_what_is_printed(
        self, value: float, low: float, high: float, place: str
    ) -> None:
        # five acts of -4 and five of +6: 0.40 of all weight is conflict
        rel = relationship(days(10, "2010-09-01", scores=(-4.0, 6.0)), END)
        statement = standing(rel, kit.level(value, low, high))
        assert (statement.key, statement.facts["place"]) == ("tension.level", place)
        assert statement.facts["usual"] == pytest.approx(0.4)
        assert f"{place} their long-run level of 0.40" in statement.text
        words = {"below": "calmer than usual", "near": "about as tense as usual", "above": "tenser than usual"}[place]
        assert findings.title(rel, kit.level(value, low, high)) == f"Aland and Beland {words}"

    def test_whole_texts(self) -> None:
        rel = relationship(days(10, "2010-09-01", scores=(-4.0, 6.0)), END)
        assert standing(rel, kit.level(0.3, 0.2, 0.35)).text == (
            "The tension share of acts between Aland and Beland stood at 0.30 (90% band 0.20 to 0.35) on 1 January 2011, "
            "below their long-run level of 0.40."
        )
        few = relationship(days(3, "2010-09-01"), END)
        assert standing(few, kit.level(0.3, 0.2, 0.35)).text == (
            "Three acts between Aland and Beland are recorded up to 1 January 2011, two of conflict and one of cooperation: too few "
            "to speak of a level. The newest: Event 2 (21 Sep 2010)."
        )
        assert findings.title(few, kit.level(0.3, 0.2, 0.35)) == (
            "Three acts between Aland and Beland recorded up to 1 January 2011"
        )
        one = relationship(days(1, "2010-09-01"), END)
        assert standing(one, kit.level(1, 1, 1)).text.startswith("One act between Aland and Beland is recorded")
        calm = relationship(days(10, "2010-09-01", scores=(4.0,)), END)
        assert standing(calm, kit.level(0, 0, 0)).text == (
            "None of the 10 acts between Aland and Beland recorded up to 1 January 2011 is of conflict."
        )
        assert (
            findings.title(calm, kit.level(0, 0, 0)) == "No act of conflict among the 10 acts between Aland and Beland"
        )
        old = relationship(days(10, "2009-01-01"), END)
        assert standing(old, kit.level(0.3, 0.2, 0.4, state="no events")).text == (
            "No acts between Aland and Beland are recorded in the 180 days to 1 January 2011, so nothing can be said of the "
            "present. The newest: Event 9 (1 Apr 2009)."
        )
        none = relationship([], END)
        assert standing(none, kit.level(0.3, 0.2, 0.4)).text == "No acts between Aland and Beland are recorded."

    def test_a_part_of_the_acts_is_named_and_speaks_for_itself(self) -> None:
        rows = days(12, "2010-07-01", scores=(-4.0, 6.0))
        rows += [{**row, "domain": "energy"} for row in days(11, "2010-08-01", scores=(-9.0, 1.0))]
        energy = relationship(rows, END).only(domains=["energy"])
        statement = standing(energy, kit.level(0.3, 0.2, 0.4))
        assert statement.facts["n"] == 11
        assert statement.facts["usual"] == pytest.approx(54 / 59)
        assert "energy acts between Aland and Beland" in statement.text
        assert (
            findings.title(energy, kit.level(0.3, 0.2, 0.4)) == "Energy acts only: Aland and Beland calmer than usual"
        )
        one_way = relationship(rows, END).only(domains=["energy"], direction="side_a")
        assert one_way.acts_between == "energy acts by Aland towards Beland (joint ones included)"


class TestConfidence:
    @pytest.mark.parametrize(
        ("recent", "backed", "width", "word"),
        [
            (2, 2, 0.1, "low"),
            (3, 3, 0.1, "moderate"),
            (10, 8, 0.2, "high"),
            (9, 8, 0.2, "moderate"),
            (10, 7, 0.2, "moderate"),
            (10, 8, 0.21, "moderate"),
            (21, 8, 0.2, "high"),  # more acts never lower the word
            (21, 21, 0.4, "moderate"),
            (21, 21, 0.41, "low"),
        ],
    )
    def test_acts_publishers_and_band(self, recent: int, backed: int, width: float, word: str) -> None:
        rows = [
            {**row, "publishers": 2 if n < backed else 1} for n, row in enumerate(days(recent, "2010-12-01", step=1))
        ]
        statement = findings.confidence(relationship(rows, END), kit.level(0.5, 0.3, 0.3 + width))
        assert (statement.facts["level"], statement.facts["n"], statement.facts["backed"]) == (word, recent, backed)
        assert f"is {word}: " in statement.text

    def test_an_act_counts_by_the_day_that_places_it_in_the_index(self) -> None:
        # Its middle day is 181 days before the end, though it may have ended on the last day.
        rows = [*days(2, "2010-12-01"), {"start": "2010-01-05", "end": "2011-01-01", "g": 4.0}]
        assert findings.confidence(relationship(rows, END), kit.level(0.5, 0.4, 0.5)).facts["n"] == 2


class TestPeak:
    def row(self, agreement: float, day: str = "2010-05-01") -> pd.Series:
        since = pd.Timestamp("2010-01-01")
        facts = {"date": pd.Timestamp(day), "since": since, "value": 0.7, "agreement": agreement, "event_id": "e001"}
        return pd.Series(facts)

    @pytest.mark.parametrize(
        ("agreement", "day", "key"),
        [
            (0.5, "2010-05-01", "tension.peak"),
            (0.499, "2010-05-01", "tension.no_peak"),
            (0.5, "2011-01-01", "tension.peak_now"),
            (0.499, "2011-01-01", "tension.no_peak"),
        ],
    )
    def test_a_day_is_named_where_half_of_the_redrawn_records_agree(self, agreement: float, day: str, key: str) -> None:
        assert highest(self.row(agreement, day), pd.Timestamp(END)).key == key

    def test_whole_texts(self) -> None:
        end = pd.Timestamp(END)
        assert highest(self.row(0.6), end).text == "Its highest point since 1 January 2010 was 0.70 on 1 May 2010."
        assert highest(self.row(0.6, END), end).text == "It is the highest since 1 January 2010."
        assert highest(self.row(0.31), end).text == (
            "No single highest point since 1 January 2010 can be named: 31% of the redrawn records have theirs within 90 "
            "days of 1 May 2010, the highest in the record as it is."
        )


class TestChange:
    CALM, SHARP = days(20, "2009-01-01", scores=(6.0, 5.0, 6.0, -2.0)), days(20, "2010-05-01", scores=(-8.0, -9.0, 2.0))

    def test_it_rose(self) -> None:
        finding = findings.tension_change(relationship([*self.CALM, *self.SHARP], END), "2010-01-01")
        assert keys(finding) == ["tension.rose_much"]
        facts = finding.statements[0].facts
        assert facts["now"] - facts["then"] == pytest.approx(facts["value"])
        assert facts["value"] >= 0.2
        assert facts["low"] > 0
        # The newest of the acts of -9, and no act of +2 after it.
        assert finding.text == (
            "↗ Much tenser than on 1 January 2010: by weight, about three acts in four were hostile, after about one in five on "
            "that day; what pushed most towards tension: Event 39 (7 November 2010)."
        )

    def test_it_fell(self) -> None:
        sharp = days(20, "2009-01-01", scores=(-8.0, -9.0, 2.0))
        calm = days(20, "2010-05-01", scores=(6.0, 5.0, 6.0, -2.0))
        finding = findings.tension_change(relationship([*sharp, *calm], END), "2010-01-01")
        assert keys(finding) == ["tension.fell_much"]
        assert finding.text.startswith("↘ Much calmer than on 1 January 2010: by weight, about one act in ")
        assert finding.text.endswith("what pushed most towards calm: Event 38 (28 October 2010).")  # 39 is of -2

    @pytest.mark.parametrize(
        ("word", "value", "key"),
        [
            ("higher", 0.199, "rose"),
            ("higher", 0.2, "rose_much"),
            ("lower", -0.199, "fell"),
            ("lower", -0.2, "fell_much"),
            ("no clear change", 0.5, "unclear"),
        ],
    )
    def test_a_clear_change_is_sharp_from_a_fifth(self, word: str, value: float, key: str) -> None:
        assert change_key(word, value) == key
        assert f"tension.{key}" in TEXTS

    def test_a_band_that_holds_zero_is_no_clear_change_and_bears_no_likelihood(self) -> None:
        rel = relationship(days(60, "2009-06-01"), END)
        finding = findings.tension_change(rel, "2010-06-01")
        assert keys(finding) == ["tension.unclear"]
        facts = finding.statements[0].facts
        assert facts["low"] <= 0 <= facts["high"]
        assert finding.text.startswith("→ No clear change since 1 June 2010: by weight, about two acts in three were")
        assert "likely" not in finding.text
        assert "chance" not in finding.text

    def test_without_an_act_since_then_that_is_what_is_said(self) -> None:
        finding = findings.tension_change(relationship(days(20, "2010-05-01"), END), "2010-12-01")
        assert keys(finding) == ["tension.quiet"]
        assert finding.text.startswith("→ Nothing is recorded between the two since 1 December 2010; by weight, about")

    @pytest.mark.parametrize("then", ["2008-12-31", END, "2011-06-01"])
    def test_nothing_is_said_of_a_day_before_the_first_act_or_not_before_the_last(self, then: str) -> None:
        assert findings.tension_change(relationship([*self.CALM, *self.SHARP], END), then).text == ""

    def test_nothing_is_said_where_nothing_can_be_told_of_the_present(self) -> None:
        assert findings.tension_change(relationship(days(9, "2010-09-01"), END), "2010-10-01").text == ""
        assert findings.tension_change(relationship(days(20, "2009-01-01"), END), "2009-10-01").text == ""


class TestQuarrels:
    @pytest.mark.parametrize(
        ("years", "each", "key"),
        [((2008, 2009, 2010), (2, 2, 1), "quarrels.recur"), ((2008, 2009, 2010), (2, 1, 1), "quarrels.few"),
         ((2009, 2010), (3, 2), "quarrels.few"), ((2010,), (1,), "quarrels.few")],
    )  # fmt: skip
    def test_they_recur_from_five_acts_in_three_years(
        self, years: tuple[int, ...], each: tuple[int, ...], key: str
    ) -> None:
        rows = [row for year, n in zip(years, each, strict=True) for row in days(n, f"{year}-03-01", scores=(-4.0,))]
        finding = findings.quarrels(relationship(rows, END))
        assert keys(finding) == [key]
        facts = finding.statements[0].facts
        assert (facts["n"], facts["years"], facts["span"]) == (sum(each), len(years), 2011 - years[0] + 1)

    def test_a_milder_act_is_not_sharp_and_none_is_no_sentence(self) -> None:
        assert findings.quarrels(relationship(days(8, "2010-03-01", scores=(-3.9, 5.0)), END)).text == ""

    def test_whole_texts_with_intervals(self) -> None:
        row = {"start": "2010-03-01", "end": "2010-03-04", "g": -8.0, "precision": "interval"}
        assert findings.quarrels(relationship([row], END)).text == (
            "One act of sharp conflict is recorded (refusals, threats and measures; Goldstein score −4 or lower): Event 0 "
            "(1–4 Mar 2010)."
        )
        rows = [row for year in (2008, 2009, 2010) for row in days(2, f"{year}-03-01", scores=(-8.0,))]
        assert findings.quarrels(relationship(rows, END)).text == (
            "Quarrels recur: six acts of sharp conflict (refusals, threats and measures; Goldstein score −4 or lower) in three of "
            "the four years from 2008 to 2011. Among the heaviest: Event 0 (1 Mar 2008); Event 1 (11 Mar 2008); Event 2 (1 "
            "Mar 2009); Event 3 (11 Mar 2009)."
        )


class TestWordsAndDeeds:
    def frame(self, gap: tuple[float, float, float], acts: int = 10, state: str = "observed") -> pd.DataFrame:
        value, low, high = gap
        parts = {"verbal": (0.5 + value, 0.1, 0.9), "material": (0.5, 0.1, 0.9), "gap": (value, low, high)}
        rows = [
            {"date": pd.Timestamp(END), "measure": name, "value": numbers[0], "low": numbers[1], "high": numbers[2]}
            for name, numbers in parts.items()
        ]
        return pd.DataFrame(rows).assign(acts=acts, state=state, usual=0.3)

    @pytest.mark.parametrize(
        ("gap", "acts", "state", "key", "tenser"),
        [
            ((0.2, 0.01, 0.3), 10, "observed", "conduct.apart", "words"),
            ((-0.2, -0.3, -0.01), 10, "observed", "conduct.apart", "deeds"),
            ((0.2, 0.0, 0.3), 10, "observed", "conduct.unclear", None),
            ((-0.2, -0.3, 0.0), 10, "observed", "conduct.unclear", None),
            ((0.2, 0.01, 0.3), 9, "observed", None, None),
            ((0.2, 0.01, 0.3), 10, "no events", None, None),
        ],
    )
    def test_by_the_band_of_the_gap(
        self, gap: tuple[float, float, float], acts: int, state: str, key: str | None, tenser: str | None
    ) -> None:
        finding = conduct_finding.words_and_deeds(relationship(days(20), END), self.frame(gap, acts, state))
        assert keys(finding) == ([key] if key else [])
        if tenser:
            assert finding.statements[0].facts["tenser"] == tenser
            assert f"{tenser} are tenser than" in finding.text

    def test_whole_texts(self) -> None:
        rel = relationship(days(20), END)
        assert findings.words_and_deeds(rel, self.frame((0.2, 0.01, 0.3))).text == (
            "On 1 January 2011 words are tenser than deeds: the tension share is 0.70 of words and 0.50 of deeds (gap "
            "+0.20, 90% band +0.01 to +0.30)."
        )
        assert findings.words_and_deeds(rel, self.frame((0.2, -0.1, 0.3))).text == (
            "On 1 January 2011 no clear gap between words and deeds can be told: the tension share is 0.70 of words and 0.50 "
            "of deeds, the 90% band of the gap −0.10 to +0.30."
        )


class TestDependence:
    def frame(self, *years: tuple[int, float, float, float]) -> pd.DataFrame:
        rows = [
            {"date": pd.Timestamp(year, 12, 31), "measure": "composite", "value": value, "low": low, "high": high}
            for year, value, low, high in years
        ]
        return pd.DataFrame(rows).assign(state="observed", weight=1.0)

    @pytest.mark.parametrize(
        ("last", "key", "direction"),
        [
            ((0.8, 0.61, 0.9), "composite.moved", "rose"),
            ((0.8, 0.60, 0.9), "composite.unclear", None),  # spans that touch are not apart
            ((0.2, 0.1, 0.39), "composite.moved", "fell"),
            ((0.2, 0.1, 0.40), "composite.unclear", None),
        ],
    )
    def test_it_moved_where_the_spans_do_not_overlap(
        self, last: tuple[float, float, float], key: str, direction: str | None
    ) -> None:
        frame = self.frame((2000, 0.9, 0.8, 1.0), (2001, 0.1, 0.05, 0.2), (2005, 0.5, 0.4, 0.6), (2010, *last))
        finding = findings.dependence(relationship(days(20), END), frame)
        assert keys(finding) == [key]
        assert finding.statements[0].facts.get("direction") == direction
        assert (finding.statements[0].facts["since"], finding.statements[0].facts["place"]) == (2005, "")

    @pytest.mark.parametrize(
        ("value", "place"), [(0.91, "highest"), (0.9, "highest"), (0.89, ""), (0.1, "lowest"), (0.11, "")]
    )
    def test_highest_and_lowest_are_of_all_years_compared(self, value: float, place: str) -> None:
        frame = self.frame(
            (2000, 0.9, 0.8, 1.0), (2001, 0.1, 0.05, 0.2), (2005, 0.5, 0.0, 1.0), (2010, value, 0.0, 1.0)
        )
        finding = findings.dependence(relationship(days(20), END), frame)
        assert finding.statements[0].facts["place"] == place
        assert (f"the {place} of the 4 years that can be compared" in finding.text) == bool(place)

    def test_years_less_than_five_apart_are_not_compared(self) -> None:
        near = self.frame((2006, 0.1, 0.05, 0.2), (2010, 0.8, 0.7, 0.9))
        assert findings.dependence(relationship(days(20), END), near).text == ""
        assert findings.dependence(relationship(days(20), END), near.head(0)).text == ""

    def test_whole_texts(self) -> None:
        rel = relationship(days(20), END)
        moved = self.frame((2000, 0.9, 0.8, 1.0), (2005, 0.5, 0.4, 0.6), (2010, 0.8, 0.7, 0.85))
        assert findings.dependence(rel, moved).text == (
            "Aland's dependence on Beland rose from 0.50 in 2005 to 0.80 in 2010, on the scale of its own history from 0 to "
            "1 (0.70 to 0.85 when one series is left out)."
        )
        unclear = self.frame((2005, 0.5, 0.4, 0.6), (2010, 0.55, 0.45, 0.65))
        assert findings.dependence(rel, unclear).text == (
            "Aland's dependence on Beland shows no clear change: 0.50 in 2005 and 0.55 in 2010, on the scale of its own "
            "history from 0 to 1 (0.45 to 0.65 when one series is left out), the highest of the 2 years that can be compared."
        )


class TestAssessors:
    def held(self, *rows: tuple[str, str, int]) -> Any:
        table = measure_kit.assessments(*((day, who, "autonomy", score) for day, who, score in rows))
        claims = [
            f"{who} says {-score}; and more" for _, who, score in rows
        ]  # the scale of the table runs the other way
        table = table.assign(grade="B2", reliability="B", claim=claims)
        return findings.assessors(relationship(days(20), END, assessments=table))

    def test_how_many_see_what_and_the_two_furthest_apart(self) -> None:
        three = self.held(("2010-06-01", "I", -1), ("2010-06-02", "J", -1), ("2010-06-03", "K", 1))
        assert keys(three) == ["positions.apart"]
        facts = three.statements[0].facts
        assert (facts["n"], facts["see"], facts["apart"], facts["between"], facts["voices"]) == (3, 2, 1, 0, 3)
        assert three.text == (
            "Aland is seen as subordinate to Beland in two of three assessments since 1 January 2010 and as autonomous in one "
            "(three organisations); furthest apart: I says 1 (I, 1 June 2010) and K says -1 (K, 3 June 2010)."
        )

    def test_where_all_agree_none_is_furthest_apart(self) -> None:
        same = self.held(("2010-06-01", "I", -1), ("2010-06-02", "J", -1))
        assert same.text == (
            "Aland is seen as subordinate to Beland in two of two assessments since 1 January 2010, as autonomous in none and "
            "as neither in none (two organisations)."
        )

    def test_the_window_is_the_days_up_to_the_last_one(self) -> None:
        assert self.held(("2010-01-01", "I", -1)).text == ""  # 365 days before
        for score, seen in ((-1, "subordinate"), (1, "autonomous"), (0, "between")):
            assert keys(self.held(("2010-01-02", "I", score))) == [f"positions.only_{seen}"]
        assert keys(self.held(("2010-01-02", "I", -1), ("2010-01-03", "J", -1))) == ["positions.views"]


class TestForecasts:
    def table(self, stated: int, imputed: int, hits: int) -> pd.DataFrame:
        outcomes = ["true" if n < hits else "false" for n in range(stated)] + ["false"] * imputed
        table = measure_kit.forecasts(*((0.55, 0.8, outcome) for outcome in outcomes))
        basis = ["stated"] * stated + ["imputed"] * imputed
        days = pd.Timestamp("2010-05-01")
        return table.assign(
            deadline_basis=basis, resolved_on="2010-05-01", deadline_end=days, proposition="p", made_on=days
        )

    def test_those_with_a_deadline_of_their_author_are_told_and_not_pooled_with_others(self) -> None:
        few = findings.forecasts(relationship(days(20), END, forecasts=self.table(9, 30, 5)))
        assert keys(few) == ["forecasts.few"]
        assert few.text == "Too few forecasts have been decided by 1 January 2011 to score them."
        enough = findings.forecasts(relationship(days(20), END, forecasts=self.table(10, 30, 5)))
        assert keys(enough) == ["forecasts.scored"]
        facts = enough.statements[0].facts
        assert (facts["n"], facts["base"]) == (10, 0.5)
        # 0.675 said of each: half of them are 0.325 off, half 0.675
        assert facts["score"] == pytest.approx((0.325**2 + 0.675**2) / 2)
        assert enough.text.startswith(
            "10 forecasts with a deadline that its author stated were decided by 1 January 2011, with a mean Brier score of 0.28"
        )

    def test_open_ones_are_counted_and_none_is_no_sentence(self) -> None:
        assert findings.forecasts(relationship(days(20), END)).text == ""
        table = self.table(2, 0, 1).assign(outcome="open", deadline_end=pd.Timestamp("2012-01-01"))
        assert findings.forecasts(relationship(days(20), END, forecasts=table)).text.endswith("Two forecasts are open.")


def test_every_text_can_be_filled_and_leaves_no_blank() -> None:
    for key, text in TEXTS.items():
        fields = re.findall(r"{(\w+)(?::([^}]*))?}", text)
        values: dict[str, Any] = {}
        for name, how in fields:
            kind = (how or "").partition(" ")[0]
            values[name] = (
                (0.1, 0.2) if "band" in kind else (2, "acts") if kind == "acts" else ("a", "b") if kind == "list"
                else pd.Timestamp(END) if kind == "day" else "words" if kind in ("", "capital")
                else 2 if kind == "words" else 2.0
            )  # fmt: skip
        assert "{" not in Statement(key, values).text, key
        assert not re.search(r"\s{2}|\s[.,;:]", Statement(key, values).text), key


def test_an_empty_record_has_one_sentence() -> None:
    rel = relationship([], END)
    empty = kit.level(0.1, 0.1, 0.1).head(0)
    line = findings.bottom_line(rel, empty)
    assert line.lead is not None
    assert [line.lead.text, *line.items] == ["No acts between Aland and Beland are recorded."]
