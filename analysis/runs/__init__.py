"""Runs: notebooks with parameters, one or a whole plan of them.

    from analysis import runs

    runs.batch("monthly.toml", "out")

Nothing is imported before it is used. `warm/` starts kernels by forking, where the system can.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
