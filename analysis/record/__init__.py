"""The record: what its tables hold, how they are read and checked, and what was known of it on a day.

`tables` and `schema` are the columns as data, `reading` is strict CSV, `check` and `remarks` judge cells and relations,
`linking` joins the tables and cuts them at a day, `relationship.load` gives the whole to a notebook. `codebook` holds
the codes, `dates` the uncertain days, `pages` the addresses of sources, `places` where records lie.
"""

from analysis.stubs import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
