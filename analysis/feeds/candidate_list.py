"""What a feed reports and the record does not hold yet: candidates, ranked, for an analyst to read and decide.

Acts are taken after the guards. Those of at most three days apart, in either direction, that speak of the same (three
words of their headlines in common, or half of them) are one happening. Each is set beside the record's acts whose
interval reaches within three days of it:

held       an act of the record cites an address of it; or has its direction and quad class on its very days
perhaps    an act of the record is near in time, and something differs: `why` says what
new        none is near
rejected   its id is in the list of candidates that were rejected before

Ranked by state, then by publishers times the weight of the acts (their mean distance from 0 on the Goldstein scale,
from 0 to 10), happenings of one publisher behind all others. Texts that an address shows to be opinion, and days that
are anniversaries, stand apart and are marked. Nothing here is a fact: title and summary are the analyst's to write.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.errors import OptionError
from analysis.feeds.faults import FeedError
from analysis.feeds.feed import words
from analysis.feeds.import_sheets import normal_address, sheets

if TYPE_CHECKING:
    from analysis.feeds.reading import Reading
    from analysis.record.relationship import Relationship

Row = dict[str, Any]
NEAR = pd.Timedelta(days=3)
# Words of a headline that two texts must share to be of one happening, unless it is half of the shorter one's.
SHARED = 3
STATES = ("new", "perhaps", "held", "rejected")
COLUMNS = words("""
    candidate state why record mark rank start end direction cameo quad_class goldstein rows texts publishers
    weight headline url urls places domain source
