"""How often candidates are right, on a feed of which the truth is known; printed into docs/feeds.md.

    python -m tests.feeds.measured docs/feeds.md

One in five of the record's acts is planted: taken out of the record, while the feed goes on reporting it. The feed tells
each act in one to three texts, on one or two sites each, and errs as machines do: one row in five is a day off, one in
four has a code of the same root or of another one, one act in ten is told the other way round. As many happenings again
are noise, of which the record knows nothing. Whatever is invented has an address of its own, so that of each candidate
it is known what it is of.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd

import analysis as an
from analysis.feeds.candidate_list import candidates
from analysis.feeds.columns import codes
from analysis.feeds.reading import read
from analysis.feeds.synthetic import WORDS, gdelt2_row, write_zip

PAIR = ("RUS", "BLR")
START, END = "<!-- measured: candidates -->", "<!-- end -->"


def measure(rel, folder: Path, seed: int) -> Counter[str]:
    """Count, of one draw: planted and known acts that the feed reports and how they come out, candidates by state."""
    draw = random.Random(seed)
    acts = rel.events[rel.events["dyad"] & (rel.events["precision"] == "day")]
    planted = set(draw.sample(sorted(acts["event_id"]), len(acts) // 5))
    coded = [row["code"] for row in codes() if len(row["code"]) > 2]
    truth: dict[str, str] = {}
    months: dict[str, list[str]] = {}
    told = [(act.event_id, act.start.date(), act.cameo, act.source_actor) for act in acts.itertuples()]
    first, last = min(day for _, day, _, _ in told), max(day for _, day, _, _ in told)
    for _ in range(len(told)):
        day = first + dt.timedelta(days=draw.randrange((last - first).days))
        told.append(("", day, draw.choice(coded), draw.choice(PAIR)))
    for number, (event, day, code, source) in enumerate(told):
        pair = PAIR if source == PAIR[0] else PAIR[::-1]
        pair = pair[::-1] if draw.random() < 0.1 else pair
        kind = draw.choice(WORDS)
        for _ in range(draw.randint(1, 3)):
            slug = "-".join([f"x{number}", kind, *draw.sample(WORDS, 4)]).translate(
                str.maketrans("0123456789", "abcdefghij")
            )
            when = day + dt.timedelta(days=draw.choice((0, 0, 0, 0, 1)))
            same = [one for one in coded if one[:2] == code[:2]] or coded
            given = code if code in coded and draw.random() < 0.75 else draw.choice(draw.choice((same, coded)))
            for site in draw.sample(range(60), draw.choice((1, 2))):
                url = f"https://site{site}.example.org/news/{slug}"
                truth[url] = event
                lines = months.setdefault(f"{when:%Y%m}", [])
                lines.append(gdelt2_row(len(truth), when, *pair, given, url, added=when))
    for month, lines in months.items():
        write_zip(folder / f"{month}.zip", "\n".join(lines) + "\n")
    reading = read(folder, PAIR)
    got = candidates(reading, replace(rel, events=rel.events[~rel.events["event_id"].isin(planted)]))
    return _counted(got, truth, planted)


def _counted(got: pd.DataFrame, truth: dict[str, str], planted: set[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    states: dict[str, set[str]] = {}
    for row in got.itertuples():
        of = {truth[url] for url in row.urls.split()}
        known = any(one and one not in planted for one in of)
        found[row.state] += 1
        found[f"{row.state} right"] += known if row.state == "held" else not known
        for one in of - {""}:
            states.setdefault(one, set()).add(row.state)
    for event, seen in states.items():
        kind = "planted" if event in planted else "known"
        found[kind] += 1
        found[f"{kind} offered"] += bool(seen & {"new", "perhaps"})
        found[f"{kind} new"] += seen == {"new"}
        found[f"{kind} held"] += "held" in seen
    return found


def table(rel, seeds: int = 4) -> str:
    """Return the block for the page, over some draws."""
    found: Counter[str] = Counter()
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            found += measure(rel, Path(folder), seed)
    rows = [
        ("planted acts that are offered (`new` or `perhaps`)", "planted offered", "planted"),
        ("planted acts of which all that is said is `held`, so that they are missed", "missed", "planted"),
        ("known acts that are recognised (`held` or `perhaps`)", "recognised", "known"),
        ("candidates called `new` that are of no act of the record", "new right", "new"),
        ("candidates called `held` that are of an act of the record", "held right", "held"),
    ]
    found["missed"] = found["planted"] - found["planted offered"]
    found["recognised"] = found["known"] - found["known new"]
    lines = [f"| of {seeds} draws | of 100 | counted |", "|---|---|---|"]
    lines += [
        f"| {words} | {100 * found[one] / found[of]:.0f} | {found[one]:,} of {found[of]:,} |" for words, one, of in rows
    ]
    return "\n".join(lines)


def main(page: Path) -> None:
    """Put the block into the page."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    after = rest.partition(END)[2]
    block = table(an.load("russia-belarus"))
    page.write_text(f"{before}{START}\n{block}\n{END}{after}", encoding="utf-8")
    sys.stdout.write(block + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
