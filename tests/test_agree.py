"""What two coders of one record are told."""

from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from record_kit import ROWS, write_record

import analysis as an
from analysis.curate.agree import agree, alpha
from analysis.curate.commands import agree as command


def coded(folder, *changes: tuple[str, int, dict[str, str]], copies: int = 1):
    """Write a record with some cells changed, its events repeated so that there is something to count."""
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    for number in range(1, copies):
        for event in ROWS["events"]:
            key = f"{event['event_id']}-{number}"
            rows["events"].append({**event, "event_id": key})
            rows["citations"].append({"record": f"events:{key}", "source_id": "times-2001"})
    for table, row, cells in changes:
        rows[table][row] |= cells
    return an.load(write_record(folder, rows))


def test_column_of_equal_values_agrees_wholly_and_an_unequal_one_does_not(tmp_path):
    a = coded(tmp_path / "a", copies=4)
    b = coded(tmp_path / "b", ("events", 0, {"dependence": "2"}), ("events", 5, {"dependence": "-1"}), copies=4)
    table = agree(a, b).columns.set_index(["table", "column"])

    same = table.loc[("events", "cameo")]
    assert (same["alpha"], same["low"], same["high"], same["state"]) == (1.0, 1.0, 1.0, "scored")
    unlike = table.loc[("events", "dependence")]
    assert (unlike["rows"], unlike["same"], unlike["level"]) == (16, 14 / 16, "ordinal")
    assert unlike["low"] < unlike["alpha"] < unlike["high"] <= 1


def test_alpha_of_the_textbook_pair():
    # Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section A: two observers, ten units, binary.
    meg = np.array([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], dtype=float)
    owen = np.array([1, 1, 1, 0, 0, 1, 0, 0, 0, 0], dtype=float)

    assert alpha(meg, owen, "nominal") == pytest.approx(0.095, abs=0.0005)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@given(pairs=st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=2, max_size=40))
def test_closed_form_is_the_packages_alpha(level, pairs):
    left, right = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    if len({*left, *right}) < 2:
        assert np.isnan(alpha(left, right, level))
        return
    expected = krippendorff.alpha(reliability_data=np.vstack([left, right]), level_of_measurement=level)
    assert alpha(left, right, level) == pytest.approx(expected)


def test_few_rows_and_columns_without_variation_say_so(tmp_path):
    few = agree(coded(tmp_path / "a"), coded(tmp_path / "b")).columns
    assert set(few["state"]) == {"too few"}
    assert few["alpha"].isna().all()

    flat = [("events", row, {"form": "action"}) for row in range(16)]
    pair = [coded(tmp_path / name, *flat, copies=4) for name in ("c", "d")]
    assert agree(*pair).columns.set_index("column").loc["form", "state"] == "no variation"


def test_cell_that_one_coder_left_empty_is_a_disagreement_but_no_pair(tmp_path):
    a, b = coded(tmp_path / "a"), coded(tmp_path / "b", ("assessments", 0, {"tension": ""}))
    result = agree(a, b)

    row = result.disagreements.set_index("column").loc["tension"]
    assert (row["a"], row["b"], pd.isna(row["index"])) == (1, None, True)
    assert result.columns.set_index(["table", "column"]).loc[("assessments", "tension"), "rows"] == 0


def test_each_choice_is_tried_on_the_index(tmp_path):
    a = coded(tmp_path / "a")
    b = coded(
        tmp_path / "b",
        ("events", 0, {"cameo": "036", "dependence": "2"}),
        ("events", 3, {"target_actor": "CCC"}),
        ("events", 1, {"date": "2001-09"}),
    )
    table = agree(a, b).disagreements.set_index(["key", "column"])

    # A threat coded as an offer to meet: tension must fall, by as much as a whole record so coded says.
    only = coded(tmp_path / "c", ("events", 0, {"cameo": "036"}))
    days = {"start": a.events["start"].min(), "end": "2003-01-05", "band": None}
    shares = [an.tension(rel.events, **days).query("measure == 'tension_share'") for rel in (a, only)]
    moved = shares[1]["value"].to_numpy() - shares[0]["value"].to_numpy()
    choice = table.loc[("2001-03-04-threat", "cameo")]
    assert choice["most"] == pytest.approx(moved[np.nanargmax(abs(moved))])
    assert choice["most"] < -0.1
    assert choice["last"] == pytest.approx(moved[-1])

    assert table.loc[("2001-03-04-threat", "dependence"), ["index", "last"]].tolist() == ["event_dependence", 2.0]
    # Praise moved out of the relationship, an agreement moved by a season.
    assert table.loc[("2003-01-01-anna", "target_actor"), "last"] > 0
    assert abs(table.loc[("2001-06-agreement", "date"), "most"]) > 0
    assert table["index"].tolist()[-1] == "event_dependence"


