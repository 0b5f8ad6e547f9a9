"""Invented records of AAA and BBB for the charts, from one act to thousands, and the boxes of every text that is drawn."""

from __future__ import annotations

import importlib
import itertools
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

from analysis.findings.display import Chart


class Side(NamedTuple):
    id: str
    name: str


SIDES = (Side("AAA", "Aland"), Side("BBB", "The Confederation of Beland"))
DPI = 144
Box = tuple[float, float, float, float]
CODES = ("AAA>BBB", "BBB>AAA", "joint")
DOMAINS = ("energy", "trade", "finance", "military", "nuclear", "integration", "diplomatic", "domestic", "personal")
CLASSES = ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict")
# Long, short, with signs that a drawing library or a page might take for markup, and in another script.
TITLES = (
    "Aland stops the transit of oil after the Confederation of Beland doubles the duty on every barrel",
    "Summit",
    "Loan of $500 million, then $250 million more, agreed <b>in principle</b>",
    "Спор о цене газа",
    "Antidisestablishmentarianismoverwhelmingly-longwordthatnobodywouldeverwriteinatitle of a note",
)


def events(n: int, years: int, seed: int = 1) -> pd.DataFrame:
    """Return `n` acts spread over `years` years up to the end of 2024; a fifth of them dated to a month or a span."""
    random = np.random.default_rng(seed)
    end = pd.Timestamp("2024-12-31")
    back = np.sort(random.integers(0, int(years * 365.25), n))[::-1]
    start = pd.Series(end - pd.to_timedelta(back, unit="D"))
    precision = random.choice(["day", "month", "interval"], n, p=[0.8, 0.1, 0.1])
    start = start.where(precision != "month", start - pd.to_timedelta(start.dt.day - 1, unit="D"))
    length = np.where(precision == "interval", random.integers(1, 90, n), 0)
    last = start + pd.to_timedelta(length, unit="D")
    last = last.where(precision != "month", start + pd.offsets.MonthEnd(0)).clip(upper=end)
    direction = random.choice(CODES, n)
    quad = random.choice(CLASSES, n)
    score = np.where(np.char.find(quad.astype(str), "conflict") >= 0, -1, 1) * random.choice(
        [1.0, 2.8, 4.4, 7.0, 10.0], n
    )
    frame = pd.DataFrame(
        {
            "event_id": [f"e{i:05d}" for i in range(n)],
            "start": start.astype("datetime64[us]"),
            "end": last.astype("datetime64[us]"),
            "precision": precision,
            "approximate": random.random(n) < 0.05,
            "title": [TITLES[i % len(TITLES)] for i in range(n)],
            "source_actor": [way.split(">")[0] if ">" in way else "AAA+BBB" for way in direction],
            "target_actor": [way.split(">")[1] if ">" in way else "AAA+BBB" for way in direction],
            "persons": "anna;boris",
            "direction": direction,
            "dyad": True,
            "domain": random.choice(DOMAINS, n),
            "form": random.choice(["meeting", "statement", "action"], n),
            "quad_class": quad,
            "goldstein": score,
            "dependence": pd.array(random.integers(-2, 3, n), dtype="Int64"),
            "sources": random.integers(1, 6, n),
        }
    )
    return frame.sort_values(["start", "end", "event_id"]).reset_index(drop=True)


