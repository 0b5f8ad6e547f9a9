"""Public names that are loaded when they are first used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any


def offered(package: str, homes: Mapping[str, str], name: str) -> Any:
    """Return a public name of a package from the module below it that defines it, and keep it there.

    For use in the package's `__getattr__`, which is asked only for what is not there yet.

    Parameters
    ----------
    package : str
        Its `__name__`.
    homes : mapping of str to str
        Public name to module, relative to the package.
    name : str
        What was asked for.

    Raises
    ------
    AttributeError
        When the package offers no such name.
    """
    if name not in homes:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
    setattr(sys.modules[package], name, value)
    return value