def test_rows_of_one_coder_alone_are_listed(tmp_path):
    a, b = coded(tmp_path / "a", copies=2), coded(tmp_path / "b")
    only = agree(a, b).only
    assert set(only["coder"]) == {"a"}
    assert sorted(only["key"]) == sorted(f"{event['event_id']}-1" for event in ROWS["events"])


def test_swapping_the_coders_changes_no_alpha(tmp_path):
    a = coded(tmp_path / "a", copies=4)
    b = coded(tmp_path / "b", ("events", 0, {"cameo": "036"}), ("events", 5, {"cameo": "111"}), copies=4)
    pd.testing.assert_frame_equal(agree(a, b).columns, agree(b, a).columns)


def test_command_prints_agreement_disagreements_and_the_index(tmp_path):
    coded(tmp_path / "a")
    coded(tmp_path / "b", ("events", 0, {"cameo": "036"}))
    done = CliRunner().invoke(command, [str(tmp_path / "a"), str(tmp_path / "b")])

    assert done.exit_code == 0, done.output
    assert "2001-03-04-threat" in done.output
    assert "Tension share on 2003-01-05" in done.output


# Coders who worked apart


def renamed(folder, changes: dict[int, dict[str, str]]):
    """Write the record with other titles and ids, as a colleague would who has not seen the first coding."""
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    for number, cells in changes.items():
        old = rows["events"][number]["event_id"]
        rows["events"][number] |= {"event_id": f"{old}-x", **cells}
        for row in rows["citations"]:
            if row["record"] == f"events:{old}":
                row["record"] += "-x"
    return an.load(write_record(folder, rows))


def test_rows_with_other_ids_meet_by_date_actors_sources_and_words(tmp_path):
    a = coded(tmp_path / "a")
    b = renamed(
        tmp_path / "b",
        {
            0: {"title": "Gas threat by Beland", "cameo": "036"},
            1: {"title": "Contract", "date": "2001-06-20"},
            3: {"title": "A word of praise", "date": "2009-01-01"},  # too far to be the same
        },
    )
    result = agree(a, b)

    assert result.pairs[["a", "b"]].values.tolist() == [
        ["2001-03-04-threat", "2001-03-04-threat-x"],
        ["2001-06-agreement", "2001-06-agreement-x"],
    ]
    assert ("2001-03-04-threat", "cameo") in result.disagreements.set_index(["key", "column"]).index
    assert result.only[["key", "coder"]].values.tolist() == [["2003-01-01-anna", "a"], ["2003-01-01-anna-x", "b"]]
    events = result.recorded.set_index("table").loc["events"]
    assert (events["both"], events["a_alone"], events["b_alone"], events["share"]) == (3, 1, 1, 0.6)


def test_what_did_not_pair_is_told_before_the_figures(tmp_path):
    coded(tmp_path / "a")
    renamed(tmp_path / "b", {3: {"title": "A word of praise", "date": "2009-01-01"}})
    said = CliRunner().invoke(command, [str(tmp_path / "a"), str(tmp_path / "b")]).output
    assert "events: 3 rows of both coders, 1 of the first alone, 1 of the second: 60% were recorded by both" in said


def test_two_coders_of_the_second_coding_are_compared_on_what_both_coded(tmp_path):
    cells = [
        ("events:2001-03-04-threat", "A", "cameo", "130"),
        ("events:2001-03-04-threat", "B", "cameo", "036"),
        ("events:2001-06-agreement", "A", "cameo", "057"),
        ("events:2001-06-agreement", "B", "cameo", "057"),
        ("events:2001-06-agreement", "A", "dependence", "2"),
    ]
    names = ("record", "coder", "column", "value")
    rows = {**ROWS, "second_coding": [dict(zip(names, cell, strict=True)) for cell in cells]}
    write_record(tmp_path / "r", rows)
    out = tmp_path / "decide.csv"
    done = CliRunner().invoke(command, ["A", "B", "--in", str(tmp_path / "r"), "--write", str(out)])
    assert done.exit_code == 0, done.output
    decide = pd.read_csv(out, dtype=str)
    assert decide[["key", "column", "a", "b"]].values.tolist() == [["2001-03-04-threat", "cameo", "130", "036"]]
    assert "A, B (second_coding.csv)" in CliRunner().invoke(command, ["A", "C", "--in", str(tmp_path / "r")]).output

    # Decided, with a reason: the record takes the cell and keeps the reason.
    decide.assign(choice="b", reason="").to_csv(out, index=False)
    arguments = ["A", "B", "--in", str(tmp_path / "r"), "--adjudicated", str(out)]
    assert "`reason` must be filled in" in CliRunner().invoke(command, arguments).output
    decide.assign(choice="b", reason="It was an offer").to_csv(out, index=False)
    assert "'130' -> '036'" in CliRunner().invoke(command, arguments).output
    assert CliRunner().invoke(command, [*arguments, "--apply"]).exit_code == 0
    event = an.load(tmp_path / "r").events.set_index("event_id").loc["2001-03-04-threat"]
    assert (event["cameo"], event["notes"]) == ("036", "Adjudicated, cameo: It was an offer.")
