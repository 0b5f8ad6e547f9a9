"""The text of every sentence, by key. After a colon stands how a fact is worded; see `statement`.

`{acts}` names the acts that are spoken of ("acts between Belarus and Russia", "nuclear acts between ..."), `{part}` the
part that a filter leaves ("nuclear acts"), `{a}` and `{b}` the sides.
"""

from __future__ import annotations

TEXTS = {
    # Titles of documents.
    "title.none": "No {acts} are recorded",
    "title.few": "{n_acts:acts} recorded up to {day:day}",
    "title.one_sided": "No act of {missing} among the {n} {acts}",
    "title.memory": "No {acts} recorded in the {days:count day} to {day:day}",
    "title.level": "Tension {place} its long-run level ({value:number} against {usual:number})",
    "title.level_of_part": (
        "{part:capital} only: tension {place} their long-run level ({value:number} against {usual:number})"
    ),
    # Where the tension share stands.
    "tension.none": "No {acts} are recorded.",
    "tension.few": (
        "{n_acts:acts} {n:are} recorded up to {day:day}, {conflict} of conflict and {cooperation} of cooperation: "
        "too few "
        "to speak of a level. The newest: {title} ({when})."
    ),
    "tension.one_sided": "{n_acts:acts} {n:are} recorded up to {day:day}, none of them of {missing}.",
    "tension.memory": (
        "No {acts} are recorded in the {days:count day} to {day:day}, so nothing can be said of the present. The "
        "newest: "
        "{title} ({when})."
    ),
    "tension.level": (
        "The tension share of {acts} stood at {value:number}{band:band} on {day:day}, {place} their long-run level of "
        "{usual:number}."
    ),
    "tension.peak": "Its highest point since {since:day} was {value:number} on {day:day}.",
    "tension.peak_now": "It is the highest since {since:day}.",
    "tension.no_peak": (
        "No single highest point since {since:day} can be named: {agreement:percent} of the redrawn records have "
        "theirs "
        "within 90 days of {day:day}, the highest in the record as it is."
    ),
    "tension.confidence": (
        "Confidence in this reading is {level}: {n:count act} in the last {days:count day}, {backed} with two "
        "publishers "
        "or more, and a band {width:number} wide."
    ),
    # What changed.
    "tension.changed": (
        "Tension {direction} from {then:number} on {since:day} to {now:number} on {day:day} (the {asked:percent} band "
        "of the change, {low:signed} to {high:signed}, leaves zero)."
    ),
    "tension.unclear": (
        "There is no clear change in tension between {since:day} and {day:day}: {then:number} then, {now:number} now "
        "(the {asked:percent} band of the change, {low:signed} to {high:signed}, holds zero)."
    ),
    "tension.chance": (
        "It is {word} ({probability:percent}) that {acts} are {direction} often of conflict than on {since:day}: "
        "counted by signs alone, the chance that one is of conflict is estimated at {now:percent}, and at "
        "{then:percent} then."
    ),
    "tension.chance_plain": (
        "The estimate gives {probability:percent} to {acts} being {direction} often of conflict than on {since:day} "
        "(simulated records bear out no word for so high a figure): counted by signs alone, the chance that one is of "
        "conflict is estimated at {now:percent}, and at {then:percent} then."
    ),
    "tension.sturdy": "Other choices ({choices}) say the same of level and change.",
    "tension.hangs": "Other choices ({choices}) say the same of level and change, except: {apart:list}.",
    # Turning points.
    "turns.none": "No turning point is found, whether the record is cut by weeks or by months.",
    "turns.same": "By weeks and by months the same turning points are found: {weeks}.",
    "turns.apart": "By weeks the turning points are {weeks}; by months, {months}.",
    # Quarrels.
    "quarrels.recur": (
        "Quarrels recur: {n:count act} of sharp conflict (refusals, threats and measures; Goldstein score "
        "{limit:whole} or "
        "lower) in {years} of the {span:count year} from {first} to {last}. Among the heaviest: {named:list}."
    ),
    "quarrels.few": (
        "{n:count act} of sharp conflict {n:are} recorded (refusals, threats and measures; Goldstein score "
        "{limit:whole} or "
        "lower): {named:list}."
    ),
    # Words and deeds.
    "conduct.apart": (
        "On {day:day} {tenser} are tenser than {calmer}: the tension share is {verbal:number} of words and "
        "{material:number} of deeds (gap {gap:signed}{band:gap_band})."
    ),
    "conduct.unclear": (
        "On {day:day} no clear gap between words and deeds can be told: the tension share is {verbal:number} of words "
        "and {material:number} of deeds, the 90% band of the gap {low:signed} to {high:signed}."
    ),
    # Dependence.
    "composite.moved": (
        "{a}'s dependence on {b} {direction} from {then:number} in {since} to {now:number} in {year}, on the "
        "scale of its "
        "own history from 0 to 1 ({low:number} to {high:number} when one series is left out){rank}."
    ),
    "composite.unclear": (
        "{a}'s dependence on {b} shows no clear change: {then:number} in {since} and {now:number} in {year}, on "
        "the scale "
        "of its own history from 0 to 1 ({low:number} to {high:number} when one series is left out){rank}."
    ),
    # Shares in each other's trade.
    "asymmetry.whole": (
        "In {year}, the last year with both shares for the whole of it, {b} had {share_a:significant}% of {a}'s trade "
        "and {a} {share_b:significant}% of {b}'s: {times:significant} times as much ({definition})."
    ),
    "asymmetry.weak": (
        "In {year} {b} had {share_a:significant}%{kind_a} of {a}'s trade and {a} {share_b:significant}%{kind_b} of "
        "{b}'s: {times:significant} times as much ({definition})."
    ),
    # What assessors hold.
    "positions.views": (
        "In the {days:count day} to {day:day} {see} of {n:count assessment} ({voices:count organisation}) "
        "{see:see} {a} as "
        "subordinate to {b}, {apart} as autonomous and {between} as neither."
    ),
    "positions.middle": (
        "The middle view on subordination is {value:step} on a scale from −2 (autonomous) to +2 "
        "(subordinate){band:step_band}."
    ),
    "positions.tension": (
        "On tension it is {value:step} on a scale from −2 (much calmer) to +2 (much tenser){band:step_band}."
    ),
    # What the record cannot show.
    "limits.found": "The record holds what was found, not all that happened.",
    "limits.all_english": "All {pages} are in English.",
    "limits.english": (
        "Of {pages}, {english:whole} ({part}) are in English, the others in {others:count other language}."
    ),
    "limits.denser": (
        "It is denser in later years: {held:whole} of {n:count act} ({part}) are from {since} on, of a record that "
        "begins in {first}."
    ),
    "limits.lone": "{lone:whole} of {n:count act} rest on one publisher that can be judged, or on none.",
    # How forecasts fared.
    "forecasts.few": "Too few forecasts have been decided by {day:day} to score them.",
    "forecasts.scored": (
        "{n:count forecast} with a deadline that its author stated {n:was} decided by {day:day}, with a mean "
        "Brier score "
        "of {score:number} (90% interval {low:number} to {high:number}; 0 is perfect). Always naming the base "
        "rate ({base:percent} came true) would have scored {reference:number}: {verdict}."
    ),
    "forecasts.open": "{n:count forecast} {n:are} open.",
}
