"""Feeds made by code, in the shape of the real ones: for the tests, the benchmark, and a notebook without downloads.

Nothing in these files happened. Every address is under example.org and says so. What is imitated is the shape: GDELT's
61 columns and the share of blank ones, several rows for one text, rows in both directions, a text copied to another
site, dates exactly a year back, and a few rows of the dyad among many of others.
"""

from __future__ import annotations

import datetime as dt
import random
import zipfile
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.feeds.columns import codes, scores
from analysis.feeds.feed import words
from analysis.record import codebook

WORDS = words("""
    border trade gas union summit troops loan tariff visit court press budget election storm harvest energy
    talks parliament sanctions exercise market railway airline bridge festival museum inquiry strike reform
    committee
""")
OTHERS = ("USA", "CHN", "DEU", "FRA", "GBR", "POL", "UKR", "IND", "JPN", "TUR", "BRA", "ZAF")
PLACES = (
    ("4", "Springfield, Somewhere, United States", "US", "USIL", "IL167", "39.8017", "-89.6437", "411009"),
    ("4", "Oldtown, Somewhere, Germany", "GM", "GM16", "16538", "52.5167", "13.4", "-1746443"),
    ("1", "France", "FR", "FR", "", "46", "2", "FR"),
    ("0", "", "", "", "", "", "", ""),
    ("4", "Newport, Somewhere, United Kingdom", "UK", "UKH9", "40110", "51.5", "-0.116667", "-2601889"),
)


def gdelt2_row(
    number: int,
    day: dt.date,
    source: str,
    target: str,
    code: str,
    url: str,
    *,
    added: dt.date | None = None,
    goldstein: float | None = None,
    kind: str = "",
    place: tuple[str, ...] = PLACES[3],
    mentions: int = 4,
    tone: float = -1.5,
) -> str:
    """Return one line of a GDELT 2.0 events file, without the line end; score and quad class as the code has them."""
    score_of, quads = codes_of()
    text = f"{day:%Y%m%d}"
    sides = [
        [f"{country}{kind}" if country else "", country and f"NAME {country}", country, *[""] * 4, kind, "", ""]
        for country in (source, target)
    ]
    score = score_of[code] if goldstein is None else goldstein
    cells = [
        *(str(number), text, text[:6], text[:4], f"{day.year + day.timetuple().tm_yday / 365:.4f}"),
        *sides[0],
        *sides[1],
        *(
            "1",
            code,
            code[:3],
            code[:2],
            quads[code[:2]],
            str(float(score)),
            str(mentions),
            "1",
            str(mentions),
            f"{tone:.12g}",
        ),
        *place,
        *PLACES[3],
        *place,
        f"{added or day:%Y%m%d}120000",
        url,
    ]
    return "\t".join(cells)


def echo(events: pd.DataFrame, folder: Path, *, sides: tuple[str, str], seed: int = 0, noise: int = 3) -> Path:
    """Write an invented GDELT feed that follows a record as a press would: late, several times over, and with noise.

    Noise is words only (roots 01 to 13): nothing here shall read like news of violence. Other pairs of countries fill
    the archives, more of them each year; about one month in 20 has no archive.

    Parameters
    ----------
    events : DataFrame
        `start`, `precision`, `cameo`, `source_actor`, `dyad` of a record; only acts dated to the day are followed.
    folder : Path
        Where the monthly archives go.
    sides : pair of str
        Alpha-3 codes of the two sides.
    seed : int
        Of the draws.
    noise : int
        Invented rows without any event behind them, for each act.

    Returns
    -------
    Path
        The folder.
    """
    draw = random.Random(seed)
    known = events[events["dyad"] & (events["precision"] == "day")]
    talk = sorted(code for code in codes_of()[0] if len(code) > 2 and code < "14")
    found: list[tuple[dt.date, str, tuple[str, str]]] = []
    for act in known.itertuples():
        day = pd.Timestamp(str(act.start)).date()
        found += [(day, str(act.cameo), _order(act, sides)) for _ in range(draw.randint(0, 3))]
        for _ in range(noise):
            stray = day + dt.timedelta(days=draw.randint(-200, 200))
            found.append((stray, draw.choice(talk), sides if draw.random() < 0.5 else sides[::-1]))
    months: dict[str, list[str]] = {f"{one:%Y%m}": [] for one in _months(found)}
    for when, code, pair in [*found, *_others(months, talk, draw)]:
        slug = "synthetic-" + "-".join(draw.choice(WORDS) for _ in range(5))
        for host in draw.sample(range(1, 60), draw.choice((1, 1, 2))):
            url = f"https://site{host}.example.org/{draw.choice(('news', 'news', 'news', 'opinion'))}/{slug}"
            added = when + dt.timedelta(days=draw.choice((0, 0, 0, 0, 1, 365)))
            lines = months[f"{when:%Y%m}"]
            lines.append(gdelt2_row(int(f"{when:%y%m}") * 10_000 + len(lines), when, *pair, code, url, added=added))
    folder.mkdir(parents=True, exist_ok=True)
    for month, lines in months.items():
        if draw.random() > 0.05 and lines:
            write_zip(folder / f"{month}.zip", "\n".join(lines) + "\n")
    return folder


def _months(found: list[tuple[dt.date, str, tuple[str, str]]]) -> list[pd.Timestamp]:
    days = [day for day, _, _ in found]
    return list(pd.period_range(min(days), max(days), freq="M").to_timestamp()) if days else []


def _others(
    months: dict[str, list[str]], codes: list[str], draw: random.Random
) -> list[tuple[dt.date, str, tuple[str, str]]]:
    """Draw acts of other pairs: some 20 a month at first, three times as many at the end."""
    found = []
    for place, month in enumerate(months):
        day = dt.date(int(month[:4]), int(month[4:]), 1)
        for _ in range(20 + 40 * place // len(months)):
            one, two = draw.sample(OTHERS, 2)
            found.append((day + dt.timedelta(days=draw.randint(0, 27)), draw.choice(codes), (one, two)))
    return found


def write_zip(path: Path, text: str | bytes, *, name: str = "") -> Path:
    """Write an archive with one member; the same bytes for the same text."""
    info = zipfile.ZipInfo(name or path.name.removesuffix(".zip"), (2020, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, text)
    return path


def _order(act: object, sides: tuple[str, str]) -> tuple[str, str]:
    return sides[::-1] if getattr(act, "source_actor", "") == sides[1] else sides


@cache
def codes_of() -> tuple[dict[str, float], dict[str, str]]:
    """Return the score of each code and the number of the quad class of each root."""
    number = {name: str(place) for place, name in enumerate(codebook.QUAD_CLASSES, 1)}
    return scores(), {row["root"]: number[row["quad_class"]] for row in codes()}
