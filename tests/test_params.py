"""What an analyst is told about a notebook's parameters, and what is refused before anything runs."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_notebooks import notebook

from analysis.errors import OptionError
from analysis.runs import parameters as params

CELL = """
relationship: str = "russia-belarus"  # folder or name of the record
as_of: str = "2023-04-06"  # date: last day that may be known
half_life: int = 180  # days
level: float = 0.9
band: bool = True  # draw the band
domains: list[str] = []  # events of these domains; empty for all
measure: Literal["share", "raw"] = "share"  # what is drawn
draws: int | None = None  # none for the default
end: Optional[str] = None  # date: last day shown
weights: dict = {
    "energy": 1.0,
    "trade": 2.0,
}  # by domain
plain = 7
old = 3  # type: int  from before annotations
"""


@pytest.fixture
def declared(tmp_path: Path) -> list[params.Parameter]:
    return params.declared(notebook(tmp_path / "briefing.ipynb", parameters=CELL))


def test_lists_name_type_default_and_help(declared: list[params.Parameter]) -> None:
    listed = {p.name: (p.type, p.default, p.help) for p in declared}
    assert listed["relationship"] == ("str", "russia-belarus", "folder or name of the record")
    assert listed["domains"] == ("list[str]", [], "events of these domains; empty for all")
    assert listed["draws"] == ("int | None", None, "none for the default")
    assert listed["weights"] == ("dict", {"energy": 1.0, "trade": 2.0}, "by domain")
    assert listed["plain"] == ("int", 7, "")
    assert listed["old"] == ("int", 3, "from before annotations")
    assert list(listed) == [line.split(":")[0].split(" =")[0] for line in CELL.splitlines() if "=" in line]


def test_a_date_is_marked_by_its_comment_and_a_literal_by_its_values(declared: list[params.Parameter]) -> None:
    by_name = {p.name: p for p in declared}
    assert [p.name for p in declared if p.date] == ["as_of", "end"]
    assert by_name["as_of"].help == "last day that may be known"
    assert by_name["measure"].allowed == ("share", "raw")
    assert by_name["half_life"].allowed is None


@pytest.mark.parametrize(
    ("name", "given", "typed"),
    [
        ("half_life", "90", 90),
        ("half_life", " -3 ", -3),
        ("level", "0.5", 0.5),
        ("level", 1, 1.0),
        ("band", "no", False),
        ("band", "TRUE", True),
        ("domains", "energy, trade", ["energy", "trade"]),
        ("domains", '["energy"]', ["energy"]),
        ("domains", "", []),
        ("domains", ("energy",), ["energy"]),
        ("measure", "raw", "raw"),
        ("draws", "none", None),
        ("draws", "500", 500),
        ("draws", None, None),
        ("as_of", "2024-02-29", "2024-02-29"),
        ("as_of", datetime.date(2020, 1, 31), "2020-01-31"),
        ("end", "none", None),
        ("end", "2020-01-31", "2020-01-31"),
        ("relationship", "2019", "2019"),
        ("weights", '{"energy": 2}', {"energy": 2}),
    ],
)
def test_values_are_read_as_the_cell_declares(
    declared: list[params.Parameter], name: str, given: Any, typed: Any
) -> None:
    value = params.check(declared, {name: given})[name]
    assert value == typed
    assert type(value) is type(typed)


@pytest.mark.parametrize(
    ("name", "given", "must_be"),
    [
        ("half_life", "ninety", "a whole number"),
        ("half_life", 1.5, "a whole number"),
        ("half_life", True, "a whole number"),
        ("level", "nan", "a finite number"),
        ("band", 1, "true or false"),
        ("band", "maybe", "true or false"),
        ("domains", 3, "a list"),
        ("domains", [1], "a list, each item text"),
        ("draws", "many", "a whole number (int) or none"),
        ("as_of", "2023-02-30", "a day such as"),
        ("as_of", "20230406", "a day such as"),
        ("as_of", "April 2023", "a day such as"),
        ("as_of", 2023, "a day such as"),
        ("relationship", 5, "text"),
        ("weights", [1], "a mapping"),
    ],
)
def test_values_of_another_type_are_refused(
    declared: list[params.Parameter], name: str, given: Any, must_be: str
) -> None:
    with pytest.raises(OptionError) as refused:
        params.check(declared, {name: given}, where="briefing.ipynb")
    assert refused.value.field == name
    assert refused.value.where == "briefing.ipynb"
    assert must_be in refused.value.expected


def test_a_misspelt_name_is_refused_with_the_nearest(declared: list[params.Parameter]) -> None:
    with pytest.raises(OptionError, match="Did you mean 'as_of'"):
        params.check(declared, {"asof": "2023-04-06"})


def test_a_value_outside_the_allowed_is_refused_with_the_nearest(declared: list[params.Parameter]) -> None:
    with pytest.raises(OptionError, match=r"one of share, raw, not 'shares'. Did you mean 'share'"):
        params.check(declared, {"measure": "shares"})


def test_a_comment_may_name_the_values_as_well(tmp_path: Path) -> None:
    cell = (
        'version: str = "full"  # one of: full, brief; how much is told\n'
        "domains: list = []  # one of: energy, trade; all when empty\n"
        "paper: Optional[str] = None  # one of: a4, us-letter"
    )
    declared = params.declared(notebook(tmp_path / "n.ipynb", parameters=cell))
    assert [p.allowed for p in declared] == [("full", "brief"), ("energy", "trade"), ("a4", "us-letter")]
    right = {"version": "brief", "domains": ["trade", "energy"], "paper": "none"}
    assert params.check(declared, right) == {**right, "paper": None}
    for name, wrong, hint in (
        ("version", "breif", "brief"),
        ("domains", "energy,trades", "trade"),
        ("paper", "us_letter", "us-letter"),
    ):
        with pytest.raises(OptionError, match=f"Did you mean '{hint}'") as refused:
            params.check(declared, {name: wrong})
        assert refused.value.field == name


def test_the_default_itself_is_always_allowed(tmp_path: Path) -> None:
    declared = params.declared(notebook(tmp_path / "n.ipynb", parameters='as_of: str = ""  # date: empty for all'))
    assert params.check(declared, {"as_of": ""}) == {"as_of": ""}


def test_the_order_is_the_cells_so_that_the_same_values_make_the_same_notebook(
    declared: list[params.Parameter],
) -> None:
    assert list(params.check(declared, {"level": 1, "as_of": "2020-01-01"})) == ["as_of", "level"]


def test_a_notebook_without_parameters_takes_none(tmp_path: Path) -> None:
    declared = params.declared(notebook(tmp_path / "n.ipynb", parameters=None))
    assert declared == []
    with pytest.raises(OptionError, match="declares none"):
        params.check(declared, {"n": 1})


def test_magics_unions_quoted_and_unknown_annotations_are_read(tmp_path: Path) -> None:
    cell = '%matplotlib inline\na: "int | str" = 1\nb: Path = Path("x")\nc: 5 + = 2'
    path = notebook(tmp_path / "n.ipynb", parameters=cell.rsplit("\n", 1)[0])
    a, b = params.declared(path)
    assert (a.type, b.type, b.default) == ("int | str", "Path", 'Path("x")')
    assert params.check([a], {"a": "x"}) == {"a": "x"}
    assert params.check([a], {"a": "4"}) == {"a": 4}
    assert params.check([b], {"b": "y"}) == {"b": "y"}
    with pytest.raises(OptionError, match="parameters cell, line 4"):
        params.declared(notebook(path, parameters=cell))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": 1}'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(content)
    with pytest.raises(OptionError, match=r"n\.ipynb: `notebook` must be a notebook"):
        params.declared(path)


def test_a_missing_notebook_is_named(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="No such file"):
        params.declared(tmp_path / "none.ipynb")


def test_notebooks_of_format_3_are_read(tmp_path: Path) -> None:
    cell = {
        "cell_type": "code",
        "input": "n: int = 1",
        "language": "python",
        "metadata": {"tags": ["parameters"]},
        "outputs": [],
    }
    content = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell], "metadata": {}}]}
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps(content))
    assert [p.name for p in params.declared(path)] == ["n"]


@given(
    st.one_of(
        st.integers(), st.booleans(), st.text(), st.floats(allow_nan=False, allow_infinity=False), st.lists(st.text())
    )
)
def test_a_value_is_either_refused_or_of_the_declared_type(value: Any) -> None:
    for kind, allowed in (("int", int), ("float", float), ("bool", bool), ("str", str), ("list[str]", list)):
        try:
            typed = params.check([params.Parameter("x", kind, object())], {"x": value})["x"]
        except OptionError:
            continue
        assert type(typed) is allowed


@given(st.dates())
def test_every_day_is_a_date_and_survives(day: datetime.date) -> None:
    assert params.check([params.Parameter("d", "str", "", date=True)], {"d": day.isoformat()}) == {"d": day.isoformat()}


def test_a_listing_leaves_out_what_is_no_python_and_says_so_and_a_run_refuses_it(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from analysis.cli import main

    path = notebook(tmp_path / "n.ipynb", parameters="a: int = 1\n= 2\nb: str = 'x'  # kept\nc = = 3\n")
    with pytest.raises(OptionError, match="line 2"):
        params.declared(path)
    skipped: list[str] = []
    assert [p.name for p in params.declared(path, skipped=skipped)] == ["a", "b"]
    assert [line.split(":")[0] for line in skipped] == [f"n.ipynb, parameters cell, line {n}" for n in (2, 4)]
    shown = CliRunner().invoke(main, ["params", str(path)])
    assert shown.exit_code == 0
    assert "kept" in shown.output
    assert "Left out: n.ipynb, parameters cell, line 4" in shown.output


def test_a_value_that_cannot_be_of_its_defaults_type_is_refused(tmp_path: Path) -> None:
    cell = "import datetime\nday = datetime.date(2020, 1, 1)\nfolder = Path('x')\nhalf = 3 / 2\ntyped: str = str(day)"
    declared = params.declared(notebook(tmp_path / "n.ipynb", parameters=cell))
    for name, value in (("day", "2021-01-01"), ("folder", "y")):
        with pytest.raises(OptionError, match="declared with a type") as refused:
            params.check(declared, {name: value})
        assert refused.value.field == name
    assert params.check(declared, {"half": 2, "typed": "x"}) == {"half": 2, "typed": "x"}


def test_a_comment_goes_on_in_indented_lines_and_not_in_others() -> None:
    cell = (
        "a: str = 'x'  # one of: x, y,\n#   z; which of them\n# A remark of its own.\n"
        "b: int = 1  # how many\n# no more of it\n"
    )
    book = {"cells": [{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": cell}], "nbformat": 4}
    a, b = params.declared(book)
    assert (a.allowed, a.help) == (("x", "y", "z"), "one of: x, y, z; which of them")
    assert b.help == "how many"
