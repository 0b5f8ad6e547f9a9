"""The shared vocabularies as small lookup tables.

Codes stay text: CAMEO `010` and `10` are different things. The Goldstein score and the quad class belong to the code,
not to an event, and published tables differ in several codes; the scheme used here is the one that GDELT's own rows
carry (`SCHEME`), and every output that shows a quad class should name it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from analysis.record import places

if TYPE_CHECKING:
    import pandas as pd

SCHEME = "gdelt"
QUAD_CLASSES = ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict")


@cache
def _read(name: str) -> pd.DataFrame:
    import pandas as pd

    path = places.codebook() / f"{name}.csv"
    return pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8")


def cameo() -> pd.DataFrame:
    """Return one row a CAMEO code: `code`, `label`, `goldstein` (-10..10), `root`, `quad_class`, `scheme`."""
    table = _read("cameo").copy()
    return table.assign(goldstein=table["goldstein"].astype(float))


def plover() -> pd.DataFrame:
    """Return one row a PLOVER event type, with its quad class, score and the CAMEO roots it takes in."""
    table = _read("plover").copy()
    return table.assign(score=table["score"].astype(float))


def estimative() -> pd.DataFrame:
    """Return one row an estimative term: `term`, `probability_low`, `probability_high`, `band`, `scheme`."""
    table = _read("estimative").copy()
    bounds = ["probability_low", "probability_high"]
    return table.assign(**{name: table[name].astype(float) for name in bounds})


def bands() -> pd.DataFrame:
    """Return one row a probability band: `term_basis` (scheme:band), `probability_low`, `probability_high`.

    A band can hold two ranges, since the complement of a range has the same name; both rows are given.
    """
    table = estimative()
    table["term_basis"] = table["scheme"] + ":" + table["band"]
    return table[["term_basis", "probability_low", "probability_high"]].drop_duplicates(ignore_index=True)


def icd203() -> pd.DataFrame:
    """Return the seven bands of ICD 203 from least to most likely: `band`, `probability_low`, `probability_high`."""
    table = _read("icd203").copy()
    return table.assign(**{name: table[name].astype(float) for name in ("probability_low", "probability_high")})


def admiralty() -> pd.DataFrame:
    """Return the Admiralty scales: `scale` (reliability or credibility), `grade`, `meaning`, and our `rule` for it."""
    return _read("admiralty").copy()


def domains() -> pd.DataFrame:
    """Return one row a domain: `domain`, `meaning`."""
    return _read("domains").copy()


def domain_names() -> tuple[str, ...]:
    """Return the names of the domains by alphabet: a new domain is one row of `domains.csv`."""
    return tuple(sorted(_read("domains")["domain"]))


def likelihood_word(probability: float) -> str:
    """Return the ICD 203 term for a probability between 0 and 1.

    The bands' shared end points belong to the band nearer to even chance, so that a word is never stronger than its
    number.
    """
    for row in icd203().itertuples():
        upper = float(str(row.probability_high))
        if probability <= upper and (probability < upper or upper > 0.5):
            return str(row.band)
    return str(icd203()["band"].iloc[-1])
