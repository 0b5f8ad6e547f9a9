"""What a notebook may be told: its parameters, read from its cell, and values checked before anything starts.

A notebook declares parameters in the cell tagged `parameters`, one assignment a line, as papermill has it:

    as_of: str = "2023-04-06"                      # date: last day that may be known
    domains: list[str] = []                        # events of these domains only; empty for all
    measure: Literal["share", "raw"] = "share"     # what is drawn
    version: str = "full"                          # one of: full, brief, flash; how much is told
    draws: int | None = None                       # draws of the band; none for the default

The cell is parsed (`ast`), not matched with patterns, so that unions, literals and values over several lines are read
as Python reads them. The comment behind a value is its help; a help that begins with `date:` makes a text parameter a
day (ISO 8601, YYYY-MM-DD), and one that begins with `one of: a, b;` names the values that it, or each item of a list,
may have (papermill's own reader knows no `Literal`). A name without annotation has the type of its default. An
annotation that is none of those below is shown and not checked.

papermill itself runs on when a name is misspelt. Here that is refused, with the nearest name; so is a value of the
wrong type. Text, as a command line gives it, is read as the declared type: `5` for `int`, `yes` for `bool`,
`energy,trade` or `["energy", "trade"]` for `list[str]`, `none` where None is allowed.
"""

from __future__ import annotations

import ast
import io
import json
import os
import re
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.errors import OptionError, nearest, one_of
from analysis.runs.values import convert, expected

# Parameters that are lengths of time where their default is one: documents print "180D" however it was typed.
LENGTHS = ("half_life", "window")
_ONE_OF = re.compile(r"one of:\s*([^;]+)", re.IGNORECASE)
# Defaults of types that no text, number or list can be.
_MADE = re.compile(r"(\w+\.)*(date|datetime|timedelta|Timestamp|Timedelta|Path|Decimal|array|Series|DataFrame)\(")
_TYPE_COMMENT = re.compile(r"type:\s*(\S+)\s*#?\s*(.*)", re.DOTALL)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook.

    Parameters
    ----------
    name : str
        The variable that is set.
    type : str
        The annotation as written; the type of the default where there is none; `Any` where neither tells.
    default : object
        The value that the notebook has by itself; the source text where it is no literal.
    help : str
        The comment behind it, without `date:`; may be empty.
    allowed : tuple, optional
        The values of a `Literal`, or those that the help names; None when any value of the type will do.
    date : bool
        Whether a text value must be a day.
    """

    name: str
    type: str
    default: Any
    help: str = ""
    allowed: tuple[Any, ...] | None = None
    date: bool = False


def declared(
    notebook: str | os.PathLike[str] | Mapping[str, Any], *, skipped: list[str] | None = None
) -> list[Parameter]:
    """Return the parameters that a notebook declares, in the order of its cell.

    Parameters
    ----------
    notebook : path, address or mapping
        A local file, anything that papermill can read (such as `s3://...`), or a notebook already read.
    skipped : list of str, optional
        Where it is given, lines that are no Python are left out and said here, as a listing can bear.

    Returns
    -------
    list of Parameter
        Empty when no cell is tagged `parameters`.

    Raises
    ------
    OptionError
        When there is no such notebook, it is no notebook, or the cell is no Python.
    """
    where = name_of(notebook)
    for cell in read(notebook).get("cells", []):
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            source = cell.get("source", "")
            return _parse(source if isinstance(source, str) else "".join(source), where, skipped)
    return []


def check(declared: Sequence[Parameter], given: Mapping[str, Any], *, where: str = "parameters") -> dict[str, Any]:
    """Return the given values typed as declared, in the declared order; values not given are left to the notebook.

    Raises
    ------
    OptionError
        For the first name that is not declared (naming the nearest), value of another type, text that is no day, or
        value outside a `Literal`.
    """
    known = {parameter.name: parameter for parameter in declared}
    for name in given:
        if name not in known:
            way_out = nearest(name, known) or (
                "Run `workbook params` on it to list them." if known else "Tag a cell `parameters`."
            )
            raise OptionError(
                where,
                "parameter",
                one_of(list(known)) if known else "left out, as the notebook declares none",
                name,
                way_out,
            )
    return {name: _typed(parameter, given[name], where) for name, parameter in known.items() if name in given}


def read(notebook: str | os.PathLike[str] | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a notebook as a mapping in notebook format 4; OptionError when it cannot be read."""
    if isinstance(notebook, Mapping):
        return notebook
    where = name_of(notebook)
    try:
        if "://" in os.fspath(notebook):
            from papermill.iorw import papermill_io

            text = papermill_io.read(os.fspath(notebook))
        else:
            with open(notebook, encoding="utf-8") as file:
                text = file.read()
        content = json.loads(text)
    except OSError as error:
        raise OptionError(
            where, "notebook", "a notebook that can be read", os.fspath(notebook), f"{error.strerror or error}."
        ) from error
    except ValueError as error:
        raise OptionError(where, "notebook", "a notebook (JSON)", os.fspath(notebook), f"{error}.") from error
    if not isinstance(content, dict) or not isinstance(content.get("cells", content.get("worksheets")), list):
        raise OptionError(where, "notebook", "a notebook with cells", os.fspath(notebook))
    if int(content.get("nbformat", 4)) < 4:
        import nbformat

        upgraded: Mapping[str, Any] = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        return upgraded
    return content