def indicators(years: int) -> pd.DataFrame:
    """Return seven series: whole, withheld at the end, sparse, with ranges and part years, and one with a long name."""
    rows: list[dict[str, object]] = []

    def add(name: str, title: str, unit: str, year: int, value: float | None, **more: object) -> None:
        own = {"domain": "trade", "of": "AAA", "direction": "side_a_dependence:+1;side_b_dependence:0;tension:0"}
        row = {"indicator": name, "name": title, "unit": unit, "value": value, "low": np.nan, "high": np.nan, **own}
        days = {"start": pd.Timestamp(year, 1, 1), "end": pd.Timestamp(year, 12, 31)}
        rows.append({**row, "basis": "withheld" if value is None else "reported", **days, **more})

    for year in range(2025 - years, 2025):
        hidden = year >= 2022 and years > 5
        add("aaa_trade_share_bbb", "Beland in total trade of Aland", "percent", year, None if hidden else 40 + year % 7)
        add("bbb_trade_share_aaa", "Aland in total trade of Beland", "percent", year, 5 + year % 3)
        add("aaa_ratio", "Price elsewhere over the price of Aland", "ratio", year, 1 + year % 4, domain="energy")
        add("aaa_loans", "Beland in loans of Aland", "percent", year, 10 + year % 11, domain="finance")
        if year % 6 == 0:
            add("debt", "Debt of Aland to the Confederation of Beland and its banks", "billion USD", year, 7.25)
        half = {"end": pd.Timestamp(year, 6, 30), "domain": "energy"} if year % 5 == 0 else {"domain": "energy"}
        add("price", "Price of gas", "USD per 1000 m3", year, 100.0 * (year % 4), low=90.0, high=350.0, **half)
        if year % 2:
            add("soldiers", "Soldiers", "persons", year, -10_000.0 + year, basis="estimate", domain="military")
    frame = pd.DataFrame(rows)
    for column in ("start", "end"):
        frame[column] = frame[column].astype("datetime64[us]")
    return frame.assign(value=frame["value"].astype("float64"), low=frame["low"].astype("float64"))


def profile(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the newest figure of each share of Aland, as the measure `profile` lists them."""
    own = figures[figures["unit"].eq("percent") & figures["of"].eq("AAA") & figures["value"].notna()]
    newest = own.sort_values("end", kind="stable").drop_duplicates("indicator", keep="last")
    hidden = figures[figures["basis"].eq("withheld")].groupby("indicator")["end"].max()
    later = hidden.reindex(newest["indicator"]).to_numpy() > newest["end"].to_numpy()
    age = (pd.Timestamp("2024-12-31") - newest["end"]).dt.days
    return newest.assign(state=np.where(later, "withheld", "observed"), age_days=age)


def assessments(n: int, years: int, seed: int = 2) -> pd.DataFrame:
    """Return `n` judgements by a dozen voices, one of them with a very long name."""
    random = np.random.default_rng(seed)
    day = pd.Timestamp("2024-12-31") - pd.to_timedelta(np.sort(random.integers(0, years * 365, n))[::-1], unit="D")
    voices = [f"Institute {letter}" for letter in "ABCDEFGHIJK"]
    voices.append("The Royal and Imperial Academy for the Study of Relations between Aland and Beland, Department II")
    return pd.DataFrame(
        {
            "assessment_id": [f"a{i:04d}" for i in range(n)],
            "start": pd.Series(day).astype("datetime64[us]"),
            "end": pd.Series(day).astype("datetime64[us]"),
            "assessor": "A. Writer",
            "assessor_kind": "expert",
            "organisation": random.choice(voices, n),
            "subject": "autonomy",
            "tension": pd.array(random.integers(-2, 3, n), dtype="Int64"),
            "subordination": pd.array(random.integers(-2, 3, n), dtype="Int64"),
        }
    )


def forecasts(n: int, seed: int = 3) -> pd.DataFrame:
    """Return `n` forecasts in three ranges, half of them open."""
    random = np.random.default_rng(seed)
    ranges = [(0.05, 0.2), (0.4, 0.5), (0.8, 0.95)]
    chosen = [ranges[i] for i in random.integers(0, 3, n)]
    return pd.DataFrame(
        {
            "forecast_id": [f"f{i:04d}" for i in range(n)],
            "assessment_id": [f"a{i:04d}" for i in range(n)],
            "proposition": [f"{TITLES[i % len(TITLES)]} before the end of the year." for i in range(n)],
            "deadline_end": pd.Series(
                pd.Timestamp("2025-03-31") + pd.to_timedelta(random.integers(0, 900, n), unit="D")
            ),
            "deadline_basis": random.choice(["stated", "imputed"], n),
            "probability_low": [low for low, _ in chosen],
            "probability_high": [high for _, high in chosen],
            "outcome": ["open" if i % 2 == 0 else "true" if i % 3 == 0 else "false" for i in range(n)],
            "assessor": "A. Writer",
            "organisation": "Institute A",
            "subject": "autonomy",
        }
    )


def module(name: str) -> ModuleType:
    """Return the module of a chart; the package's attribute of that name is the function."""
    return importlib.import_module(f"analysis.charts.{name}")


def marks(chart: Chart, gid: str) -> list[object]:
    """Return the artists with this id in all panels of a chart."""
    return [one for panel in chart.figure.axes for one in panel.get_children() if one.get_gid() == gid]


def texts(chart: Chart) -> list[tuple[Text, Box]]:
    """Return every text that is seen, with its box in pixels, as measured by the renderer that draws the picture."""
    figure = chart.figure
    figure.set_dpi(DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    seen = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in seen]
    return [(text, (box.x0, box.y0, box.x1, box.y1)) for text, box in zip(seen, boxes, strict=True)]


def faults(chart: Chart, found: list[tuple[Text, Box]]) -> list[str]:
    """Name every text that leaves the figure or lies on another one. A pixel of touching is allowed: leading is tight."""
    wide, high = (float(inches) * DPI for inches in chart.figure.get_size_inches())
    out = [
        f"{text.get_text()!r} leaves the figure"
        for text, (left, low, right, top) in found
        if left < -1 or low < -1 or right > wide + 1 or top > high + 1
    ]
    for (one, a), (other, b) in itertools.combinations(found, 2):
        across, up = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        # A box holds the room for descenders, so neighbouring lines may share up to that; glyphs do not.
        if across > 1 and up > 0.3 * min(a[3] - a[1], b[3] - b[1]):
            out.append(f"{one.get_text()!r} lies on {other.get_text()!r}")
    return out


# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
DEFICIENCIES = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
_LUMINANCE = (0.2126, 0.7152, 0.0722)


def linear(color: np.ndarray) -> np.ndarray:
    """Return linear light of sRGB colours from 0 to 1."""
    return np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)


