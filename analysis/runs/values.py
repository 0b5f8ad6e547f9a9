"""Values of declared types: `convert` reads a value as an annotation says, or raises ValueError.

Known are `str`, `int`, `float`, `bool`, `None`, `list[T]`, `dict`, `Literal[...]`, `Optional[T]`, and unions of
these. Anything else is passed on as it is. Nothing is rounded or guessed: a fraction is no `int`, `2` is no `bool`, a
number is no `str`.
"""

from __future__ import annotations

import ast
import datetime
import json
import math
import re
from typing import Any

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS = {
    "str": "text (str)",
    "int": "a whole number (int)",
    "float": "a finite number (float)",
    "bool": "true or false (bool)",
    "None": "none",
    "dict": "a mapping",
}
_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def convert(value: Any, kind: str, *, date: bool = False) -> Any:
    """Return `value` as the annotation `kind` has it; ValueError when it is none.

    Parameters
    ----------
    value : object
        A Python value, or the text of one.
    kind : str
        An annotation, such as `list[str] | None`.
    date : bool
        Whether text must be a day, YYYY-MM-DD.
    """
    return _as(value, ast.parse(kind, mode="eval").body, date)


def expected(kind: str, *, date: bool = False) -> str:
    """Word what a value must be, to be read after "must be"."""
    return _word(ast.parse(kind, mode="eval").body, date)


def _as(value: Any, kind: ast.expr, date: bool) -> Any:
    parts = _union(kind)
    if len(parts) > 1:
        return _any_of(value, parts, date)
    head, inner = _split(kind)
    if head == "Literal":
        return _literal(value, inner)
    if head in {"list", "List", "Sequence"}:
        element = inner[0] if inner else ast.Name("Any")
        return [_as(item, element, date) for item in _items(value)]
    scalar = {"str": _text, "int": _integer, "float": _number, "bool": _boolean, "None": _none, "dict": _mapping}.get(
        head
    )
    if scalar is None:
        return value
    return _day(value) if date and head == "str" else scalar(value)


def _any_of(value: Any, parts: list[ast.expr], date: bool) -> Any:
    # None and numbers come before text, since every text is a `str`; a value that has a type of the union keeps it.
    ranks = {"None": 0, "bool": 1, "int": 2, "float": 3}
    order = sorted(parts, key=lambda part: ranks.get(_split(part)[0], 9))
    exact = [part for part in order if not isinstance(value, str) and _split(part)[0] == type(value).__name__]
    for part in [*exact, *order]:
        try:
            return _as(value, part, date)
        except ValueError:
            continue
    raise ValueError(value)


def _union(kind: ast.expr) -> list[ast.expr]:
    if isinstance(kind, ast.BinOp) and isinstance(kind.op, ast.BitOr):
        return [*_union(kind.left), *_union(kind.right)]
    head, inner = _split(kind)
    if head == "Optional" and inner:
        return [*_union(inner[0]), ast.Constant(None)]
    return [part for member in inner for part in _union(member)] if head == "Union" else [kind]


def _split(kind: ast.expr) -> tuple[str, list[ast.expr]]:
    if isinstance(kind, ast.Subscript):
        inner = kind.slice.elts if isinstance(kind.slice, ast.Tuple) else [kind.slice]
        return ast.unparse(kind.value).split(".")[-1], inner
    return ast.unparse(kind).split(".")[-1], []


def _literal(value: Any, members: list[ast.expr]) -> Any:
    allowed = [ast.literal_eval(member) for member in members]
    for member in allowed:
        if (type(member) is type(value) and member == value) or (isinstance(value, str) and str(member) == value):
            return member
    raise ValueError(value)


def _items(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return list(value)
    if not isinstance(value, str):
        raise ValueError(value)
    if value.lstrip().startswith("["):
        try:
            return list(ast.literal_eval(value))
        except SyntaxError as error:
            raise ValueError(value) from error
    return [item.strip() for item in value.split(",") if item.strip()]


def _text(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def _day(value: Any) -> str:
    text = _text(value)
    if not _DAY.fullmatch(text):
        raise ValueError(value)
    return datetime.date.fromisoformat(text).isoformat()


def _integer(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]+\s*", value):
        return int(value)
    if type(value) is not int:
        raise ValueError(value)
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)) or not math.isfinite(float(value)):
        raise ValueError(value)
    return float(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, str) and value.strip().lower() in _BOOLEANS:
        return _BOOLEANS[value.strip().lower()]
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _none(value: Any) -> None:
    if value is not None and not (isinstance(value, str) and value.strip().lower() in {"none", "null"}):
        raise ValueError(value)


def _mapping(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        value = json.loads(value)
    if not isinstance(value, dict):
        raise ValueError(value)
    return value


def _word(kind: ast.expr, date: bool) -> str:
    parts = _union(kind)
    if len(parts) > 1:
        return " or ".join(_word(part, date) for part in parts)
    head, inner = _split(kind)
    if head == "Literal":
        return f"one of {', '.join(str(ast.literal_eval(member)) for member in inner)}"
    if head in {"list", "List", "Sequence"}:
        return f"a list, each item {_word(inner[0], date)}" if inner else "a list"
    return "a day such as 2023-04-06" if date and head == "str" else _WORDS.get(head, head)
