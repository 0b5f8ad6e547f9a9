"""Drafts by a language model: any endpoint that speaks OpenAI's chat protocol, which the user runs or pays for.

The question holds the numbered paragraphs of the copy, the coding rules, and a JSON schema of the record's columns. The
key comes from the environment. The answer is an offer like that of the rules: what it quotes is looked up in the
copy, and a row whose phrase does not stand there is dropped and counted. An answer that is cut off or is not what was
asked for is a failure, never an empty list.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.curate import draft_codes, ids
from analysis.curate.drafting import Drafts, checked, sides
from analysis.curate.table_format import Row
from analysis.curate.texts import Copy
from analysis.errors import OptionError
from analysis.record import codebook
from analysis.record.schema import PHRASE_WORDS
from analysis.record.tables import BY_NAME

KEY = "WORKBOOK_MODEL_KEY"
_MOST_BYTES = 10_000_000
_OFFERED = {
    "events": ("date", "title", "summary", "source_actor", "target_actor", "domain", "form"),
    "assessments": ("assessor", "assessor_kind", "organisation", "subject", "claim", "estimative_term"),
}
_RULES = f"""You draft rows for a record of the relations of two states. An analyst will review each row.
Offer only what the numbered paragraphs say; offer nothing that they do not say. An event is one dated act of one side
towards the other, or of both together, that could have been left undone; opinions, statistics and accidents are none.
An assessment is a judgement on the relationship that a named person or institution holds; claims are put in your own
words. Dates are EDTF, with ~ where you infer them from the day of publication. `codes` are three CAMEO codes, the
likeliest first. `phrase` is copied letter by letter from the paragraph named in `place`: at most {PHRASE_WORDS}
consecutive words of it, nothing left out, nothing changed."""


@dataclass(frozen=True)
class Question:
    """What is asked of a model: its address and name, the copy and its source, the record's actors."""

    url: str
    name: str
    copy: Copy
    source: Row
    actors: Sequence[Row]

    @property
    def address(self) -> str:
        """Where the question goes."""
        return f"{self.url.rstrip('/')}/chat/completions"

    def body(self) -> dict[str, Any]:
        """Return what is sent, without the key."""
        texts = [f"[{one.place}] {' '.join(one.text.split())}" for one in self.copy.passages if one.kind != "block"]
        head = f"{self.source['title']}. {self.source['publisher']}, published {self.source.get('published', '')}."
        names = "; ".join(f"{row['actor_id']} is {row['name']}" for row in self.actors)
        return {
            "model": self.name,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": f"{_RULES}\nActors: {names}."},
                {"role": "user", "content": "\n".join([head, *texts])},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "drafts", "strict": True, "schema": self.schema()},
            },
        }

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of an answer, made of the record's columns."""
        a, b, joint = sides(self.actors)
        known = {
            "source_actor": [a.actor, b.actor, *([joint] if joint else [])],
            "estimative_term": ["", *codebook.estimative()["term"]],
            "place": [one.place for one in self.copy.passages if one.kind != "block"],
        }
        known["target_actor"] = known["source_actor"]
        tables = {}
        for table, names in _OFFERED.items():
            columns = {name: BY_NAME[table].column(name) for name in names}
            fields: dict[str, Any] = {
                name: {"type": "string", "description": column.meaning}
                | ({"enum": known.get(name) or list(column.allowed)} if name in known or column.allowed else {})
                for name, column in columns.items()
            }
            fields["phrase"] = {"type": "string"}
            fields["place"] = {"type": "string", "enum": known["place"]}
            if table == "events":
                fields["codes"] = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3}
            row = {"type": "object", "properties": fields, "required": [*fields], "additionalProperties": False}
            tables[table] = {"type": "array", "items": row}
        return {"type": "object", "properties": tables, "required": [*tables], "additionalProperties": False}

    def shown(self) -> str:
        """Return what would be sent, and where, for a reader."""
        key = f"with the key in {KEY}" if os.environ.get(KEY) else f"without a key ({KEY} is not set)"
        sent = json.dumps(self.body(), ensure_ascii=False, indent=1)
        return f"POST {self.address}, {key}:\n{sent}\nNothing was sent."


