"""No cell of a CSV file that the workbook writes is run by a spreadsheet."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from analysis.findings.escaping import guarded, safe_csv
from analysis.runs import index

RUN = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", " =1+1", " \t=1", "\u00a0@x", "\n-1", " \tx", "  +1"]


@pytest.mark.parametrize("cell", RUN, ids=repr)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe_in_every_file(cell: str) -> None:
    assert guarded(cell) == f"'{cell}".replace("\r", "\n")
    attached = next(csv.reader(io.StringIO(safe_csv(pd.DataFrame({"a": [cell]})).partition("\n")[2], newline="")))
    row = {"name": cell, "status": "done", "why": "", "seconds": 1.0, "parameters": {"note": cell}, "title": cell}
    whole = index.to_csv([{**row, "figures": {"note": cell}, "files": [], "error": cell}])
    listed = next(csv.DictReader(io.StringIO(whole, newline="")))
    assert attached[0][0] == "'"
    assert {listed[name][0] for name in ("run", "title", "parameter.note", "figure.note", "error")} == {"'"}


@pytest.mark.parametrize("cell", ["", "fine", "a = b", "a@b", "3-1", -1, -0.5, None, "'=1"])
def test_everything_else_stays_as_it_is(cell: object) -> None:
    assert guarded(cell) == cell
