"""Public names of a package from the stub beside it, loaded when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import lazy_loader


class _Package(ModuleType):
    """A package whose functions may bear the name of their module: `charts.tension` is the function, always.

    Importing `charts.tension` sets the module as an attribute of its package, over the function of the same name.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and name in self.__dict__.get("__all__", ()):
            value = getattr(value, name, value)
        super().__setattr__(name, value)


def attach(name: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of package `name`, whose `__init__.py` is `file`."""
    sys.modules[name].__class__ = _Package
    found: tuple[Callable[[str], Any], Callable[[], list[str]], list[str]] = lazy_loader.attach_stub(name, file)
    return found
