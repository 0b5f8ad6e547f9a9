"""Sentences computed from measures, each with the records and sources it rests on.

No number here is written by hand, and no sentence says more than its band allows: where the band of a change includes
zero the words are "no clear change". Words of probability are those of ICD 203, from the share of redrawn records in
which a thing holds. Confidence is a statement about the evidence, by the rule of `confidence`, and has a sentence of
its own. Nothing here says why anything happened.
"""

from analysis.findings.basis import finding
from analysis.findings.events import (
    PRESSURE,
    confidence,
    long_run,
    quarrels,
    tension_change,
    tension_level,
    words_and_deeds,
)
from analysis.findings.limits import limits
from analysis.findings.positions import assessors, asymmetry, dependence, forecasts
from analysis.findings.summary import bottom_line, key_figures, title

__all__ = [
    "PRESSURE",
    "assessors",
    "asymmetry",
    "bottom_line",
    "confidence",
    "dependence",
    "finding",
    "forecasts",
    "key_figures",
    "limits",
    "long_run",
    "quarrels",
    "tension_change",
    "tension_level",
    "title",
    "words_and_deeds",
]