def name_of(notebook: str | os.PathLike[str] | Mapping[str, Any]) -> str:
    """Return the short name of a notebook for messages."""
    return "notebook" if isinstance(notebook, Mapping) else re.split(r"[\\/]", os.fspath(notebook))[-1]


def _parse(source: str, where: str, skipped: list[str] | None) -> list[Parameter]:
    python = "\n".join("" if line.lstrip()[:1] in {"%", "!"} else line for line in source.splitlines())
    while True:
        try:
            tree = ast.parse(python)
            break
        except SyntaxError as error:
            lines, number = python.splitlines(), error.lineno or 0
            line = lines[number - 1] if 0 < number <= len(lines) else ""
            at = f"{where}, parameters cell, line {number}"
            refusal = OptionError(at, "parameters", "Python assignments", line.strip(), f"{error.msg}.")
            if skipped is None or not line:
                raise refusal from error
            skipped.append(str(refusal))
            python = "\n".join([*lines[: number - 1], "", *lines[number:]])
    comments = _comments(python)
    found: dict[str, Parameter] = {}
    for statement in tree.body:
        comment = comments.get(statement.end_lineno or 0, "")
        for name, annotation, value in _assigned(statement):
            found[name] = _parameter(name, annotation, value, comment, python)
    return list(found.values())


def _assigned(statement: ast.stmt) -> Iterable[tuple[str, ast.expr | None, ast.expr]]:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
        yield statement.target.id, statement.annotation, statement.value
    if isinstance(statement, ast.Assign):
        yield from ((target.id, None, statement.value) for target in statement.targets if isinstance(target, ast.Name))


def _parameter(name: str, annotation: ast.expr | None, value: ast.expr, comment: str, source: str) -> Parameter:
    try:
        default = ast.literal_eval(value)
        kind = "Any" if default is None else type(default).__name__
    except ValueError:
        default, kind = ast.get_source_segment(source, value) or "", "Any"
    if annotation is not None:
        # A quoted annotation means what stands in the quotes.
        quoted = isinstance(annotation, ast.Constant) and isinstance(annotation.value, str)
        kind = str(annotation.value) if isinstance(annotation, ast.Constant) and quoted else ast.unparse(annotation)
        kind = kind if _is_expression(kind) else "Any"
    elif old := _TYPE_COMMENT.fullmatch(comment):
        kind, comment = old[1] if _is_expression(old[1]) else "Any", old[2]
    is_date = comment.lower().startswith("date:")
    named = _ONE_OF.match(comment)
    allowed = tuple(value.strip() for value in named[1].split(",")) if named else _literals(kind)
    return Parameter(name, kind, default, comment[5:].strip() if is_date else comment, allowed, is_date)


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True


def _literals(kind: str) -> tuple[Any, ...] | None:
    tree = ast.parse(kind, mode="eval").body
    if isinstance(tree, ast.Subscript) and ast.unparse(tree.value).split(".")[-1] == "Literal":
        values = tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice]
        return tuple(ast.literal_eval(value) for value in values)
    return None


def _comments(source: str) -> dict[int, str]:
    """Return the comment behind each line; one that goes on in the next lines is indented there, as `#   more`."""
    found: dict[int, str] = {}
    begun = last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            line, text = token.start[0], token.string.lstrip("#").strip()
            if token.string.startswith("#  ") and token.start[1] == 0 and begun and line == last + 1:
                found[begun] += f" {text}"
            else:
                begun, found[line] = line, text
            last = line
    return found


def _typed(parameter: Parameter, value: Any, where: str) -> Any:
    if type(value) is type(parameter.default) and value == parameter.default:
        return value
    if parameter.type == "Any" and _MADE.match(str(parameter.default)):
        expected_words = f"left as it is, or declared with a type in the notebook, such as `{parameter.name}: str`"
        hint = f"Its default, {parameter.default}, is of a type that a plan cannot write."
        raise OptionError(where, parameter.name, expected_words, value, hint)
    if parameter.name in LENGTHS and isinstance(parameter.default, str) and parameter.default[:1].isdigit():
        from analysis.measures.options import length_text  # pandas, which a plan without lengths does not need

        return length_text(value, where, parameter.name)
    try:
        typed = convert(value, parameter.type, date=parameter.date)
    except ValueError:
        hint = f"It is: {parameter.help.rstrip('.')}." if parameter.help else ""
        raise OptionError(
            where,
            parameter.name,
            expected(parameter.type, date=parameter.date),
            value,
            _nearest(value, parameter) or hint,
        ) from None
    for item in typed if isinstance(typed, list) else [typed]:
        if parameter.allowed is not None and item is not None and item not in parameter.allowed:
            raise OptionError(
                where, parameter.name, one_of([*map(str, parameter.allowed)]), item, _nearest(item, parameter)
            )
    return typed


def _nearest(value: Any, parameter: Parameter) -> str:
    return nearest(value, map(str, parameter.allowed or ())) if isinstance(value, str) else ""
