"""What ties a document to its evidence: from records to the sources to cite, the bibliography, the title block."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.findings.display import Finding, Findings, Table
from analysis.findings.document import Bibliography, Cover

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship


def ranked_sources(rel: Relationship, records: Iterable[str]) -> dict[str, list[str]]:
    """Return the sources of each record that has any, best first.

    Pages that are not older than what they are to bear out come first; then the better grade, then the earlier page,
    then the id. A document of a past day cites no page that was published later, even where it is the only one: such
    a row has none.
    """
    cited = rel.citations.loc[rel.citations["record"].isin(set(records)), ["record", "source_id", "later"]]
    cited = cited if rel.as_of is None else cited[~cited["later"]]
    place = pd.Index(rel.sources["source_id"]).get_indexer(cited["source_id"])
    columns = ["reliability", "published_start", "published_end"]
    cited, source = cited[place >= 0], rel.sources[columns].take(place[place >= 0])
    day = source["published_start"].fillna(pd.Timestamp("9999-12-31"))
    older = source["published_end"].to_numpy() < _begins(rel).reindex(cited["record"]).to_numpy()
    ranked = sorted(
        zip(cited["later"], older, source["reliability"], day, cited["source_id"], cited["record"], strict=True)
    )
    found: dict[str, dict[str, None]] = {}
    for *_, key, record in ranked:
        found.setdefault(record, {})[key] = None
    return {record: list(keys) for record, keys in found.items()}


def _begins(rel: Relationship) -> pd.Series:
    """Return the first possible day of each event, assessment and observation, by the key of its citations."""
    keys = {
        "events": "events:" + rel.events["event_id"],
        "assessments": "assessments:" + rel.assessments["assessment_id"],
        "indicators": "indicator:" + rel.indicators["indicator"] + "@" + rel.indicators["period"],
    }
    return pd.concat([pd.Series(getattr(rel, name)["start"].to_numpy(), key) for name, key in keys.items()])


def best_sources(
    rel: Relationship, records: Iterable[str], *, each: int = 1, most: int | None = None
) -> tuple[str, ...]:
    """Choose the sources to cite for records: of each record the best by `ranked_sources`.

    Parameters
    ----------
    rel : Relationship
        The record.
    records : iterable of str
        Keys as in `citations.csv`, such as `events:ID`; in the order of their weight.
    each, most : int
        Sources for each record; sources in all, no limit when absent.
    """
    wanted = list(dict.fromkeys(records))
    found = ranked_sources(rel, wanted)
    keys = [key for record in wanted for key in found.get(record, [])[:each]]
    return tuple(dict.fromkeys(keys))[:most]


def links(rel: Relationship, keys: Iterable[str]) -> dict[str, str]:
    """Return the addresses of sources by id; of those that have one to print (`address`)."""
    table = rel.sources.set_index("source_id")
    found = {key: address(table.at[key, "url"], table.at[key, "publisher"]) for key in keys}
    return {key: url for key, url in found.items() if url}


def address(url: object, publisher: object) -> str:
    """Return the address to print for a source; empty for what is in print, or when nobody knows who published it.

    A page whose publisher is unknown lies somewhere that is not its publisher's, and no reader is sent there.
    """
    return url if isinstance(url, str) and publisher != "unknown" else ""


def bibliography(rel: Relationship, *shown: Finding | Findings | Table) -> Bibliography:
    """Return the bibliography of what is shown: the CSL-JSON items of every source that it cites, sorted by id.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> said = an.findings.forecasts(rel)
    >>> {item["id"] for item in an.bibliography(rel, said).items} == set(said.sources)
    True
    """
    keys = sorted({key for item in shown for key in _keys(item)})
    table = rel.sources.set_index("source_id").loc[keys].to_dict("records")
    return Bibliography(tuple(_item(key, source) for key, source in zip(keys, table, strict=True)))


def _keys(item: Finding | Findings | Table) -> set[str]:
    if isinstance(item, Findings):
        return {key for each in (*item.items, *filter(None, [item.lead])) for key in each.sources}
    if isinstance(item, Table):
        return {key for keys in item.sources or [] for key in keys}
    return set(item.sources)


def _item(key: str, source: Mapping[Hashable, Any]) -> dict[str, Any]:
    publisher = "publisher unknown" if source["publisher"] == "unknown" else source["publisher"]
    held = {
        "author": None if pd.isna(source["author"]) else [{"literal": source["author"]}],
        "issued": _issued(source["published"]),
        "language": None if pd.isna(source["language"]) else source["language"],
        "URL": address(source["url"], source["publisher"]),
    }
    grade = f"reliability {source['reliability']}"
    item = {"id": key, "type": source["type"], "title": source["title"], "publisher": publisher}
    return item | {name: value for name, value in held.items() if value} | {"note": grade}


def _issued(published: object) -> dict[str, Any] | None:
    from analysis.record.dates import parse

    if not isinstance(published, str):
        return None
    span = parse(published)
    parts = {"day": 3, "month": 2}.get(span.precision, 1)
    issued: dict[str, Any] = {"date-parts": [[span.start.year, span.start.month, span.start.day][:parts]]}
    return issued | ({"circa": True} if span.approximate or span.uncertain else {})


def cover(
    rel: Relationship,
    headline: str,
    first: pd.Timestamp,
    *,
    handling: str = "",
    paper: str = "a4",
    version: str = "full",
    parameters: dict[str, object] | None = None,
    figures: dict[str, float] | None = None,
) -> Cover:
    """Return the title block: the finding as title, both sides, cut-off, period, record and versions.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.cover(rel, "Tension rose", rel.cutoff).as_of
    '2023-04-06'
    """
    from analysis.findings.limits import known

    return Cover(
        title=headline,
        relationship=rel.title,
        as_of=f"{rel.cutoff:%Y-%m-%d}",
        period=f"{first:%Y-%m-%d} to {rel.cutoff:%Y-%m-%d}",
        record=rel.record_hash[:12],
        handling=handling,
        parameters={"relationship": rel.name, "version": version, **(parameters or {})},
        versions=versions(),
        figures=figures or {},
        known=known(rel).text,
        paper=paper,
    )


def versions() -> dict[str, str]:
    """Return the versions of the libraries that a number or a page depends on."""
    from importlib.metadata import version

    return {name: version(name) for name in ("bilateral-workbook", "pandas", "matplotlib")}
