"""Sentences computed from measures, each with the records and sources it rests on.

A sentence is data first (`statement.Statement`: a key, the facts it is filled with, the rows it rests on); the text of
every key is in `texts`. No number here is written by hand, and no sentence says more than its band allows: where the
band of a change includes zero the words are "no clear change". Where too little is recorded for a sentence it is not
said: the finding is empty, and a document leaves it out. Nothing here says why anything happened. The rules, with how
often they speak when nothing changed, are in docs/methods.md, "How a sentence is made".
"""

from analysis.stubs import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
