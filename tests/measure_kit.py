"""Tidy frames of two invented states, AAA and BBB, as `load` would hand them to a measure."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.record.dates import spans

OWN = "side_a_dependence:+1;side_b_dependence:0;tension:0"
RELIEF = "side_a_dependence:-1;side_b_dependence:0;tension:0"
BOTH = "side_a_dependence:+1;side_b_dependence:+1;tension:0"


def dated(rows: list[dict[str, Any]], column: str) -> pd.DataFrame:
    """Give rows the days that their EDTF text allows."""
    frame = pd.DataFrame(rows)
    return frame.join(spans(frame[column].astype("str"))[["start", "end"]])


def series(indicator: str, values: dict[object, float | None], **catalogue: Any) -> list[dict[str, Any]]:
    """Return observations by period; None is a withheld one."""
    entry = {"name": indicator, "unit": "percent", "domain": "trade", "of": "AAA", "direction": OWN, **catalogue}
    return [
        {
            "indicator": indicator,
            "period": str(period),
            "value": float("nan") if value is None else float(value),
            "low": float("nan"),
            "high": float("nan"),
            "basis": "withheld" if value is None else "reported",
            **entry,
        }
        for period, value in values.items()
    ]


def indicators(*parts: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the frame of several `series`."""
    return dated([row for part in parts for row in part], "period")


def assessments(*rows: tuple[str, str | None, str, int | None]) -> pd.DataFrame:
    """Return judgements from (date, organisation, subject, tension); subordination is the tension with its sign reversed."""
    frame = dated(
        [
            {
                "assessment_id": f"a{number:03d}",
                "date": date,
                "assessor": f"Writer {number}",
                "assessor_kind": "expert",
                "organisation": organisation,
                "subject": subject,
                "tension": tension,
                "subordination": None if tension is None else -tension,
            }
            for number, (date, organisation, subject, tension) in enumerate(rows)
        ],
        "date",
    )
    return frame.astype({"tension": "Int64", "subordination": "Int64", "organisation": "str"})


def forecasts(*rows: tuple[float, float, str], **columns: Any) -> pd.DataFrame:
    """Return forecasts from (probability_low, probability_high, outcome)."""
    frame = pd.DataFrame(rows, columns=["probability_low", "probability_high", "outcome"])
    names = [f"f{number:03d}" for number in range(len(frame))]
    frame = frame.assign(forecast_id=names, assessment_id=names, deadline_basis="stated")
    defaults = {"organisation": "Institute", "assessor": "Writer", "subject": "autonomy"}
    return frame.assign(**{**defaults, **columns})
