"""How far do two who coded the same rows apart agree, and how often would another coder have given another score?

A second coding is a table of cells: which record, who coded it, which column, which value. The record itself counts as
one more coder, named `record`. Every pair of coders is reported by itself, because pairs differ in kind: coders who
followed one draft of the rules agree better than strangers would, and one who followed other rules agrees worse than
the rules now in force deserve.

`reliability` gives Krippendorff's alpha by column, at the column's own level of measurement (nominal for kinds,
ordinal for steps, interval for scores), with what follows from the code: score, root, sign. `disputes` lists the cells
in which a pair differs. `confusion` says by root how often the other coder's code had which score: given to `tension`
as `coding_error` it takes the place of an assumed rate, and signs turn as often as they did between the coders. For
the draws the pair that agrees least on scores is taken unless one is named: a band that is somewhat too wide misleads
less than one that is too narrow.

References
----------
Krippendorff (2011), Computing Krippendorff's alpha-reliability; (2019), Content Analysis, chapter 12; computed by the
package `krippendorff` (Castro 2017), which a test holds it against.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.errors import OptionError, one_of
from analysis.measures._frames import Floats, require
from analysis.measures._sampling import alone, bootstrap, fraction
from analysis.measures.agreement import alpha
from analysis.record.codebook import cameo

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

RECORD = "record"
LEVELS = {"goldstein": "interval", "dependence": "ordinal", "tension": "ordinal", "subordination": "ordinal"}
DERIVED = ("goldstein", "root", "sign")
_LEAST = 10
_SHARED = 5.0  # a root's own rate counts as so many pairs less sure than the rate of all roots together


def reliability(
    rel: Relationship,
    second: pd.DataFrame | None = None,
    *,
    confidence: float = 0.9,
    draws: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure the agreement of every pair of coders, column by column.

    Parameters
    ----------
    rel : Relationship
        As loaded.
    second : DataFrame, optional
        The second coding: `record` (an id, or "events:" and the id), `coder`, `column`, `value`; default that of the
        record. A record without one gives an empty frame.
    confidence, draws, seed
        Percentile bootstrap over rows.

    Returns
    -------
    DataFrame
        One row a pair and column: `pair` ("record-B"), `table`, `column` (those coded, and for `cameo` also
        "goldstein", "root" and "sign"), `level`, `value` (alpha, up to 1), `low`, `high`, `same` (share of rows with
        one value, 0 to 1), `units` (rows that both coded), `state`: scored, too few (below 10 rows) or no variation.

    Raises
    ------
    ColumnError, OptionError
        If a column is missing, or a row names no record.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus")
    >>> set(an.reliability(rel)["state"]) <= {"scored", "too few"}
    True
    """
    fraction(confidence, "reliability", "confidence")
    cells, rows = _cells(rel, second), []
    for (table, column), part in cells.groupby(["table", "column"], sort=True):
        wide = part.pivot_table(index="record", columns="coder", values="value", aggfunc="last")
        level = LEVELS.get(str(column), "nominal")
        for pair in combinations(_order(wide.columns), 2):
            both = wide[list(pair)].dropna()
            numbers = _numbers(both, level)
            state = "too few" if len(both) < _LEAST else "scored"
            if state == "scored" and len(np.unique(numbers)) < 2:
                state = "no variation"
            value = low = high = float("nan")
            if state == "scored":
                value = _alpha(numbers[:, 0], numbers[:, 1], level)
                groups = alone(len(numbers))
                low, high = bootstrap(
                    lambda one, other, level=level: _alpha(one, other, level),
                    (numbers[:, 0], numbers[:, 1]),
                    groups,
                    confidence=confidence,
                    draws=draws,
                    seed=seed,
                )
            same = float((numbers[:, 0] == numbers[:, 1]).mean()) if len(both) else float("nan")
            rows.append(("-".join(pair), table, column, level, value, low, high, same, len(both), state))
    names = ["pair", "table", "column", "level", "value", "low", "high", "same", "units", "state"]
    return pd.DataFrame(rows, columns=names)


