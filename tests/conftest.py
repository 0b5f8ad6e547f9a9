"""Fixtures that all tests share; what they are made of is in `record_kit`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from record_kit import ROWS, write_record

# How long an example takes says something of the machine, not of the code.
settings.register_profile("workbook", deadline=None)
settings.load_profile("workbook")
pytest_plugins = ("parts",)


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the commands keep of files that they wrote goes into a folder of this run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A small valid record of Aland and Beland."""
    return write_record(tmp_path / "aland-beland")


@pytest.fixture
def change(record: Path) -> Callable[..., Path]:
    """Return a function that sets cells of one row (by its number in the table, from 0) and gives the folder back."""

    def apply(table: str, row: int, **cells: str) -> Path:
        rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
        rows[table][row] |= cells
        return write_record(record, rows)

    return apply
