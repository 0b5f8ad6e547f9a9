"""Is everything there that the workbook needs, and are the records in order?

Each check looks at the thing itself: the kernel is asked for as Jupyter would, pandoc is run, a file is written. A
fault stops something from working and says what; a warning is worth knowing.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analysis.errors import WorkbookError
from analysis.record import places

State = Literal["ok", "warning", "fault"]


@dataclass(frozen=True)
class Check:
    """One finding: what was looked at, how it stands, what was seen, and the way out where there is need of one."""

    name: str
    state: State
    detail: str
    way_out: str = ""


def doctor(out: Path | None = None) -> list[Check]:
    """Look at the environment and at every record that can be found by name.

    Parameters
    ----------
    out : Path, optional
        Folder in which documents are to be written; the working directory when absent.
    """
    checks: Sequence[Callable[[], Iterator[Check]]] = (
        _python,
        _kernel,
        _shadow,
        _exporters,
        _fonts,
        _pandoc,
        _typst,
        _git,
        lambda: _writable("output folder", out or Path.cwd()),
        _data,
    )
    found = [one for check in checks for one in check()]
    for name in places.relationships():
        found += _record(name)
    return found


def _python() -> Iterator[Check]:
    from analysis import __version__

    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("pandas", "matplotlib", "jupyterlab")
    )
    yield Check("workbook", "ok", f"{__version__} on Python {platform.python_version()}, {sys.executable}; {versions}")


def _kernel() -> Iterator[Check]:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        yield Check("kernel", "fault", "no kernel `python3`", "Run `python -m ipykernel install --sys-prefix`.")
        return
    # Jupyter starts a kernel that asks for no particular python with the one that it runs on itself.
    bare = re.fullmatch(r"python[\d.]*", spec.argv[0]) is not None
    # A virtual environment's python is a link to the system's, so the paths are compared as they are written.
    if not bare and os.path.abspath(spec.argv[0]) != os.path.abspath(sys.executable):
        hint = "Notebooks may run without the workbook; run `python -m ipykernel install --sys-prefix`."
        yield Check("kernel", "warning", f"`python3` runs {spec.argv[0]}, not {sys.executable}", hint)
    else:
        yield Check("kernel", "ok", f"`python3` in {spec.resource_dir}")


def _shadow() -> Iterator[Check]:
    space = places.workspace()
    for folder in dict.fromkeys((Path.cwd(), *([space / "notebooks"] if space else []))):
        for found in (folder / "analysis.py", folder / "analysis" / "__init__.py"):
            if found.is_file() and found.parent != Path(__file__).parents[1]:
                hint = "Rename it, or start notebooks beside it by `workbook lab` or `workbook run`."
                yield Check("name", "warning", f"{found} has the name of the workbook's library and hides it", hint)


def _exporters() -> Iterator[Check]:
    found = {point.name for point in importlib.metadata.entry_points(group="nbconvert.exporters")}
    if "briefing" in found:
        yield Check("exporter", "ok", "`jupyter nbconvert --to briefing` is there")
    else:
        hint = "Install the workbook (pip install -e .), not just its folder."
        yield Check("exporter", "fault", "the briefing exporter is not installed", hint)


def _fonts() -> Iterator[Check]:
    import matplotlib.font_manager as manager

    try:
        import font_source_sans_pro as package
    except ImportError:
        hint = "Run `pip install font-source-sans-pro`."
        yield Check("fonts", "fault", "Source Sans Pro is not installed; charts and documents need it", hint)
        return
    files = [file for file in Path(str(package.__file__)).parent.rglob("*") if file.suffix in (".ttf", ".otf")]
    names = {manager.get_font(str(file)).family_name for file in files}
    state: State = "ok" if files else "fault"
    yield Check("fonts", state, f"{', '.join(sorted(names)) or 'none'}, {len(files)} files")


def _pandoc() -> Iterator[Check]:
    import pypandoc

    try:
        version = pypandoc.get_pandoc_version()
    except OSError:
        yield Check("pandoc", "fault", "not found", "Run `pip install pypandoc-binary`.")
        return
    if int(version.split(".")[0]) < 3:
        yield Check("pandoc", "fault", f"version {version}; 3 or newer is needed", "Run `pip install pypandoc-binary`.")
    else:
        yield Check("pandoc", "ok", version)


def _typst() -> Iterator[Check]:
    try:
        import typst

        pages = typst.compile(b"x")
    except (ImportError, RuntimeError) as error:
        yield Check("typst", "fault", f"{error}", "Run `pip install typst`.")
        return
    yield Check("typst", "ok" if pages else "fault", importlib.metadata.version("typst"))


def _git() -> Iterator[Check]:
    program = shutil.which("git")
    if program:
        yield Check("git", "ok", program)
    else:
        yield Check("git", "warning", "not found", "`workbook diff` can then compare folders only.")


def _writable(name: str, folder: Path) -> Iterator[Check]:
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Check(name, "fault", f"{folder} cannot be written to ({error.strerror})", "See its permissions.")
        return
    yield Check(name, "ok", f"{folder} can be written to")


def _data() -> Iterator[Check]:
    from analysis.record.codebook import SCHEME

    roots = ", ".join(map(str, places.data_roots())) or "none"
    yield Check("data", "ok", f"relationships are looked up in {roots}")
    given = os.environ.get(places.ENVIRONMENT)
    if given and not Path(given).is_dir():
        hint = f"Make it, or set {places.ENVIRONMENT} to another folder."
        yield Check("data", "warning", f"{given}, named by {places.ENVIRONMENT}, does not exist", hint)
    yield Check("codebook", "ok", f"{places.codebook()}, Goldstein scheme {SCHEME}")


def _record(name: str) -> Iterator[Check]:
    from analysis.curate.saving import interrupted
    from analysis.record.relationship import read, record_hash

    folder = places.relationship(name)
    label = f"record {name}"
    if interrupted(folder):
        yield Check(label, "fault", "a save was cut off", f"Run `workbook import --recover -r {name}`.")
    try:
        tables, faults = read(folder)
    except (WorkbookError, OSError) as error:
        yield Check(label, "fault", str(error).splitlines()[0])
        return
    if faults:
        yield Check(label, "fault", f"{len(faults)} faults", f"Run `workbook check {name}`.")
        return
    counts = ", ".join(f"{len(table)} {kind}" for kind, table in tables.items() if len(table))
    yield Check(label, "ok", f"{counts}; hash {record_hash(folder)[:12]}")
    if not os.access(folder, os.W_OK):
        yield Check(label, "warning", "its folder cannot be written to", "It can be read, not imported into.")