def disputes(rel: Relationship, second: pd.DataFrame | None = None) -> pd.DataFrame:
    """List the cells of the record that another coder filled otherwise.

    Returns
    -------
    DataFrame
        One row a cell and coder, those whose sign turns first, then by the distance of the scores: `table`, `record`,
        `coder`, `column` (as coded), `ours`, `theirs`, `score_ours`, `score_theirs` (of a code; else missing),
        `sign_turns` (bool).

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus")
    >>> len(an.disputes(rel)) > 0
    True
    """
    cells = _cells(rel, second)
    ours = cells[cells["coder"] == RECORD].set_index(["table", "record", "column"])["value"]
    rest = cells[(cells["coder"] != RECORD) & ~cells["column"].isin(DERIVED)]
    keys = pd.MultiIndex.from_frame(rest[["table", "record", "column"]])
    table = rest.rename(columns={"value": "theirs"}).assign(ours=ours.reindex(keys).to_numpy())
    table = table[table["ours"].notna() & (table["ours"] != table["theirs"])]
    scores, coded = cameo().set_index("code")["goldstein"], table["column"] == "cameo"
    for name in ("ours", "theirs"):
        table[f"score_{name}"] = table[name].map(scores).where(coded).astype("float64")
    table["sign_turns"] = table["score_ours"] * table["score_theirs"] < 0
    far = -(table["score_ours"] - table["score_theirs"]).abs().fillna(-1.0)
    table = table.assign(_far=far, _turn=~table["sign_turns"])
    table = table.sort_values(["_turn", "_far", "table", "record", "column", "coder"], kind="stable", ignore_index=True)
    names = ["table", "record", "coder", "column", "ours", "theirs", "score_ours", "score_theirs", "sign_turns"]
    return table[names]


def confusion(
    rel: Relationship, second: pd.DataFrame | None = None, *, pair: tuple[str, str] | None = None
) -> pd.DataFrame:
    """Say by root how likely another coder's code has which score: what `tension` takes as `coding_error`.

    A root's chance that the codes differ is (d + 5 q) / (n + 5), with d of its n codes differing (each pair is read
    both ways) and q the part that differs of all; the scores are those of the root's differing codes, as often as they
    came. A root in which no codes differ stays as it is.

    Parameters
    ----------
    rel, second
        As for `reliability`.
    pair : pair of str, optional
        The two coders; each is taken once as the one recorded. Default the pair that agrees least on scores.

    Returns
    -------
    DataFrame
        One row a root and score: `root`, `goldstein` (the other code's score), `chance` (0 to 1; what is left to 1 is
        that the score stays), `codes` (of that root), `between` (the pair). Empty where there is no second coding.

    Raises
    ------
    OptionError
        If the pair did not code the same acts.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus")
    >>> bool(an.confusion(rel)["root"].notna().all())
    True
    """
    cells = _cells(rel, second)
    codes = cells[cells["column"] == "cameo"]
    names = ["root", "goldstein", "chance", "codes", "between"]
    if codes["coder"].nunique() < 2:
        return pd.DataFrame(columns=names).astype({"goldstein": "float64", "chance": "float64"})
    wide = codes.pivot_table(index="record", columns="coder", values="value", aggfunc="last")
    pairs = list(combinations(_order(wide.columns), 2))
    if pair is not None and tuple(pair) not in pairs and tuple(pair[::-1]) not in pairs:
        raise OptionError("confusion", "pair", one_of(["-".join(one) for one in pairs]), "-".join(pair))
    score = cameo().set_index("code")["goldstein"]
    if pair is None:
        scores = wide.apply(lambda codes: codes.map(score)).astype("float64")
        apart = {}
        for first, other in pairs:
            both = scores[[first, other]].dropna()
            apart[first, other] = _alpha(both[first].to_numpy(), both[other].to_numpy(), "interval")
        pair = min(apart, key=lambda one: (apart[one], one))
    both = wide[list(pair)].dropna()
    turned = both[both.columns[::-1]].set_axis(both.columns, axis=1)
    both = pd.concat([both, turned], ignore_index=True).set_axis(["one", "other"], axis=1)
    both = both.assign(root=both["one"].str[:2], goldstein=both["other"].map(score), apart=both["one"] != both["other"])
    usual, rows = float(both["apart"].mean()), []
    for root, part in both.groupby("root", sort=True):
        others = part.loc[part["apart"], "goldstein"]
        chance = (len(others) + _SHARED * usual) / (len(part) + _SHARED)
        spread = others.value_counts(normalize=True).sort_index()
        rows += [(root, value, chance * weight, len(part), "-".join(pair)) for value, weight in spread.items()]
    return pd.DataFrame(rows, columns=names)