def ask(question: Question, *, timeout: float = 120.0) -> Drafts:
    """Send the question and return what of the answer stands in the copy.

    Parameters
    ----------
    question : Question
        What is asked, and where.
    timeout : float, optional
        Seconds to wait for each part of the answer.

    Raises
    ------
    OptionError
        When address or name is missing, the endpoint cannot be reached or refuses, or the answer is cut off or is not
        what the schema asks for.
    """
    for option, value in (("--model", question.url), ("--name", question.name)):
        if not value:
            raise OptionError("draft", option, "given: --model URL with --name NAME", value)
    if not question.url.startswith(("http://", "https://")):
        raise OptionError("draft", "--model", "an address that begins with https:// or http://", question.url)
    answer = _answer(_sent(question, timeout), question)
    drafts = Drafts()
    for table in _OFFERED:
        for row in answer[table]:
            drafts.rows[table].append(_row(table, row, question, len(drafts.rows[table])))
    return checked(drafts, question.copy)


def _failed(question: Question, expected: str, got: object, hint: str = "") -> OptionError:
    return OptionError(question.address, "", expected, got, hint or "Nothing was drafted.")


def _sent(question: Question, timeout: float) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    if os.environ.get(KEY):
        headers["Authorization"] = f"Bearer {os.environ[KEY]}"
    data = json.dumps(question.body()).encode("utf-8")
    request = urllib.request.Request(question.address, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            text = reply.read(_MOST_BYTES + 1)
            wanted = reply.headers.get("Content-Length")
    except urllib.error.HTTPError as error:
        said = error.read(300).decode("utf-8", errors="replace").strip()
        raise _failed(question, "an endpoint that answers", f"{error.code} {error.reason}: {said}") from None
    except TimeoutError:
        raise _failed(
            question, f"an answer within {timeout:g} seconds", "none", "--timeout waits longer. Nothing was drafted."
        ) from None
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise _failed(question, "an endpoint that can be reached", getattr(error, "reason", error)) from None
    except Exception as error:  # http.client has a family of its own for replies that break off
        raise _failed(question, "a whole answer", f"{type(error).__name__}: {error}") from None
    if len(text) > _MOST_BYTES or (wanted and wanted.isdigit() and len(text) < int(wanted)):
        raise _failed(question, "a whole answer", f"{len(text)} bytes of {wanted}")
    try:
        held = json.loads(text)
    except ValueError:
        raise _failed(question, "JSON", text[:80].decode("utf-8", errors="replace")) from None
    if not isinstance(held, dict):
        raise _failed(question, "a chat completion", held)
    return held


def _answer(reply: dict[str, Any], question: Question) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a reply that ended of itself and is what the schema asks for."""
    try:
        choice = reply["choices"][0]
        content, ended = choice["message"]["content"], choice.get("finish_reason")
    except (KeyError, IndexError, TypeError):
        raise _failed(question, "a chat completion with a choice", str(reply)[:80]) from None
    if ended != "stop":
        hint = "A shorter page, or a model that may answer at greater length, may do."
        raise _failed(question, "an answer that ended of itself", f"finish_reason {ended!r}", hint)
    try:
        held = json.loads(content)
    except (TypeError, ValueError):
        raise _failed(question, "an answer in JSON", str(content)[:80]) from None
    schema = question.schema()["properties"]
    if (
        not isinstance(held, dict)
        or set(held) != set(schema)
        or not all(isinstance(one, list) for one in held.values())
    ):
        raise _failed(question, f"an answer with the lists {', '.join(schema)}", str(content)[:80])
    for table, rows in held.items():
        fields = schema[table]["items"]["properties"]
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, dict) or set(row) != set(fields):
                raise _failed(question, f"{table} with the fields {', '.join(fields)}", f"row {number}: {row}")
            for name, rule in fields.items():
                wrong = not isinstance(row[name], list if rule["type"] == "array" else str)
                if wrong or ("enum" in rule and row[name] not in rule["enum"]):
                    raise _failed(question, f"a `{name}` of the schema in row {number} of {table}", row[name])
    return held


def _row(table: str, row: dict[str, Any], question: Question, number: int) -> Row:
    source = question.source
    made = {name: str(row[name]) for name in _OFFERED[table]}
    made |= {"source_id": source["source_id"], "locator": row["place"], "cited_phrase": row["phrase"]}
    made |= {"drafted_by": question.name, "reviewed_by": ""}
    if table == "assessments":
        date = source.get("published", "")
        made["date"] = date
        found = ids.assessment_id(date, made["assessor"], made["organisation"], made["subject"])
        made["assessment_id"] = f"{found}-{number + 1}" if number else found
    else:
        codes = [str(code) for code in row["codes"] if str(code) in set(codebook.cameo()["code"])]
        made |= {"cameo": "", "candidates": draft_codes.worded(codes)}
    return made