""")
_COMMON = frozenset(words("the and for with from that this have has are was were will says said over after about news"))


def candidates(
    reading: Reading,
    relationship: Relationship,
    *,
    since: str | pd.Timestamp | None = None,
    rejected: str | os.PathLike[str] | None = None,
) -> pd.DataFrame:
    """List the happenings that a feed reports between the two sides, each set beside the record.

    Parameters
    ----------
    reading : Reading
        What `read` gave.
    relationship : Relationship
        The record, as of the day that may be known about: later acts of the feed are left out.
    since : day, optional
        First day of the acts; the first of the feed when absent.
    rejected : path, optional
        CSV file with a column `candidate`: those that were looked at and rejected.

    Returns
    -------
    DataFrame
        One row a happening, best first: `candidate` (an id that stays the same), `state`, `why`, `record` (ids of the
        record's acts that are near, joined by `;`), `mark` ("opinion", "anniversary", "one publisher", joined by `;`),
        `rank`, `start`, `end`, `direction` ("A>B", "B>A", "joint"), `cameo` (of its weightiest row), `quad_class`,
        `goldstein` (mean, -10 to 10), `rows`, `texts`, `publishers`, `weight` (publishers times mean distance of the
        scores from 0), `headline` (words of an address, for orientation), `url`, `urls`, `places`, `domain`,
        `source` (the command that keeps a copy of its page).

    Raises
    ------
    OptionError
        When `since` is no day, or the list of rejected ones has no such column.

    Examples
    --------
    >>> from analysis import feeds
    >>> found = feeds.candidates(reading, rel, since="2026-04-24")  # doctest: +SKIP
    """
    rows = _texts(reading, relationship.cutoff, _day(since))
    groups = [[rows[place] for place in places] for places in _clusters(rows)]
    known = _addresses(relationship)
    out = _rejected(rejected)
    found = [_described(group, reading.dyad) for group in groups]
    acts = _records(relationship.events[relationship.events["dyad"]])
    for row in found:
        row |= _matched(row, acts, known)
        if row["candidate"] in out:
            row |= {"state": "rejected", "why": "rejected before"}
    table = pd.DataFrame(found, columns=list(COLUMNS))
    order = table.assign(
        state_rank=table["state"].map({name: place for place, name in enumerate(STATES)}),
        apart=table["mark"].str.contains("opinion|anniversary"),
        single=table["publishers"] < 2,
    ).sort_values(
        ["state_rank", "apart", "single", "weight", "start", "candidate"],
        ascending=[True, True, True, False, False, True],
        kind="stable",
    )
    table = table.loc[order.index].reset_index(drop=True)
    return table.assign(rank=range(1, len(table) + 1))


def _day(since: Any) -> pd.Timestamp | None:
    if since is None:
        return None
    try:
        return pd.Timestamp(since)
    except ValueError as error:
        raise OptionError("candidates", "since", "a day such as 2024-01-31", since) from error


def _rejected(path: str | os.PathLike[str] | None) -> set[str]:
    if path is None:
        return set()
    if not Path(path).is_file():
        raise OptionError("candidates", "rejected", "a CSV file that exists", path)
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise OptionError("candidates", "rejected", "a CSV file in UTF-8", path) from error
    if "candidate" not in table:
        raise OptionError("candidates", "rejected", "a CSV file with a column `candidate`", ", ".join(table.columns))
    return set(table["candidate"])


def _texts(reading: Reading, cutoff: pd.Timestamp, since: pd.Timestamp | None) -> list[Row]:
    """Return the rows that count, their copies, and those that are marked, with words and marks."""
    # Repeats and mirrors are no acts of their own, but copies on other sites tell how many publishers stand behind one.
    kept = ["opinions", "anniversaries", "repeats", "mirrors"]
    rows = reading.rows[reading.rows["aside"].isna() | reading.rows["aside"].isin(kept)]
    rows = rows[rows["end"] <= cutoff]
    # A row that the feed took in after that day could not be known then.
    rows = rows[rows["added"].isna() | (rows["added"] <= cutoff)]
    if since is not None:
        rows = rows[rows["end"] >= since]
    marks = rows["aside"].map({"opinions": "opinion", "anniversaries": "anniversary"}).fillna("")
    direction = (rows["source_actor"] + ">" + rows["target_actor"]).mask(rows["undirected"].astype("bool"), "joint")
    found = rows.assign(mark=marks.astype("str"), direction=direction.astype("str"))
    found = found.sort_values(["start", "event_id", "feed_file", "feed_line"], kind="stable")
    held = _records(found.astype("object").where(found.notna(), None))
    return [{**row, "words": _words(row["text"])} for row in held]


def _records(table: pd.DataFrame) -> list[Row]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _words(text: str | None) -> frozenset[str]:
    """Return the words of a headline that say something; none where the text is no headline but an address or an id."""
    parts = text.split("-") if text and "/" not in text and "|" not in text else []
    return frozenset(one for one in parts if len(one) > 2 and one not in _COMMON)


def _clusters(rows: list[Row]) -> list[list[int]]:
    """Join rows of one text, and rows near in time whose headlines share words; marked rows apart from the others."""
    parent = list(range(len(rows)))

    def top(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    first = 0
    for place, row in enumerate(rows):
        while row["start"] - rows[first]["start"] > NEAR:
            first += 1
        for other in range(first, place):
            if top(place) != top(other) and _alike(row, rows[other]):
                parent[top(place)] = top(other)
    groups: dict[int, list[int]] = {}
    for one in range(len(rows)):
        groups.setdefault(top(one), []).append(one)
    # A chain of texts, each three days after the last, is cut where it grows longer than two such steps.
    return [part for group in groups.values() for part in _cut(group, rows)]


def _alike(one: Row, other: Row) -> bool:
    """Tell whether two rows near in time speak of the same; marked rows are apart from the others."""
    if one["mark"] != other["mark"]:
        return False
    if one["text"] is not None and one["text"] == other["text"]:
        return True
    if not one["words"] and not other["words"]:
        # Where addresses have no words, acts of one kind on one day are one.
        return bool(one["root"] == other["root"] and one["start"] == other["start"])
    shared = len(one["words"] & other["words"])
    return shared >= SHARED or (shared > 1 and shared * 2 >= min(len(one["words"]), len(other["words"])))


def _cut(group: list[int], rows: list[Row]) -> list[list[int]]:
    parts = [[group[0]]]
    for one in group[1:]:
        if rows[one]["start"] - rows[parts[-1][0]]["start"] > 2 * NEAR:
            parts.append([])
        parts[-1].append(one)
    return parts


def _described(group: list[Row], dyad: tuple[str, str]) -> Row:
    heavy = max(group, key=lambda row: abs(row["goldstein"]))
    ways = sorted({row["direction"] for row in group})
    publishers = len({row["publisher"] for row in group if row["publisher"]})
    telling = max(group, key=lambda row: len(row["words"]))
    urls = list(dict.fromkeys(row["url"] for row in group if row["url"]))
    # From what stays when later files bring more copies: the first day, the sides, the words of its first text.
    key = "|".join([f"{group[0]['start']:%Y-%m-%d}", *sorted(dyad), str(group[0]["text"]), group[0]["mark"]])
    marks = [one for one in sorted({row["mark"] for row in group}) if one]
    if publishers < 2:
        marks.append("one publisher")
    scores = [row["goldstein"] for row in group]
    size = sum(map(abs, scores)) / len(scores)
    return {
        "candidate": f"{group[0]['start']:%Y-%m-%d}-{hashlib.blake2b(key.encode(), digest_size=4).hexdigest()}",
        "mark": ";".join(marks),
        "start": min(row["start"] for row in group),
        "end": max(row["end"] for row in group),
        "direction": ways[0] if len(ways) == 1 else "joint",
        "cameo": heavy["cameo"] or "",
        "quad_class": heavy["quad_class"],
        "goldstein": round(sum(scores) / len(scores), 2),
        "rows": len(group),
        "texts": len({row["text"] for row in group if row["text"]}) or 1,
        "publishers": publishers,
        "weight": round(max(publishers, 1) * size, 2),
        "headline": telling["text"].replace("-", " ") if telling["words"] else "",
        "url": urls[0] if urls else "",
        "urls": " ".join(urls),
        "places": ";".join(sorted({row["place"] for row in group if row["place"]})),
        "domain": heavy["domain"],
        "source": f"workbook source {urls[0]}" if urls else "",
    }


def _matched(row: Row, acts: list[Row], known: dict[str, set[str]]) -> dict[str, str]:
    """Set one happening beside the record: its state, why, and the acts that are near, the likest first."""
    cited = {normal_address(url) for url in row["urls"].split()}
    shared = [str(act["event_id"]) for act in acts if known.get(str(act["event_id"]), set()) & cited]
    if shared:
        return {"state": "held", "why": "its address is cited", "record": ";".join(shared)}
    near = [act for act in acts if act["start"] <= row["end"] + NEAR and act["end"] >= row["start"] - NEAR]
    if not near:
        return {"state": "new", "why": "no act of the record within three days", "record": ""}
    found = [(_differences(row, act), str(act["event_id"])) for act in near]
    compared = sorted(found, key=lambda one: (len(one[0]), one[1]))
    (least, event), ids = compared[0], ";".join(event for _, event in compared)
    if not least:
        return {"state": "held", "why": "same days, direction and quad class", "record": ids}
    return {"state": "perhaps", "why": f"{event}: {', '.join(least)}", "record": ids}


def _differences(row: Row, act: Row) -> list[str]:
    same_way = "joint" in (row["direction"], act["direction"]) or row["direction"] == act["direction"]
    # An act whose day is known only to a month or a year proves nothing of a day.
    exact = act["end"] - act["start"] <= NEAR
    on_day = act["start"] <= row["end"] and act["end"] >= row["start"]
    tests = (
        ("another direction", same_way),
        ("another quad class", act["quad_class"] == row["quad_class"]),
        ("another day", on_day),
        ("its day is not known exactly", exact),
    )
    return [words for words, holds in tests if not holds]


def _addresses(relationship: Relationship) -> dict[str, set[str]]:
    """Return the addresses that each event of the record cites."""
    urls = dict(zip(relationship.sources["source_id"], relationship.sources["url"], strict=True))
    found: dict[str, set[str]] = {}
    for record, source in relationship.citations[["record", "source_id"]].itertuples(index=False):
        table, _, event = str(record).partition(":")
        url = urls.get(source)
        if table == "events" and isinstance(url, str) and url:
            found.setdefault(event, set()).add(normal_address(url))
    return found


def write(table: pd.DataFrame, dyad: tuple[str, str], out: str | os.PathLike[str]) -> None:
    """Write candidates as an Excel file: a sheet to decide in, and the new ones in the columns of the record.

    The sheets `events`, `sources` and `citations` are for `workbook import`, when title and summary are written; what
    the feed cannot know is left empty. Held and rejected candidates are on the first sheet only.

    Raises
    ------
    FeedError
        When the file cannot be written.
    """
    held = {"candidates": table, **sheets(table[table["state"].isin(["new", "perhaps"])], dyad)}
    from openpyxl import Workbook
    from openpyxl.styles import Font

    from analysis.atomic import replacing

    book = Workbook(write_only=False)
    del book[book.sheetnames[0]]
    for name, frame in held.items():
        sheet = book.create_sheet(name)
        sheet.append(list(frame.columns))
        for row in frame.itertuples(index=False):
            sheet.append([_cell(value) for value in row])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
    target = Path(out)
    if target.suffix.lower() != ".xlsx":
        raise OptionError("candidates", "out", "a name that ends in .xlsx", target.name)
    try:
        with replacing(target) as temporary:
            book.save(temporary)
    except OSError as error:
        raise FeedError(f"{target}: the file cannot be written ({error.strerror or error}).") from error


def _cell(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, str):
        # A spreadsheet takes such a cell for a formula.
        return f"'{value}" if value[:1] in "=+-@\t\r" else value
    return None if value is None or value != value else value