def _cells(rel: Relationship, second: pd.DataFrame | None) -> pd.DataFrame:
    """Return all coders' cells, the record's own among them, with what follows from a code."""
    table = second if second is not None else getattr(rel, "second_coding", None)
    names = ["table", "record", "coder", "column", "value"]
    if table is None or table.empty:
        return pd.DataFrame(columns=names, dtype="object")
    require(table, ["record", "coder", "column", "value"], "second coding")
    prefix = table["record"].str.contains(":")
    kind = table["record"].str.partition(":")[0].mask(~prefix)
    kind = kind.fillna(_kind(rel, table.loc[~prefix, "record"]))
    cells = table.assign(table=kind, record=table["record"].str.rpartition(":")[2])[names]
    cells = cells[cells["value"].notna()].astype("object")
    own = []
    for (name, column), part in cells.groupby(["table", "column"]):
        frame = getattr(rel, str(name))
        if column in frame:
            key = next(one for one in frame.columns if one.endswith("_id"))
            ours = (
                frame.loc[frame[key].isin(part["record"]), [key, str(column)]]
                .dropna()
                .set_axis(["record", "value"], axis=1)
            )
            own.append(ours.assign(table=name, coder=RECORD, column=column).astype("object"))
    cells = pd.concat([cells, *own], ignore_index=True)[names]
    cells["value"] = [_plain(value) for value in cells["value"]]
    codes, book = cells[cells["column"] == "cameo"], cameo().set_index("code")
    score = codes["value"].map(book["goldstein"])
    derived = [score, codes["value"].str[:2], np.sign(score)]
    extra = [codes.assign(column=name, value=values) for name, values in zip(DERIVED, derived, strict=True)]
    whole: pd.DataFrame = pd.concat([cells, *extra], ignore_index=True)
    return whole


def _kind(rel: Relationship, records: pd.Series) -> pd.Series:
    """Say which table each bare id is of."""
    found = pd.Series("", index=records.index, dtype="str")
    for name, key in (("events", "event_id"), ("assessments", "assessment_id"), ("forecasts", "forecast_id")):
        found = found.mask(records.isin(getattr(rel, name)[key]), name)
    if (found == "").any():
        raise OptionError("second coding", "record", "the id of a row of the record", records[found == ""].iloc[0])
    return found


def _plain(value: object) -> object:
    """Write a number as text writes it: 1 for 1.0."""
    text = str(value)
    return text[:-2] if text.endswith(".0") else text


def _order(coders: pd.Index) -> list[str]:
    """Sort the coders, the record first."""
    return sorted((str(one) for one in coders), key=lambda one: (one != RECORD, one))


def _numbers(both: pd.DataFrame, level: str) -> Floats:
    if level == "nominal":
        codes = pd.factorize(both.astype("str").to_numpy().ravel(), sort=True)[0]
        return codes.reshape(-1, 2).astype(np.float64)
    return both.astype("float64").to_numpy()


def _alpha(one: Floats, other: Floats, level: Any) -> float:
    """Return Krippendorff's alpha of two coders without gaps; missing when nothing varies."""
    values, place = np.unique(np.stack([one, other]), return_inverse=True)
    counts = np.zeros((len(one), len(values)), dtype=np.int64)
    for codes in place.reshape(2, -1):
        np.add.at(counts, (np.arange(len(one)), codes), 1)
    return alpha(counts, level, values if level == "interval" else None)
