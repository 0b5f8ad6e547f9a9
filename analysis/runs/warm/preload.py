"""What the fork server does before it forks: import, and do once what every run does first.

A kernel starts with these modules, and with the caches that libraries fill on first use: checks of tables, fonts,
the formats of pictures. Nothing is among them that a user could set. A batch has its records loaded too (`record`):
`analysis.load` takes their tables from memory as long as the files hold what was read.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analysis.record import places
from analysis.runs.running import quickly

if TYPE_CHECKING:
    from analysis.runs.naming import Run
    from analysis.runs.warm.client import ForkServer

# What a kernel starts with, and what this package's own modules import when they are first called. Not
# `matplotlib_inline.backend_inline`: it ties itself to the running IPython when it is imported, so a kernel must do
# that itself.
MODULES = (
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "PIL.PngImagePlugin",
    "font_source_sans_pro",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "matplotlib.font_manager",
    "matplotlib.style",
    "pandas",
    "pandas.core.methods.to_dict",
    "pandas.io.formats.string",
    "pandera.pandas",
    "pyarrow.acero",
    "pypandoc",
    "scipy.optimize",
    "scipy.special",
    "sqlite3",
    "tornado.platform.asyncio",
    "tornado.queues",
    "typst",
)
# Of this package everything but what no notebook calls.
_NOT_LOADED = (
    "analysis.cli",
    "analysis.feeds",
    "analysis.export.nbconvert_exporters",
)


def preload() -> None:
    """Import what kernels and exports will need, and rehearse."""
    import analysis

    # matplotlib reads its backend when it is imported; a kernel would have set this by then.
    backend = os.environ.get("MPLBACKEND")
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    own = (module.name for module in pkgutil.walk_packages(analysis.__path__, "analysis.", onerror=lambda name: None))
    with quickly():
        for name in ("nbformat", *MODULES, *(name for name in own if not name.startswith(_NOT_LOADED))):
            # A module that cannot be imported is left out: a kernel imports it, or fails, as it would by itself. What
            # modules say on being imported is nobody's output here.
            with silently():
                importlib.import_module(name)
    with silently():
        _rehearse()
    if backend is None:
        del os.environ["MPLBACKEND"]


@contextlib.contextmanager
def silently() -> Iterator[None]:
    """Do without what fails, and without what is said of it."""
    with contextlib.suppress(Exception), open(os.devnull, "w") as silence, contextlib.redirect_stderr(silence):
        yield


def prepare(server: ForkServer, run: Run) -> None:
    """Have the fork server import and load what a run begins with."""
    name = run.parameters.get("relationship", run.settings.get("relationship"))
    if isinstance(name, str) and name:
        server.prepare(record, str(places.relationship(name)))


def record(path: str) -> None:
    """Load a record, and compute what a briefing says of it a year before."""
    import pandas as pd

    from analysis.measures.headline import headline
    from analysis.record.relationship import load

    whole = load(path)
    headline(whole.as_of_day(whole.cutoff - pd.Timedelta(days=366)))


def _rehearse() -> None:
    """Check empty tables and draw a chart of letters."""
    import string

    import pandas as pd

    from analysis.charts import axes, design
    from analysis.charts.text_metrics import BOLD
    from analysis.findings.display import Chart
    from analysis.record.schema import validate
    from analysis.record.tables import TABLES

    for schema in TABLES:
        validate(pd.DataFrame({column.name: pd.Series([], dtype="str") for column in schema.columns}), [], schema)
    letters = string.printable[:94]
    with design.drawing():
        sheet = design.sheet(design.Words(letters, letters, letters, letters), 1.0)
        panel = sheet.axes(design.Box(0.5, 0.5, 4, 0.4), x=(11000, 12000), y=(0, 1))
        axes.set_time(panel, 4)
        axes.set_values(panel, [0, 1])
        panel.plot([11100, 11200], [0, 1])
        sheet.text(0.5, 0.2, letters, weight=BOLD)
    data = pd.DataFrame({"text": ["a"], "number": [1.0]})
    Chart(sheet.figure, "rehearsal", "", "", "", "", data)._repr_mimebundle_()
