"""What the simulated checks found, as tables with a sentence each."""

from __future__ import annotations

import pandas as pd

from analysis.findings.wording import number
from analysis.record.places import SHIPPED
from analysis.record.relationship import load

from . import found, held
from .tables import block, cases, change, range_of, table, text, three, two

# A nominal 90 % band that holds fewer than this is called too narrow.
_FAIR = 0.85
_CLUSTERED, _UNSEEN = "20 acts a year, in clusters", "20 acts a year, half of the cooperation unrecorded"


def bands(repeats: int = 120) -> str:
    """Coverage of the band of `tension` and of `difference`."""
    frame = held.tension_bands(repeats)
    rows = table(
        frame,
        {
            "world": ("world", text),
            "tension_share": ("share", cases),
            "conflict": ("conflict", cases),
            "cooperation": ("cooperation", cases),
            "difference": ("difference of two days", cases),
            "width": ("mean width of the share's band", two),
            "lean": ("measured less true share", change),
        },
    )
    indexed = frame.set_index("world")
    fair = indexed.drop(index=[_CLUSTERED, _UNSEEN])
    crowd, deaf = indexed.loc[_CLUSTERED], indexed.loc[_UNSEEN]
    narrow = "too narrow" if crowd["tension_share"] < _FAIR else "wide enough"
    sentence = (
        f"Of 100 cases so many were held by a nominal 90 % band ({repeats} records a world, six days each). Where "
        f"acts come independently it held the true share in {range_of(fair['tension_share'])} of 100, the sums in "
        f"{range_of([*fair['conflict'], *fair['cooperation']])} and the difference of two days in "
        f"{range_of(fair['difference'])}. Where each act is followed by one more of its sign within a month it held "
        f"the share in {cases(crowd['tension_share'])}: **when acts come in clusters the band is {narrow}**. Where "
        f"half of the cooperation is never recorded the share reads {change(deaf['lean'])} off and the band held it "
        f"in {cases(deaf['tension_share'])}: no band made from a record holds what the record lacks."
    )
    return block(sentence, rows)


def density(repeats: int = 300) -> str:
    """Drift of the share when recent years are recorded twice as densely."""
    frame = held.denser_years(repeats)
    columns = {
        "world": ("world", text),
        "measure": ("measure", lambda name: str(name).replace("_", " ")),
        "before": ("Sept 2010", two),
        "after": ("Sept 2020", two),
        "change": ("change", change),
        "error": ("standard error", two),
    }
    dense = frame[frame["world"].str.contains("second")].set_index("measure")
    share, conflict = dense.loc["tension_share"], dense.loc["conflict"]
    within = abs(share["change"]) <= 2 * share["error"]
    sentence = (
        f"Nothing changes in these worlds but the density of the record (means of {repeats} records). With the second "
        f"decade recorded twice as densely the conflict sum grows to "
        f"{number(conflict['after'] / conflict['before'], 1)} times itself; the share moves by "
        f"{change(share['change'])}, {'within' if within else 'beyond'} twice its standard error."
    )
    return block(sentence, table(frame, columns))


def conduct_gap(repeats: int = 100) -> str:
    """Coverage of the band of `conduct`."""
    frame = held.conduct_bands(repeats)
    columns = {
        "world": ("world", text),
        "verbal": ("words", cases),
        "material": ("deeds", cases),
        "gap": ("gap", cases),
        "width": ("mean width of the gap's band", two),
    }
    thin = frame.iloc[0]
    sentence = (
        f"Of 100 cases so many were held by a nominal 90 % band, in worlds where words and deeds swing against each "
        f"other ({repeats} records, six days each): the gap in {range_of(frame['gap'])}. The gap goes from −1 to 1; "
        f"with {thin['world']} its band is {two(thin['width'])} wide."
    )
    return block(sentence, table(frame, columns))


def initiative(repeats: int = 200) -> str:
    """Coverage of the interval of `initiative`."""
    frame = held.initiative_bands(repeats)
    columns = {"world": ("world", text), "held": ("held, of 100", cases), "width": ("mean width", two)}
    sentence = (
        f"A side that does four in ten acts is found with a nominal 90 % interval that holds 0.4 in "
        f"{range_of(frame['held'])} of 100 records of twenty years ({repeats} a world)."
    )
    return block(sentence, table(frame, columns))


def false_alarms(repeats: int = 300) -> str:
    """Turning points found where nothing changes."""
    frame = found.false_alarms(repeats)
    columns = {"world": ("world without a change", text), "alarms": ("records with a turning point, of 100", cases)}
    calm = frame[frame["world"] != _CLUSTERED]["alarms"]
    crowd = frame.set_index("world").loc[_CLUSTERED, "alarms"]
    sentence = (
        f"In twenty years in which nothing changes a turning point is found in {range_of(calm)} of 100 records where "
        f"acts come independently, and in {cases(crowd)} of 100 where each is followed by one more of its sign within "
        f"a month ({repeats} records a world)."
    )
    return block(sentence, table(frame, columns))


def recovery(repeats: int = 100) -> str:
    """Turning points found where there are some."""
    frame = found.recovery(repeats)
    columns = {
        "world": ("world", text),
        "fewer": ("too few found", cases),
        "right": ("right number", cases),
        "more": ("too many", cases),
        "apart": ("median days off", lambda days: number(days, 0)),
        "held": ("date's interval held the day", cases),
    }
    sentence = (
        f"Of 100 records ({repeats} a world). The right number was found in {range_of(frame['right'])}; a day so "
        f"found was {range_of(frame['apart'], lambda days: number(days, 0))} days off in the median, and its nominal "
        f"90 % interval held the true day in {range_of(frame['held'])} of 100."
    )
    return block(sentence, table(frame, columns))


def answers(repeats: int = 150) -> str:
    """Answers found where there are none, and where there are some."""
    frame = found.answers(repeats)
    columns = {
        "world": ("world", text),
        "base": ("base", text),
        "difference": ("mean difference", change),
        "clear": ("intervals clear of zero, of 100", cases),
    }
    clear: pd.Series = frame.set_index("world")["clear"]
    none, dense, all_days, crises = (float(clear.iloc[place]) for place in (0, 3, 4, 5))
    sentence = (
        f"Twelve years with 60 hostile acts of one side ({repeats} records a world). Where the other side never "
        f"answers the nominal 90 % interval is clear of zero in {cases(none)} of 100, so that it works as one of "
        f"{cases(1.0 - none)} %. Where some years are recorded more densely answers that are not there are found in "
        f"{cases(all_days)} of 100 against all days and in {cases(dense)} against those of the same years. Two sides "
        f"that are hostile in the same crises look like answers in {cases(crises)}: **the measure cannot tell these "
        f"apart**."
    )
    return block(sentence, table(frame, columns))


def forecasts(repeats: int = 300) -> str:
    """Forecasts that are calibrated by construction, scored."""
    frame = held.forecast_bands(load(SHIPPED).forecasts, repeats)
    row = frame.iloc[0]
    columns = {
        "n": ("forecasts", text),
        "brier": ("expected Brier score", three),
        "held": ("90 % interval held it, of 100", cases),
        "reliability": ("reliability, plain", three),
        "corrected": ("reliability, corrected", three),
    }
    sentence = (
        f"The record's own list of ranges, with outcomes drawn so that every word is exactly right ({repeats} times). "
        f"The true reliability is then 0; the plain form reads {three(row['reliability'])} on average, the corrected "
        f"one {three(row['corrected'])} (bins with a single forecast cannot be corrected)."
    )
    return block(sentence, table(frame, columns))
