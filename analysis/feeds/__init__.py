"""Machine-coded event feeds on the workbook's scale: GDELT, ICEWS, POLECAT, ACLED, UCDP GED and Phoenix.

    from analysis import feeds

    feeds.scan("gdelt/*.zip", ("RUS", "BLR"), "rus-blr")      # once; later runs add new files
    reading = feeds.read("rus-blr", ("BLR", "RUS"))
    print(reading.funnel)
    an.tension(reading.events)

The packages that this needs are the extra `feeds`; nothing else in the workbook imports it.
"""

from typing import Any

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "analysis":
            raise
        from analysis.feeds.faults import FeedError

        raise FeedError(f"feeds: the package {error.name} must be installed. pip install '.[feeds]'") from error
