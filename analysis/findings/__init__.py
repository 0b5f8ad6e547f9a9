"""Sentences computed from measures, each with the records and sources it rests on.

A sentence is data first (`statement.Statement`: a key, the facts it is filled with, the rows it rests on); the text of
every key is in `texts`. No number here is written by hand, and no sentence says more than its band allows: where the
band of a change includes zero the words are "no clear change". Where too little is recorded for a sentence it is not
said: the finding is empty, and a document leaves it out. Nothing here says why anything happened. The rules, with how
often they speak when nothing changed, are in docs/methods.md, "How a sentence is made".
"""

from analysis.findings.asymmetry import asymmetry
from analysis.findings.basis import finding
from analysis.findings.composite import dependence
from analysis.findings.conduct import words_and_deeds
from analysis.findings.forecasts import forecasts
from analysis.findings.limits import limits
from analysis.findings.positions import assessors
from analysis.findings.statement import Statement
from analysis.findings.summary import bottom_line, key_figures, title
from analysis.findings.tension import SHARP, confidence, quarrels, tension_change, tension_level

__all__ = [
    "SHARP",
    "Statement",
    "assessors",
    "asymmetry",
    "bottom_line",
    "confidence",
    "dependence",
    "finding",
    "forecasts",
    "key_figures",
    "limits",
    "quarrels",
    "tension_change",
    "tension_level",
    "title",
    "words_and_deeds",
]
