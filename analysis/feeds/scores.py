"""Does a file's score agree with the scheme it claims to be coded in?

A popular reader ships a Goldstein table that is wrong for 137 of 280 codes, and files that were scored with it, or
re-scored by somebody, look like any other. So the scores of each file are compared, code by code, with the published
table of its feed; where more than one row in 200 disagrees, the file is reported, with the table that it agrees with
best. The same for quad classes, of which four schemes are about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from analysis.feeds.columns import codes

LIMIT = 0.005
COLUMNS = ("file", "value", "rows", "wrong", "share", "scheme", "agrees_with", "codes")
# The columns by which rows are counted for this check.
BY = ("feed_file", "cameo", "root", "goldstein", "quad_class")


def disagreements(
    counted: Mapping[tuple[Any, ...], int], scheme: str, limit: float = LIMIT
) -> list[tuple[str, str, int, int, float, str, str, str]]:
    """List the files whose values disagree with their own scheme.

    Parameters
    ----------
    counted : mapping
        How many rows have each combination of `BY`.
    scheme : str
        The column of `cameo_variants.csv` that the feed's scores should be of; empty without any.
    limit : float
        Share of rows from which a file is listed.

    Returns
    -------
    list of tuples
        One a file and value, as `COLUMNS`: `file`, `value` ("goldstein" or "quad_class"), `rows` (with a known code),
        `wrong`, `share`, `scheme` (its own), `agrees_with` (the published table that fits best), `codes` (those that
        disagree most, joined by ";").
    """
    if not scheme:
        return []
    tables = {
        row["code"]: {name: float(score) for name, score in row.items() if name != "code" and score}
        for row in codes("cameo_variants")
    }
    names = [name for name in codes("cameo_variants")[0] if name != "code"]
    quads = {row["root"]: row["quad_class"] for row in codes()}
    wrong: dict[tuple[str, str, str], Counter[str]] = {}
    total: Counter[tuple[str, str]] = Counter()
    for (file, code, root, score, quad), count in counted.items():
        if code is None or score is None:
            continue
        if code in tables:
            total[file or "", "goldstein"] += count
            for name in names:
                if name in tables[code] and abs(tables[code][name] - score) > 0.005:
                    wrong.setdefault((file or "", "goldstein", name), Counter())[code] += count
        if root in quads:
            total[file or "", "quad_class"] += count
            if quad != quads[root]:
                wrong.setdefault((file or "", "quad_class", scheme), Counter())[root] += count
    found = []
    for (file, value), rows in sorted(total.items()):
        held = {name: wrong.get((file, value, name), Counter()) for name in names}
        bad = held[scheme].total()
        if bad > limit * rows:
            best = min(names, key=lambda name: (held[name].total(), name != scheme))
            worst = sorted(held[scheme].items(), key=lambda one: (-one[1], one[0]))[:8]
            agrees = best if value == "goldstein" else "another scheme"
            found.append((file, value, rows, bad, bad / rows, scheme, agrees, ";".join(code for code, _ in worst)))
    return found
