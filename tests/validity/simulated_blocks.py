"""What the simulated checks found, as tables with a sentence each."""

from __future__ import annotations

import pandas as pd

from analysis.findings.wording import number
from analysis.record.places import SHIPPED
from analysis.record.relationship import load

from . import found, held
from .tables import block, cases, change, range_of, table, text, three, two

# A nominal 90% band that holds fewer, or more, than these is called too narrow or too wide.
_LEVEL, _DIFFERENCE = (0.88, 0.97), (0.85, 0.95)
_LIKEST = "the same, with wrong signs and cooperation unrecorded in crises"
_CLUSTERED, _UNSEEN = "20 acts a year, in clusters", "20 acts a year, half of the cooperation unrecorded"


def bands(repeats: int = 80) -> str:
    """Coverage of the band of `tension` and of `difference`."""
    frame = held.tension_bands(repeats)
    frame["drawn by"] = frame["cluster"].fillna("act")
    rows = table(
        frame,
        {
            "world": ("world", text),
            "drawn by": ("drawn by", text),
            "tension_share": ("share", cases),
            "conflict": ("conflict", cases),
            "cooperation": ("cooperation", cases),
            "difference": ("difference of a year", cases),
            "width": ("mean width of the share's band", two),
            "width_difference": ("of the difference's", two),
            "lean": ("measured less true share", change),
        },
    )
    ours = frame[frame["drawn by"] == "quarter"].set_index("world")
    alone = frame[frame["drawn by"] == "act"].set_index("world")
    like, likest, deaf = (ours.loc[name] for name in (alone.index[0], _LIKEST, _UNSEEN))
    thin, calm = ours.iloc[0], ours.iloc[1:5]
    sentence = (
        f"Of 100 cases so many were held by a nominal 90% band ({repeats} records a world, six days and three differences "
        f"each). **In the world with the density and the bursts of the shipped record, drawn by quarters, the band of the share "
        f"held it in {cases(like['tension_share'])} and that of a year's difference in {cases(like['difference'])}; with one "
        f"sign in twenty wrong and half of the cooperation unrecorded in crises besides, in {cases(likest['tension_share'])} "
        f"and {cases(likest['difference'])}: {_verdict(likest)}.** Drawn act by act, as it used to be, "
        f"{cases(alone.iloc[0]['tension_share'])} and {cases(alone.iloc[0]['difference'])}, then "
        f"{cases(alone.iloc[1]['tension_share'])} and {cases(alone.iloc[1]['difference'])}; quarters cost "
        f"{change(like['width'] - alone.iloc[0]['width'])} of width. Where acts come independently quarters are wider than they "
        f"need be: {range_of(calm['tension_share'])} and {range_of(calm['difference'])} from 12 acts a year on; with 3 acts a "
        f"year the difference is held in {cases(thin['difference'])} only. Where half of the cooperation is never "
        f"recorded the share reads {change(deaf['lean'])} off and the band held it in {cases(deaf['tension_share'])}: no band "
        f"made from a record holds what the record lacks."
    )
    return block(sentence, rows)


def _verdict(row: pd.Series) -> str:
    aims = {"level": (row["tension_share"], _LEVEL), "difference": (row["difference"], _DIFFERENCE)}
    words = []
    for name, (held_part, (least, most)) in aims.items():
        state = "too narrow" if held_part < least else "too wide" if held_part > most else ""
        words += [f"the band of the {name} is {state}"] if state else []
    return " and ".join(words) or "as a 90% band should, give or take what so many records can tell"


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
        f"Of 100 cases so many were held by a nominal 90% band, in worlds where words and deeds swing against each "
        f"other ({repeats} records, six days each): the gap in {range_of(frame['gap'])}. The gap goes from −1 to 1; "
        f"with {thin['world']} its band is {two(thin['width'])} wide."
    )
    return block(sentence, table(frame, columns))


def initiative(repeats: int = 200) -> str:
    """Coverage of the interval of `initiative`."""
    frame = held.initiative_bands(repeats)
    columns = {"world": ("world", text), "held": ("held, of 100", cases), "width": ("mean width", two)}
    sentence = (
        f"A side that does four in ten acts is found with a nominal 90% interval that holds 0.4 in "
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
        f"90% interval held the true day in {range_of(frame['held'])} of 100."
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
        f"answers the nominal 90% interval is clear of zero in {cases(none)} of 100, so that it works as one of "
        f"{cases(1.0 - none)}%. Where some years are recorded more densely answers that are not there are found in "
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
        "held": ("90% interval held it, of 100", cases),
        "reliability": ("reliability, plain", three),
        "corrected": ("reliability, corrected", three),
    }
    sentence = (
        f"The record's own list of ranges, with outcomes drawn so that every word is exactly right ({repeats} times). "
        f"The true reliability is then 0; the plain form reads {three(row['reliability'])} on average, the corrected "
        f"one {three(row['corrected'])} (bins with a single forecast cannot be corrected)."
    )
    return block(sentence, table(frame, columns))
