"""Two people have coded the same record: how far do they agree, where not, and does it matter?

Rows are matched by key, and those of coders who worked apart by date, actors, citations and words
(`analysis.curate.pairing`). A row that one coder alone has enters no alpha, so how many both have is told with them.
For each coded column, agreement is Krippendorff's alpha at the column's own level of measurement: nominal for lists of
kinds, ordinal for grades and scores, interval for scores with a unit and for days.
Alpha is 1 for perfect agreement and 0 for what chance would give. Free text is not compared. The interval resamples
rows. An alpha over few rows, or of a column that hardly varies, says little, and its state says so.

Each disagreement is put to the test: the first coder's record with this one cell from the second. What the index then
does is what hangs on the choice. Cells that no index reads move nothing, which is not to say that they do not matter.

References
----------
Krippendorff (2011), Computing Krippendorff's alpha-reliability; (2019), Content Analysis, chapter 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from analysis.curate.choices import effect, shares
from analysis.curate.pairing import Cells, paired
from analysis.measures._sampling import Floats, bootstrap, clusters
from analysis.record.dates import midpoint, spans

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

Level = Literal["nominal", "ordinal", "interval"]
MIN_UNITS = 10

_CODED: dict[str, dict[str, Level]] = {
    "events": {
        "date": "interval",
        "source_actor": "nominal",
        "target_actor": "nominal",
        "domain": "nominal",
        "form": "nominal",
        "cameo": "nominal",
        "quad_class": "nominal",
        "goldstein": "interval",
        "dependence": "ordinal",
    },
    "assessments": {
        "date": "interval",
        "assessor_kind": "nominal",
        "subject": "nominal",
        "tension": "ordinal",
        "subordination": "ordinal",
        "estimative_term": "nominal",
    },
    "forecasts": {"deadline": "interval", "term_basis": "nominal", "outcome": "nominal"},
    "indicators": {"basis": "nominal"},
    "sources": {"type": "nominal", "reliability": "ordinal"},
}
_KEYS = {
    "events": ["event_id"],
    "assessments": ["assessment_id"],
    "forecasts": ["forecast_id"],
    "indicators": ["indicator", "period"],
    "sources": ["source_id"],
}
# These follow from the CAMEO code, so they are scored but not listed again among the disagreements.
_DERIVED = frozenset(("quad_class", "goldstein"))


@dataclass(frozen=True, eq=False)
class Agreement:
    """How two codings of one record compare.

    Parameters
    ----------
    columns : DataFrame
        One row a coded column: `table`, `column`, `level`, `rows` (that both have coded), `same` (share with equal
        values, 0 to 1), `alpha` (up to 1), `low`, `high` (missing unless scored), `state`: scored, too few, or
        no variation (all values are the same: alpha is 0/0).
    disagreements : DataFrame
        One row a cell that differs: `table`, `key`, `column`, `a`, `b` (texts, missing where not coded), `index`
        ("tension_share", "event_dependence" or missing where no index reads the cell), `last` (change of that index on
        its last day if b were chosen), `most` (the largest change on any week, with its sign), `when` (of `most`).
        Those that move the tension share first, then event dependence, then the rest; the largest `most` first.
    only : DataFrame
        Rows that one coder alone has: `table`, `key`, `coder` ("a" or "b").
    index : DataFrame
        The tension share by both codings: `date`, `a`, `b`.
    pairs : DataFrame
        Rows that met by content and not by id: `table`, `a`, `b`, `alike` (0 to 1).
    recorded : DataFrame
        One row a table: `table`, `both`, `a_alone`, `b_alone`, `share` (of all rows that both have, 0 to 1).
    """

    columns: pd.DataFrame
    disagreements: pd.DataFrame
    only: pd.DataFrame
    index: pd.DataFrame
    pairs: pd.DataFrame
    recorded: pd.DataFrame


def agree(
    a: Relationship,
    b: Relationship,
    *,
    half_life: str = "180D",
    confidence: float = 0.95,
    draws: int = 500,
    seed: int = 0,
    cells: Cells | None = None,
) -> Agreement:
    """Compare two codings of one record.

    Parameters
    ----------
    a, b : Relationship
        The two copies, loaded.
    half_life : str
        Of the tension index on which the choices are tried.
    confidence, draws, seed
        Percentile bootstrap over rows.
    cells : mapping of (table, column) to set of str, optional
        Ids of the rows that both have coded; only these cells are compared.

    Raises
    ------
    OptionError
        If `half_life` is no length of time.
    """
    scores, differing, only, recorded = [], [], [], []
    b, pairs = paired(a, b)
    for table, levels in _CODED.items():
        left, right = (getattr(rel, table).set_index(_KEYS[table]).sort_index() for rel in (a, b))
        both = left.index.intersection(right.index)
        for coder, own, other in (("a", left, right), ("b", right, left)):
            missing = own.index.difference(other.index)
            only += [{"table": table, "key": _key(key), "coder": coder} for key in missing]
        alone = [len(one.index.difference(both)) for one in (left, right)]
        share = len(both) / max(1, len(both) + sum(alone))
        recorded.append({"table": table, "both": len(both), "a_alone": alone[0], "b_alone": alone[1], "share": share})
        left, right = left.loc[both], right.loc[both]
        for column, level in levels.items():
            pair = left[column], right[column]
            if cells is not None:
                source = "cameo" if column in _DERIVED else column
                kept = left.index.isin(cells.get((table, source), set()))
                if not kept.any():
                    continue
                pair = pair[0][kept], pair[1][kept]
            scores.append({"table": table, "column": column, **_score(pair, level, column, confidence, draws, seed)})
            if column not in _DERIVED:
                differing += [{"table": table, "column": column, **row} for row in _differences(*pair)]
    index = shares(a.events, b.events, half_life)
    names = ["table", "key", "column", "a", "b", "index", "last", "most", "when"]
    tried = pd.DataFrame([row | effect(row, a, b, index, half_life) for row in differing]).reindex(columns=names)
    # The indices have different units, so their sizes are compared within one index only.
    index_place = tried["index"].map({"tension_share": 0, "event_dependence": 1}).astype("float64").fillna(2)
    size = tried["most"].astype("float64").abs().fillna(0)
    tried = tried.iloc[np.lexsort((-size.to_numpy(), index_place.to_numpy()))].reset_index(drop=True)
    return Agreement(
        pd.DataFrame(scores),
        tried,
        pd.DataFrame(only, columns=["table", "key", "coder"]),
        index,
        pairs,
        pd.DataFrame(recorded),
    )


def alpha(left: Floats, right: Floats, level: Level) -> float:
    """Return Krippendorff's alpha of two coders' complete pairs; missing when the values do not vary.

    With two coders and nothing missing the observed disagreement is the mean squared distance of the pairs and the
    expected one that of all values: for ordinal scores the distance between their midranks, for nominal ones 0 or 1.
    """
    values = np.concatenate([left, right])
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    size = len(values)
    if len(counts) < 2:
        return float("nan")
    if level == "nominal":
        observed = float((left != right).mean())
        expected = (size**2 - float((counts.astype("float64") ** 2).sum())) / (size * (size - 1))
    else:
        scale = values if level == "interval" else (counts.cumsum() - counts / 2)[place]
        first, second = scale[: len(left)], scale[len(left) :]
        observed = float(((first - second) ** 2).mean())
        expected = 2 * float(((scale - scale.mean()) ** 2).sum()) / (size - 1)
    return 1 - observed / expected


def _score(
    pair: tuple[pd.Series, pd.Series], level: Level, column: str, confidence: float, draws: int, seed: int
) -> dict[str, object]:
    left, right = _numbers(*pair, column)
    coded = np.isfinite(left) & np.isfinite(right)
    left, right = left[coded], right[coded]
    rows = len(left)
    value = alpha(left, right, level)
    state = "too few" if rows < MIN_UNITS else "no variation" if np.isnan(value) else "scored"
    low = high = float("nan")
    if state == "scored":
        groups = clusters(pd.Series(range(rows)))
        statistic = partial(alpha, level=level)
        low, high = bootstrap(statistic, (left, right), groups, confidence=confidence, draws=draws, seed=seed)
    same = float((left == right).mean()) if rows else float("nan")
    scored = value if state == "scored" else float("nan")
    return {"level": level, "rows": rows, "same": same, "alpha": scored, "low": low, "high": high, "state": state}


def _numbers(left: pd.Series, right: pd.Series, column: str) -> tuple[Floats, Floats]:
    """Return two columns as numbers that keep what their level of measurement keeps."""
    if column in ("date", "deadline"):
        days = [spans(texts) for texts in (left, right)]
        middle = [midpoint(one["start"], one["end"]) for one in days]
        left, right = ((one - pd.Timestamp("1970-01-01")).dt.days for one in middle)
    elif not pd.api.types.is_numeric_dtype(left) or not pd.api.types.is_numeric_dtype(right):
        values = sorted({str(value) for value in (*left.dropna(), *right.dropna())})
        codes = {value: float(number) for number, value in enumerate(values)}
        left, right = left.map(codes), right.map(codes)
    return tuple(one.astype("float64").to_numpy(dtype="float64", na_value=np.nan) for one in (left, right))  # type: ignore[return-value]


def _differences(left: pd.Series, right: pd.Series) -> list[dict[str, object]]:
    a, b = left.astype("object").where(left.notna(), None), right.astype("object").where(right.notna(), None)
    return [{"key": _key(key), "a": x, "b": y} for key, x, y in zip(left.index, a, b, strict=True) if x != y]


def _key(key: object) -> str:
    return " + ".join(map(str, key)) if isinstance(key, tuple) else str(key)