def as_seen(light: np.ndarray, seeing: str) -> np.ndarray:
    """Return linear light as it is seen: "full", "grey", or with a deficiency."""
    if seeing == "full":
        return light
    if seeing == "grey":
        return np.repeat((light @ np.array(_LUMINANCE))[..., None], 3, axis=-1)
    return np.clip(light @ np.array(DEFICIENCIES[seeing]).T, 0, 1)


def lab(light: np.ndarray) -> np.ndarray:
    """Return CIELAB (D65) of linear light."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = light @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def rgb(color: str) -> np.ndarray:
    """Return linear light of a colour such as #1A1A1A."""
    return linear(np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]))


def distance(one: str, other: str, seeing: str = "full") -> float:
    """Return the CIELAB distance of two colours as they are seen."""
    return float(np.linalg.norm(lab(as_seen(rgb(one), seeing)) - lab(as_seen(rgb(other), seeing))))


def seen(picture: Image.Image, seeing: str) -> Image.Image:
    """Return a picture as it is seen."""
    light = as_seen(linear(np.asarray(picture, dtype=float) / 255), seeing)
    back = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return Image.fromarray((back * 255).round().astype("uint8"))


def tiled(pictures: list[Image.Image], across: int) -> Image.Image:
    """Set pictures in rows of so many."""
    gap = 16
    wide = max(picture.width for picture in pictures) + gap
    rows = [pictures[i : i + across] for i in range(0, len(pictures), across)]
    tops = np.cumsum([0, *(max(picture.height for picture in row) + gap for row in rows)])
    sheet = Image.new("RGB", (wide * across, int(tops[-1])), "#BBBBBB")
    for top, row in zip(tops, rows, strict=False):
        for i, picture in enumerate(row):
            sheet.paste(picture, (i * wide, int(top)))
    return sheet
