"""ACLED, from exported files: political violence and protest, with actors named in words.

A state is an actor where the name says so ("Military Forces of Belarus (1994-)", "Protesters (Belarus)"). ACLED has no
Goldstein score, so each of its 25 sub-event types stands for one CAMEO code, given here; the score is that code's. For
most pairs of states this feed is context and has hardly an act between them. Rows are revised and deleted after the
fact, so two exports of the same days may differ. Days come as `28 December 2022` from ACLED's own export, as ISO from
its interface, as `30-Jun-23` or day first from spreadsheets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from analysis.feeds import columns as col
from analysis.feeds.countries import alpha3, in_alpha3
from analysis.feeds.feed import Feed, words
from analysis.feeds.few import ops

if TYPE_CHECKING:
    from ibis.expr.types import StringValue, Table

# "Military Forces of X (1994-) Border Guards"; "Protesters (X)".
_STATE = r"^(Military Forces|Police Forces|Government) of ([^(]+)"
_PEOPLE = r"^(Protesters|Rioters|Civilians|Unidentified Armed Group|Private Security Forces) \(([^()]+)\)"

CODES = {
    "Armed clash": "190",
    "Government regains territory": "190",
    "Non-state actor overtakes territory": "190",
    "Chemical weapon": "204",
    "Air/drone strike": "195",
    "Suicide bomb": "183",
    "Shelling/artillery/missile attack": "194",
    "Remote explosive/landmine/IED": "183",
    "Grenade": "183",
    "Sexual violence": "182",
    "Attack": "180",
    "Abduction/forced disappearance": "181",
    "Peaceful protest": "141",
    "Protest with intervention": "141",
    "Excessive force against protesters": "175",
    "Violent demonstration": "145",
    "Mob violence": "145",
    "Agreement": "057",
    "Arrests": "173",
    "Change to group/activity": "010",
    "Disrupted weapons use": "173",
    "Headquarters or base established": "150",
    "Looting/property destruction": "171",
    "Non-violent transfer of territory": "087",
    "Other": "010",
}


def read(table: Table) -> dict[str, Any]:
    """Return the columns of an ACLED row."""
    code = col.lookup(table["sub_event_type"], CODES)
    scores = col.scores()
    return {
        "event_id": "acled:" + table["event_id_cnty"],
        "start": col.day(table["event_date"]),
        "source_actor": _country(table["actor1"]),
        "target_actor": _country(table["actor2"]),
        "cameo": code,
        "goldstein": col.lookup(code, {one: scores[one] for one in set(CODES.values())}),
        "scheme": "gdelt, by sub-event type",
        "text": table["event_id_cnty"],
        "publisher": table["source"],
        "place": in_alpha3(table["country"], "name"),
    }


def country(actor: str) -> str | None:
    """Return the country that an actor's name stands for, as alpha-3; None where it is no state and no public."""
    for pattern in (_STATE, _PEOPLE):
        if found := re.search(pattern, actor):
            return alpha3(found[2], "name")
    return None


def _country(actor: StringValue) -> StringValue:
    ibis = ops(actor)
    name = ibis.cases(
        (actor.re_search(_STATE), actor.re_extract(_STATE, 2)),
        (actor.re_search(_PEOPLE), actor.re_extract(_PEOPLE, 2)),
        else_=ibis.null("string"),
    )
    return in_alpha3(name.strip(), "name")


_NEEDED = words("event_id_cnty event_date sub_event_type actor1 actor2")
FEEDS = (
    Feed(
        "acled",
        words("""
            event_id_cnty event_date year time_precision disorder_type event_type sub_event_type actor1 assoc_actor_1
            inter1 actor2 assoc_actor_2 inter2 interaction civilian_targeting iso region country admin1 admin2 admin3
            location latitude longitude geo_precision source source_scale notes fatalities tags timestamp
        """),
        _NEEDED,
        (*_NEEDED, *words("event_type country source")),
        ("actor1", "actor2"),
        "name",
        ("event_date",),
        read,
        country=country,
        delimiter=",",
        aliases=(("data_id", "event_id_cnty"),),
    ),
)
