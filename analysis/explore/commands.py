"""The command `workbook explore`: the explorer as a page of its own, without JupyterLab."""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
from pathlib import Path

import click

from analysis.cli_options import chosen, data_option, refusing, relationships, serve
from analysis.record import places

_WORDS = """# Explore the record

Choose at the left. Point at the chart and it tells the day's value or the act; click, or Tab, arrow keys and Enter,
and what stands behind it opens below. *Save view* writes picture, words and choices into the folder `views`."""


@click.command()
@click.argument("relationship", required=False, shell_complete=relationships)
@click.option("--port", type=int, default=8866, show_default=True)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@data_option
@refusing
def explore(relationship: str | None, port: int, no_browser: bool) -> None:
    """Open the explorer of RELATIONSHIP as a page of its own (needs the extra `app`)."""
    if importlib.util.find_spec("voila") is None:
        raise ModuleNotFoundError("No module named 'voila'", name="voila")
    folder = chosen(relationship or places.SHIPPED)
    with tempfile.TemporaryDirectory() as own:
        page = Path(own, "explorer.ipynb")
        page.write_text(json.dumps(app(folder, Path.cwd() / "views")), encoding="utf-8")
        flags = [f"--port={port}", *(["--no-browser"] if no_browser else [])]
        status = serve("voila", [str(page), *flags])
    sys.exit(status)


def app(record: Path, views: Path) -> dict[str, object]:
    """Return the explorer's notebook as a page: its own first words, its cells up to the explorer, its parameters."""
    held = json.loads((places.notebooks() / "explorer.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in held["cells"] if cell["cell_type"] == "code"]
    kept = code[: 1 + next(place for place, cell in enumerate(code) if "explore.explorer(" in "".join(cell["source"]))]
    chosen_here = f"\nrelationship, folder = {str(record)!r}, {str(views)!r}"
    kept[0]["source"] = "".join(kept[0]["source"]) + chosen_here
    words = {"cell_type": "markdown", "id": "words", "metadata": {}, "source": _WORDS}
    return {**held, "cells": [words, *({**cell, "outputs": [], "execution_count": None} for cell in kept)]}


COMMANDS = (explore,)
