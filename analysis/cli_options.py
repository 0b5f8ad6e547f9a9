"""Options that the commands share: where records are, which one is meant, and how a refusal is said."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from analysis.errors import OptionError, WorkbookError
from analysis.record import places

Command = TypeVar("Command", bound=Callable[..., Any])


def refusing(command: Command) -> Command:
    """Turn a refusal of the library, or a part that is not installed, into a message and exit status 2."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except WorkbookError as error:
            click.echo(f"Error: {error}", err=True)
        except ModuleNotFoundError as error:
            click.echo(f"Error: {absent(error.name or str(error))}", err=True)
        sys.exit(2)

    return wrapped  # type: ignore[return-value]


def serve(module: str, arguments: Sequence[str]) -> int:
    """Run a Jupyter server until it ends, and return its exit status.

    Its Python kernels are this Python's, and import the library before what may bear its name beside a notebook.
    """
    kernel = {"argv": [sys.executable, *places.KERNEL, "-f", "{connection_file}"], "language": "python"}
    with tempfile.TemporaryDirectory() as own:
        spec = Path(own, "kernels", "python3", "kernel.json")
        spec.parent.mkdir(parents=True)
        spec.write_text(json.dumps({**kernel, "display_name": "Python 3 (workbook)"}), encoding="utf-8")
        path = os.pathsep.join([own, *filter(None, [os.environ.get("JUPYTER_PATH")])])
        command = [sys.executable, "-m", module, *arguments]
        running = subprocess.Popen(command, env={**os.environ, "JUPYTER_PATH": path})
        # Ctrl-C is the server's, which asks; what ends this process ends it too.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: running.terminate())
        return running.wait()


def absent(module: str) -> str:
    """Say that a module is not installed here, and what brings it."""
    extra = "[app]" if module == "voila" else "[feeds]" if module.startswith("analysis.feeds") else ""
    return f"{module} is not installed here. pip install 'bilateral-workbook{extra}' brings it."


def without(annexe: str, name: str) -> click.Command:
    """Return the command that stands for one whose annexe is absent: it says so, with exit status 2."""

    @click.command(name, add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def missing(arguments: tuple[str, ...]) -> None:
        click.echo(f"Error: workbook {name}: {absent(annexe)}", err=True)
        sys.exit(2)

    missing.help = f"Not installed here: needs {annexe}."
    return missing


def relationships(context: object, parameter: object, begun: str) -> list[str]:
    """Complete the name of a relationship."""
    return [name for name in places.relationships() if name.startswith(begun)]


def domains(context: object, parameter: object, begun: str) -> list[str]:
    """Complete the last of the domains in a list."""
    from analysis.record.codebook import domains as known

    before, comma, last = begun.rpartition(",")
    return [f"{before}{comma}{name}" for name in known()["domain"] if name.startswith(last)]


def notebooks(context: object, parameter: object, begun: str) -> list[str]:
    """Complete the name of a shipped notebook, or of one in the working directory."""
    found = {path.name for folder in (places.notebooks(), Path.cwd()) for path in folder.glob("*.ipynb")}
    return sorted(name for name in found if name.startswith(begun))


force_option = click.option("--force", is_flag=True, help="Overwrite a file that was not written here, or was edited.")


def check_unedited(path: Path, force: bool) -> None:
    """Refuse to overwrite a file unless it is what a command has written there last.

    Raises
    ------
    OptionError
        When it was edited since, or came from elsewhere.
    """
    if path.is_file() and not force and _noted(path) != _digest(path):
        way_out = f"{path} was edited, or came from elsewhere. Name another file with --out, or add --force."
        raise OptionError("workbook", "--out", "a new file, or one as it was written", path.name, way_out)


def note_written(path: Path) -> None:
    """Keep what was written, so that an edit is told from it later; without a home folder nothing is kept."""
    note = _note(path)
    with contextlib.suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(_digest(path), encoding="ascii")


def _noted(path: Path) -> str:
    try:
        return _note(path).read_text(encoding="ascii")
    except OSError:
        return ""


def _note(path: Path) -> Path:
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(state, "bilateral-workbook", hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32])


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def data_option(command: Command) -> Command:
    """Add `--data PATH`: the folder in which relationships are looked up by name, before the workbook's own.

    It sets the environment variable of `analysis.record.places` for the length of the command, so that kernels started
    by the command look there too.
    """

    def set_root(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
        # Kernels run in the folders of their notebooks, so a workspace is told to them as well.
        space = None if os.environ.get(places.ENVIRONMENT) else places.workspace()
        if value is None and space is None:
            return
        before = os.environ.get(places.ENVIRONMENT)
        os.environ[places.ENVIRONMENT] = os.path.abspath(value or f"{space}/data")
        context.call_on_close(functools.partial(_restore, before))

    return click.option(
        "--data",
        metavar="PATH",
        expose_value=False,
        is_eager=True,
        callback=set_root,
        help=f"Folder that holds relationships (default: {places.ENVIRONMENT}, the workspace, the workbook's own).",
    )(command)


def _restore(before: str | None) -> None:
    if before is None:
        os.environ.pop(places.ENVIRONMENT, None)
    else:
        os.environ[places.ENVIRONMENT] = before


def chosen(name: str | None) -> Path:
    """Return the folder of the relationship that is meant: the named one, or the only one that there is.

    Raises
    ------
    OptionError
        When none is named and there is not exactly one, or the named one does not exist.
    """
    if name:
        return places.relationship(name)
    root = os.environ.get(places.ENVIRONMENT)
    own = Path(root) if root else None
    if own is not None and (own / "events.csv").is_file():
        return own.resolve()
    known = places.relationships()
    names = [one for one in known if own is not None and (own / one / "events.csv").is_file()] or known
    if len(names) == 1:
        return places.relationship(names[0])
    raise OptionError(
        "workbook", "relationship", f"named, as one of {', '.join(names) or '(none found)'}", "", "Say which one."
    )
