"""Sentences computed from measures, each with the records and sources it rests on.

No number here is written by hand, and no sentence says more than its band allows: where the band of a change includes
zero the words are "no clear change". Words of probability are those of ICD 203, from the share of redrawn records in
which a thing holds. Confidence is a statement about the evidence, by the rule of `confidence`, and has a sentence of
its own. Nothing here says why anything happened.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
