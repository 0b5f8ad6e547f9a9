"""Large invented archives, for benchmarks: as long and as packed as real ones, made at some 70,000 rows a second."""

from __future__ import annotations

import datetime as dt
import random
from functools import cache
from pathlib import Path

from analysis.feeds.synthetic import OTHERS, PLACES, WORDS, codes_of, write_zip

_HEADS = ("GOV", "", "", "MED", "BUS", "COP", "", "MIL")


def gdelt2_lines(
    rows: int, *, day: dt.date, dyad: tuple[str, str], one_in: int, seed: int, first: int = 1
) -> list[str]:
    """Return lines of one day of an invented world; about one in `one_in` is between the two of the dyad.

    Lines are as long and pack as well as real ones (about 400 bytes, to about a sixth), so that a benchmark on them
    says something about real archives.
    """
    draw = random.Random(seed)
    places, acts, names, words = _places(), _acts(), _names(), _vocabulary()
    others = [*(OTHERS * 2), "", *dyad]
    sources, targets = draw.choices(others, k=rows), draw.choices(["", *OTHERS], k=rows)
    for index in draw.sample(range(rows), k=min(rows, draw.choices((rows // one_in, rows // one_in + 1))[0])):
        sources[index], targets[index] = dyad if draw.random() < 0.5 else dyad[::-1]
    lags = draw.choices([_days(day, lag) for lag in (*(0,) * 40, 1, 7, 30, 365)], k=rows)
    coded, kinds, called = draw.choices(acts, k=rows), draw.choices(_HEADS, k=2 * rows), draw.choices(names, k=2 * rows)
    sites, slugs = draw.choices(words, k=rows), draw.choices(words, k=6 * rows)
    here, there = draw.choices(places, k=rows), draw.choices(places, k=rows)
    added, url, tail, left, start = f"{day:%Y%m%d}120000", "", "", 0, 0
    lines = []
    for index in range(rows):
        if not left:
            left = draw.choice((1, 1, 2, 3, 4, 6))
            start = index
            slug = "-".join(slugs[6 * index : 6 * index + 6])
            url = f"https://www.{sites[index]}.example.org/{day:%Y/%m}/{slug}-{draw.randrange(10**7)}.html"
            tail = f"{draw.randrange(1, 20)}\t1\t{draw.randrange(1, 20)}\t{draw.uniform(-9, 5):.14f}"
        left -= 1
        one = _side(sources[index], called[2 * index], kinds[2 * index])
        two = _side(targets[index], called[2 * index + 1], kinds[2 * index + 1])
        # A text names few places, so most of its rows share them.
        near, far = here[start], there[start] if index % 4 else here[start]
        lines.append(
            f"{first + index}\t{lags[index]}\t{one}\t{two}\t1\t{coded[index]}\t{tail}\t"
            f"{near}\t{far}\t{near}\t{added}\t{url}"
        )
    return lines


def _side(country: str, name: str, kind: str) -> str:
    return f"{country}{kind}\t{name}\t{country}\t\t\t\t\t{kind}\t\t" if country else "\t" * 9


def _days(day: dt.date, lag: int) -> str:
    day -= dt.timedelta(days=lag)
    return f"{day:%Y%m%d}\t{day:%Y%m}\t{day:%Y}\t{day.year + day.timetuple().tm_yday / 365:.4f}"


@cache
def _acts() -> list[str]:
    scores, quads = codes_of()
    codes = sorted(code for code in scores if len(code) > 2)
    return ["\t".join((code, code[:3], code[:2], quads[code[:2]], str(float(scores[code])))) for code in codes]


@cache
def _vocabulary() -> list[str]:
    draw = random.Random(1)
    parts = [one + two for one in "bcdfghjklmnprst" for two in "aeo"]
    return [*WORDS, *("".join(draw.choices(parts, k=draw.randint(1, 4))) for _ in range(4000))]


@cache
def _names() -> list[str]:
    draw = random.Random(2)
    return [" ".join(draw.choices(_vocabulary(), k=draw.randint(1, 2))).upper() for _ in range(1500)]


@cache
def _places() -> list[str]:
    draw = random.Random(3)
    made = ["\t".join(place) for place in PLACES]
    for _ in range(2500):
        town, region = (word.title() for word in draw.choices(_vocabulary(), k=2))
        country = draw.choice(("US", "UK", "GM", "FR", "IN", "CH", "PL", "UP", "TU", "BR"))
        spot = f"{draw.uniform(-60, 60):.4f}\t{draw.uniform(-180, 180):.4f}\t{draw.randint(-(10**7), 10**7)}"
        made.append(
            f"4\t{town}, {region}, {country}\t{country}\t{country}{draw.randint(1, 60):02}\t{draw.randint(1, 99999)}\t"
            f"{spot}"
        )
    return made


def gdelt2_archives(
    folder: Path,
    *,
    rows: int,
    per_file: int = 50_000,
    dyad: tuple[str, str] = ("AAA", "BBB"),
    one_in: int = 2000,
    start: dt.date = dt.date(2020, 1, 1),
    seed: int = 0,
) -> list[Path]:
    """Write daily archives with so many rows in all, and return them."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for index, offset in enumerate(range(0, rows, per_file)):
        day = start + dt.timedelta(days=index)
        count = min(per_file, rows - offset)
        lines = gdelt2_lines(count, day=day, dyad=dyad, one_in=one_in, seed=seed + index, first=offset + 1)
        made.append(write_zip(folder / f"{day:%Y%m%d}.export.CSV.zip", "\n".join(lines) + "\n"))
    return made
