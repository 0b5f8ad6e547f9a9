"""Explore a record without writing code: choices on the left, the chart they make on the right, the evidence below.

    from analysis import explore

    explore.explorer(rel, explore.View(half_life="90D"), folder="views")

A `View` is what is asked for; `drawn` is the chart that answers it and needs no browser; `explorer` puts controls
around both. What a reader sees while choosing is the chart of the notebooks, drawn by the same measure with the same
number of draws for its band: nothing is left out for speed.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
