"""The data dictionary and the Data Package descriptor, made from the schema.

`python -m analysis.curate.dictionary data/README.md data/russia-belarus` rewrites the generated parts of the one
(dictionary, coverage) and the `datapackage.json` in the other. A test makes the same in memory and compares, so that
neither can drift from what the check enforces.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from analysis.atomic import write_whole
from analysis.record.schema import SLUG, Column, TableSchema
from analysis.record.tables import BY_NAME, TABLES

BEGIN = "<!-- {part}: made by `python -m analysis.curate.dictionary`, do not edit -->"
END = "<!-- end of {part} -->"
PROFILE = "https://datapackage.org/profiles/2.0"


def dictionary() -> str:
    """Return the data dictionary as Markdown: each table with its row, each column with meaning and bounds."""
    parts: list[str] = []
    for table in TABLES:
        parts += [
            "",
            f"### `{table.file}`",
            "",
            f"One row is {table.row}. Key: {', '.join(f'`{name}`' for name in table.key)}.",
            "",
            "| column | meaning | holds | may be empty |",
            "|---|---|---|---|",
            *(f"| `{c.name}` | {c.meaning} | {_holds(c)} | {'no' if c.required else 'yes'} |" for c in table.columns),
        ]
    return "\n".join(parts)


def _holds(column: Column) -> str:
    words = column.expected
    if column.refers:
        words = f"{words}; refers to `{column.refers}`"
    if column.unit:
        words = f"{words}; unit: {column.unit}"
    return words.replace("|", "\\|")


def datapackage(name: str, title: str, description: str) -> dict[str, Any]:
    """Return the Data Package (version 2) descriptor of a relationship's folder.

    Parameters
    ----------
    name, title, description : str
        The package's own words; everything else follows from the schema.
    """
    return {
        "$schema": f"{PROFILE}/datapackage.json",
        "name": name,
        "title": title,
        "description": description,
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
                "title": "Creative Commons Attribution 4.0",
            }
        ],
        "resources": [_resource(table) for table in TABLES],
    }


def _resource(table: TableSchema) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "$schema": f"{PROFILE}/tableschema.json",
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    keys = [_foreign(column) for column in table.columns if _is_foreign(column)]
    if keys:
        schema["foreignKeys"] = keys
    return {
        "name": table.name,
        "type": "table",
        "path": table.file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "description": f"One row is {table.row}.",
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    kinds = {"integer": "integer", "number": "number"}
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    if column.low is not None and column.high is not None:
        number = int if column.kind == "integer" else float
        constraints |= {"minimum": number(column.low), "maximum": number(column.high)}
    if column.kind == "slug":
        constraints["pattern"] = SLUG
    if column.kind == "url":
        constraints["pattern"] = r"https?://\S+"
    if column.pattern:
        constraints["pattern"] = column.pattern
    if column.letters:
        constraints["maxLength"] = column.letters
    field = {"name": column.name, "type": kinds.get(column.kind, "string"), "description": column.meaning}
    return {**field, "constraints": constraints} if constraints else field


def _is_foreign(column: Column) -> bool:
    # A list of persons and the keys of the codebook, which is another folder, are beyond what a table schema can say;
    # `analysis.record.check` has them.
    return bool(column.refers) and column.refers.split(".")[0] in BY_NAME and column.name != "persons"


def _foreign(column: Column) -> dict[str, Any]:
    resource, field = column.refers.split(".")
    return {"fields": [column.name], "reference": {"resource": resource, "fields": [field]}}


def made_anew(readme: str, part: str, text: str) -> str:
    """Return a data README with the generated `part` (dictionary or coverage) replaced by `text`."""
    begin, end = BEGIN.format(part=part), END.format(part=part)
    head, _, rest = readme.partition(begin)
    return f"{head}{begin}\n{text}\n\n{end}{rest.partition(end)[2]}"


def coverage(folders: list[Path]) -> str:
    """Return the coverage of each relationship as Markdown."""
    from analysis.curate.coverage import markdown
    from analysis.record.relationship import load

    rels = [load(folder) for folder in folders]
    return "\n".join(["", "## Coverage", *(f"\n### {rel.title}\n\n{markdown(rel)}" for rel in rels)])


def main(readme: str, *names: str) -> None:
    """Rewrite the generated parts of `readme`, and the descriptor in each folder with its own title and description."""
    folders = [Path(name) for name in names]
    for folder in folders:
        file = folder / "datapackage.json"
        now = json.loads(file.read_text(encoding="utf-8"))
        fresh = datapackage(now["name"], now["title"], now["description"])
        write_whole(file, (json.dumps(fresh, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))
    page = Path(readme)
    text = made_anew(page.read_text(encoding="utf-8"), "dictionary", dictionary())
    write_whole(page, made_anew(text, "coverage", coverage(folders)).encode("utf-8"))


if __name__ == "__main__":
    main(*sys.argv[1:])
