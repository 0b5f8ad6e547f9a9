"""Lists in Python, DuckDB and (in `feeds/test_spark`) Spark give the same rows, acts and funnels, cell for cell."""

from __future__ import annotations

import random
import subprocess
import sys

import pandas as pd
import pytest
from feeds import kit
from feeds.bulk import gdelt2_archives

from analysis.feeds import engines
from analysis.feeds.feed import feeds
from analysis.feeds.reading import account, read
from analysis.feeds.scans import scan
from analysis.feeds.steps import Guards

PAIRS = {"ucdp": ("RUS", "UKR")}
OPEN = Guards(anniversaries=False, opinions=False, repeats=False, mirrors="all")
NAMES = {
    "cameo": ("BLR", "RUS", "BLR", "RUS", " BLR", "RUS ", "ROM", "EUR", "", "NA", "blr", "B;R", "BLR=RUS"),
    "name": ("Belarus", "Russian Federation", "RUS", "BLR;POL", "RUS; BLR", "None", "", "NULL", "Belarus "),
    "gw": ("365", "370", "365, 370", "365.0", "369", "", "-1", "370,369.0", "x"),
}
ODD = ("", "NA", "None", "0", "x", " ", "é", "1.5", "-3")
CELLS = {
    "code": ("040", "10", "010", "1", "20", "---", "X", " 042", "1213", "173.0", "", "NA", "190"),
    "root": ("04", "1", "01", "10", "20", "", "X", "12", "17", "19"),
    "label": ("Make statement", " make statement ", "Consult", "Threaten", "nothing known", ""),
    "score": ("1.0", "-4.4", "10", "-10.0", "10.01", "1e1", "", "NA", "2.25", "-2.25", "0"),
    "url": (
        "https://www.Example.org/2020/A-b-c-d-1.html?x=1#y",
        "http://other.example.org/a-b-c-d/",
        "https://example.org/opinion/one",
        "HTTPS://BLOG.example.org:80/x",
        "a paper",
        "ftp://x",
        "",
        "NA",
    ),
    "mentions": ("4", "4.5", "5.5", "", "x", "-1"),
    "quad": ("1", "4", "5", "", "VERBAL CONFLICT", "material-cooperation", "MATERIAL_CONFLICT", "ODD"),
    "kind": ("CONSULT", "threaten", "DEMAND", "DANCE", "", "1", "2", "3"),
}
ROLES = {
    "goldsteinscale": "score",
    "goldsteinscore": "score",
    "intensity": "score",
    "quadclass": "quad",
    "quad_code": "quad",
    "sourceurl": "url",
    "urls": "url",
    "nummentions": "mentions",
    "event_type": "kind",
    "type_of_violence": "kind",
}


def odd_rows(name: str, count: int, draw: random.Random) -> list[dict[str, str]]:
    """Rows with every oddity that cells are known to have, but with good days, since else the file is refused."""
    form = feeds()[name]
    rows = []
    for number in range(count):
        row = {}
        for column in form.used:
            if column in form.days:
                lag = draw.choice((0, 0, 7, 365, 3652, 4000)) if column == form.days[0] else 0
                row[column] = f"{pd.Timestamp('2020-03-04') - pd.Timedelta(days=lag + draw.randrange(3)):%Y%m%d}"
            elif column in form.sides:
                row[column] = draw.choice(NAMES[form.scheme])
            elif column in (form.code, form.root, form.label):
                role = "code" if column == form.code else "root" if column == form.root else "label"
                row[column] = draw.choice(CELLS[role])
            elif column in ROLES:
                row[column] = draw.choice(CELLS[ROLES[column]])
            elif "id" in column:
                row[column] = draw.choice((str(number), str(number), "7", "NA", f"{number}.0"))
            else:
                row[column] = draw.choice(ODD)
        rows.append(row)
    return rows


def same(path, pair, guards: Guards) -> int:
    here, there = (read(path, pair, guards=guards, engine=engine) for engine in ("python", "duckdb"))
    pd.testing.assert_frame_equal(here.rows, there.rows)
    pd.testing.assert_frame_equal(here.events, there.events)
    pd.testing.assert_frame_equal(here.coverage, there.coverage)
    pd.testing.assert_frame_equal(here.schemes, there.schemes)
    assert str(here.funnel) == str(there.funnel)
    return len(here.rows)


@pytest.mark.parametrize("feed", [name for name in kit.FILES if name != "acled"])
def test_rows_with_odd_cells_are_the_same_in_lists_and_in_duckdb(tmp_path, feed):
    draw = random.Random(feed)
    names, rows = feeds()[feed].columns, odd_rows(feed, 250, draw)
    path = tmp_path / f"{feed}.txt"
    text = "\n".join(["\t".join(names), *("\t".join(row.get(name, "") for name in names) for row in rows)]) + "\n"
    path.write_text(text, encoding="utf-8")
    scan(path, None, tmp_path / "all")
    for guards in (Guards(), OPEN):
        assert same(tmp_path / "all", PAIRS.get(feed, ("BLR", "RUS")), guards) > 10


def test_acled_and_many_rows_are_the_same_in_lists_and_in_duckdb(tmp_path):
    assert same(kit.write(tmp_path, "acled"), ("BLR", "RUS"), Guards())
    paths = gdelt2_archives(tmp_path / "in", rows=2000, per_file=1000, dyad=("BLR", "RUS"), one_in=8, seed=2)
    scan(paths, ("BLR", "RUS"), tmp_path / "rows")
    for guards in (Guards(), OPEN):
        assert same(tmp_path / "rows", ("BLR", "RUS"), guards) > 200


def test_few_rows_need_no_engine_and_many_take_one(monkeypatch, tmp_path):
    path = kit.write(tmp_path, "gdelt2")
    code = (
        "import sys\nfrom analysis.feeds.reading import account\n"
        f"print(account({str(path)!r}, ('BLR', 'RUS')))\n"
        "print(sorted({'pandas', 'ibis', 'duckdb'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
    assert done.stdout.startswith(str(account(path, ("BLR", "RUS"), engine="duckdb")))
    monkeypatch.setattr(engines, "FEW", 1)
    assert engines.connect("auto", rows=2).name == "duckdb"
    assert engines.connect("auto", rows=1).name == "python"
