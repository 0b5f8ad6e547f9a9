"""Does a file's score agree with the scheme it claims to be coded in?

A popular reader ships a Goldstein table that is wrong for 137 of 280 codes, and files that were scored with it, or
re-scored by somebody, look like any other. So the scores of each file are compared, code by code, with the published
table of its feed; where more than one row in 200 disagrees, the file is reported, with the table that it agrees with
best. The same for quad classes, of which four schemes are about.
"""

from __future__ import annotations

import pandas as pd

from analysis.feeds.feed import feeds
from analysis.record import codebook, places

LIMIT = 0.005


def disagreements(rows: pd.DataFrame, limit: float = LIMIT) -> pd.DataFrame:
    """List the files whose values disagree with their own scheme.

    Parameters
    ----------
    rows : DataFrame
        Rows of a feed with `feed`, `feed_file`, `cameo`, `goldstein`, `quad_class`.
    limit : float
        Share of rows from which a file is listed.

    Returns
    -------
    DataFrame
        One row a file and value: `file`, `value` ("goldstein" or "quad_class"), `rows` (with a known code), `wrong`,
        `share`, `scheme` (its own), `agrees_with` (the published table that fits best), `codes` (those that disagree
        most, joined by ";"). Empty for feeds that carry no CAMEO score of their own.
    """
    columns = ["file", "value", "rows", "wrong", "share", "scheme", "agrees_with", "codes"]
    tables = {one.name: one.scores for one in feeds().values() if one.scores}
    own = rows["feed"].map(tables)
    known = rows[own.notna() & rows["cameo"].notna() & rows["goldstein"].notna()]
    known = known[known["feed_file"].fillna("").isin(_doubtful(known, own, limit))]
    found = []
    for file, part in known.groupby(known["feed_file"].fillna(""), sort=True):
        scheme = tables[str(part["feed"].iloc[0])]
        found += [_scores(str(file), part, scheme), _quads(str(file), part, scheme)]
    table = pd.DataFrame([one for one in found if one], columns=columns)
    return table[table["share"] > limit].reset_index(drop=True)


def _doubtful(known: pd.DataFrame, own: pd.Series, limit: float) -> pd.Index:
    """Return the files in which more than `limit` of the rows disagree: all of them at once, as most have none."""
    if known.empty:
        return pd.Index([])
    table, roots = (
        _variants().set_index("code"),
        codebook.cameo().drop_duplicates("root").set_index("root")["quad_class"],
    )
    scheme = own.reindex(known.index)
    score = pd.concat([known["cameo"].map(table[name])[scheme == name] for name in scheme.unique()])
    quad, file = known["root"].map(roots), known["feed_file"].fillna("")
    counted = pd.DataFrame(
        {
            "score": (score.reindex(known.index) - known["goldstein"])
            .abs()
            .gt(0.005)[known["cameo"].isin(table.index)],
            "quad": (known["quad_class"] != quad)[quad.notna()],
        }
    )
    shares = counted.astype("Float64").groupby(file).mean()
    return shares.index[(shares > limit).any(axis=1)]


def _scores(file: str, part: pd.DataFrame, scheme: str) -> dict[str, object]:
    table = _variants()
    counts = part.groupby(["cameo", "goldstein"], sort=True).size().reset_index(name="rows")
    joined = counts.merge(table, left_on="cameo", right_on="code")
    wrong = {
        name: joined[(joined[name] - joined["goldstein"]).abs().gt(0.005) & joined[name].notna()]
        for name in table.columns.drop("code")
    }
    best = min(wrong, key=lambda name: (int(wrong[name]["rows"].sum()), name != scheme))
    return _row(file, "goldstein", joined, wrong[scheme], scheme, best)


def _quads(file: str, part: pd.DataFrame, scheme: str) -> dict[str, object]:
    roots = codebook.cameo()[["root", "quad_class"]].drop_duplicates().set_index("root")["quad_class"]
    counts = part.groupby(["root", "quad_class"], sort=True).size().reset_index(name="rows")
    expected = counts["root"].map(roots)
    joined = counts[expected.notna()].assign(code=counts["root"])
    wrong = joined[joined["quad_class"] != expected[joined.index]]
    return _row(file, "quad_class", joined, wrong, scheme, "gdelt" if wrong.empty else "another scheme")


def _row(file: str, value: str, joined: pd.DataFrame, wrong: pd.DataFrame, scheme: str, best: str) -> dict[str, object]:
    total, bad = int(joined["rows"].sum()), int(wrong["rows"].sum())
    worst = wrong.groupby("code")["rows"].sum().sort_values(ascending=False, kind="stable").index[:8]
    return {
        "file": file,
        "value": value,
        "rows": total,
        "wrong": bad,
        "share": bad / total if total else 0.0,
        "scheme": scheme,
        "agrees_with": best,
        "codes": ";".join(worst),
    }


def _variants() -> pd.DataFrame:
    table = pd.read_csv(places.codebook() / "cameo_variants.csv", dtype="str", keep_default_na=False, na_values=[""])
    return table.assign(**{name: table[name].astype("float64") for name in table.columns.drop("code")})
