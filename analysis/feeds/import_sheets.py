"""Candidates in the columns of the record, for `workbook import` once an analyst has read the source and written title
and summary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from analysis.record.tables import BY_NAME


def normal_address(url: str) -> str:
    """Return an address as two sources of one page have it: without scheme, `www.`, fragment, tracking and last slash.

    >>> normal_address("https://www.example.org/a/?utm_source=x#top")
    'example.org/a'
    """
    parts = urlsplit(url.strip())
    query = "&".join(one for one in parts.query.split("&") if one and not re.match(r"(utm_|fbclid|gclid|ref=)", one))
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")


def sheets(table: pd.DataFrame, dyad: tuple[str, str]) -> dict[str, pd.DataFrame]:
    """Return the tables `events`, `sources` and `citations` for candidates.

    Filled is what the feed knows: day, direction, code, domain, address, publisher. Title, summary, form, dependence
    and grades are left to the analyst; `notes` of an event leads back to the candidate.

    Parameters
    ----------
    table : DataFrame
        As from `candidates`.
    dyad : pair of str
        The two sides, in the record's order.

    Examples
    --------
    >>> from analysis import feeds
    >>> sheets(found, ("RUS", "BLR"))["events"]  # doctest: +SKIP
    """
    events, sources, citations = [], dict[str, dict[str, str]](), []
    taken: set[str] = set()
    for row in table.to_dict("records"):
        event = _free(
            "-".join([f"{row['start']:%Y-%m-%d}", _slug(row["headline"], 4) or f"candidate-{row['rank']}"]), taken
        )
        both = "+".join(dyad)
        source, target = row["direction"].split(">") if ">" in row["direction"] else (both, both)
        same = row["start"] == row["end"]
        events.append(
            {
                "event_id": event,
                "date": f"{row['start']:%Y-%m-%d}" if same else f"{row['start']:%Y-%m-%d}/{row['end']:%Y-%m-%d}",
                "source_actor": source,
                "target_actor": target,
                "domain": row["domain"],
                "cameo": row["cameo"],
                "notes": f"Candidate {row['candidate']} of a machine-coded feed",
            }
        )
        for url in row["urls"].split()[:5]:
            key = normal_address(url)
            host = key.split("/")[0]
            if key not in sources:
                words = _slug(re.sub(r"\.\w+$", "", key.rsplit("/", 1)[-1]), 4)
                source_id = _free("-".join(one for one in (_slug(host, 3), f"{row['start']:%Y}", words) if one), taken)
                sources[key] = {"source_id": source_id, "publisher": host, "url": url}
            citations.append({"record": f"events:{event}", "source_id": sources[key]["source_id"]})
    return {
        name: _whole(name, rows)
        for name, rows in (("events", events), ("sources", sources.values()), ("citations", citations))
    }


def _whole(name: str, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    columns = [column.name for column in BY_NAME[name].columns]
    return pd.DataFrame([[row.get(name, "") for name in columns] for row in rows], columns=columns)


def _slug(text: str, words: int) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())[:words])


def _free(wanted: str, taken: set[str]) -> str:
    number, one = 1, wanted
    while one in taken:
        number += 1
        one = f"{wanted}-{number}"
    taken.add(one)
    return one
