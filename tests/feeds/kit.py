"""Small invented files of each feed. AAA and BBB do not exist, so tests of code that maps real countries use two that
do, in rows that say nothing of them but codes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

from analysis.feeds.feed import feeds
from analysis.feeds.synthetic import gdelt2_row

DAY = dt.date(2020, 3, 4)
BASE = "https://example.org/2020/03/"


def gdelt2(*rows: dict) -> str:
    """Lines of GDELT 2.0; each row may give number, day, source, target, code, url, added, goldstein."""
    lines = []
    for index, row in enumerate(rows, 1):
        given = {
            "number": index,
            "day": DAY,
            "source": "BLR",
            "target": "RUS",
            "code": "040",
            "url": f"{BASE}{index}",
            **row,
        }
        lines.append(gdelt2_row(**given))
    return "\n".join(lines) + "\n"


def gdelt1(width: int, *rows: dict) -> str:
    """The same without the ADM2 columns (58 wide), and without the address (57)."""
    names = list(feeds()["gdelt2"].columns)
    drop = {place for place, name in enumerate(names) if name.endswith("adm2code")}
    lines = []
    for line in gdelt2(*rows).splitlines():
        cells = [cell for place, cell in enumerate(line.split("\t")) if place not in drop]
        cells[56] = cells[56][:8]
        lines.append("\t".join(cells[:width]))
    return "\n".join(lines) + "\n"


def tabbed(feed: str, header: str, *rows: dict) -> str:
    """A tab-separated file with a header; cells are given by canonical name."""
    names = feeds()[feed].columns
    return "\n".join([header, *("\t".join(str(row.get(name, "")) for name in names) for row in rows)]) + "\n"


def commas(feed: str, *rows: dict, header: bool = True) -> str:
    """A comma-separated file; cells are given by canonical name."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    names = feeds()[feed].columns
    if header:
        writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return buffer.getvalue()


ICEWS_HEADER = (
    "Event ID\tEvent Date\tSource Name\tSource Sectors\tSource Country\tEvent Text\tCAMEO Code\tIntensity\tTarget Name\t"
    "Target Sectors\tTarget Country\tStory ID\tSentence Number\tPublisher\tCity\tDistrict\tProvince\tCountry\tLatitude\t"
    "Longitude"
)
POLECAT_HEADER = "\t".join(
    name.replace("_", " ").title().replace("Id", "ID").replace("Cow", "COW") for name in feeds()["polecat"].columns
)


def icews() -> str:
    return tabbed(
        "icews",
        ICEWS_HEADER,
        # padded code, ISO day
        {
            "event_id": 1,
            "event_date": "2018-06-01",
            "source_country": "Belarus",
            "target_country": "Russian Federation",
            "cameo_code": "040",
            "intensity": "1.0",
            "story_id": 7,
            "publisher": "Daily",
            "country": "Belarus",
        },
        # the mirror of it, American day, same story
        {
            "event_id": 2,
            "event_date": "6/1/2018",
            "source_country": "Russian Federation",
            "target_country": "Belarus",
            "cameo_code": "040",
            "intensity": "1.0",
            "story_id": 7,
            "publisher": "Daily",
            "country": "Russian Federation",
        },
        # no code: cannot be placed
        {
            "event_id": 3,
            "event_date": "2018-06-02",
            "source_country": "Belarus",
            "target_country": "Russian Federation",
            "cameo_code": "NA",
            "intensity": "-2.0",
            "story_id": 8,
            "publisher": "Weekly",
        },
        # another pair
        {
            "event_id": 4,
            "event_date": "2018-06-02",
            "source_country": "Ukraine",
            "target_country": "Belarus",
            "cameo_code": "1213",
            "intensity": "-4.0",
            "story_id": 9,
            "publisher": "Weekly",
        },
    )


def polecat() -> str:
    return tabbed(
        "polecat",
        POLECAT_HEADER,
        # two recipients: two pairs, one of them the dyad
        {
            "event_id": "p1",
            "event_date": "2023-01-05",
            "event_type": "THREATEN",
            "intensity": "-3.5",
            "quad_code": "VERBAL CONFLICT",
            "actor_country": "RUS",
            "recipient_country": "BLR;POL",
            "source": "Agency",
            "publication_date": "2023-01-06",
            "story_people": "None",
            "country": "RUS",
        },
        # both act together: no recipient
        {
            "event_id": "p2",
            "event_date": "2023-01-05",
            "event_type": "CONSULT",
            "intensity": "2.5",
            "quad_code": "VERBAL COOPERATION",
            "actor_country": "RUS; BLR",
            "recipient_country": "None",
            "source": "Agency",
            "publication_date": "2023-01-05",
            "country": "None",
        },
        # one actor, nobody acted upon: no dyad
        {
            "event_id": "p3",
            "event_date": "2023-01-06",
            "event_type": "PROTEST",
            "intensity": "-5",
            "quad_code": "MATERIAL CONFLICT",
            "actor_country": "BLR",
            "recipient_country": "None",
            "source": "Daily",
            "publication_date": "2023-01-06",
        },
        # a type that PLOVER does not have
        {
            "event_id": "p4",
            "event_date": "2023-01-07",
            "event_type": "DANCE",
            "intensity": "1",
            "quad_code": "VERBAL COOPERATION",
            "actor_country": "BLR",
            "recipient_country": "RUS",
            "source": "Daily",
            "publication_date": "2023-01-07",
        },
    )


def acled() -> str:
    return commas(
        "acled",
        # a note with a line break and a comma, as exports have them
        {
            "event_id_cnty": "BLR1",
            "event_date": "2021-11-08",
            "event_type": "Strategic developments",
            "sub_event_type": "Agreement",
            "actor1": "Government of Belarus (1994-)",
            "actor2": "Military Forces of Russia (2000-) Air Force",
            "country": "Belarus",
            "source": "Agency",
            "notes": "first line,\nsecond line",
        },
        # people against their own state: no dyad
        {
            "event_id_cnty": "BLR2",
            "event_date": "2021-11-09",
            "event_type": "Protests",
            "sub_event_type": "Peaceful protest",
            "actor1": "Protesters (Belarus)",
            "actor2": "Police Forces of Belarus (1994-)",
            "country": "Belarus",
            "source": "Agency",
        },
        # no state
        {
            "event_id_cnty": "BLR3",
            "event_date": "2021-11-10",
            "sub_event_type": "Attack",
            "actor1": "A group",
            "actor2": "Civilians (Russia)",
            "country": "Russia",
            "source": "Daily",
        },
    )


def ucdp(*, header: bool = True) -> str:
    return commas(
        "ucdp",
        # a coalition of two against one, over three days
        {
            "id": 11,
            "type_of_violence": 1,
            "gwnoa": "365, 370",
            "gwnob": "369",
            "date_start": "2022-03-01 00:00:00.000",
            "date_end": "2022-03-03 00:00:00.000",
            "source_article": "An article",
            "source_office": "Agency",
            "country": "Ukraine",
        },
        # no state on the other side
        {
            "id": 12,
            "type_of_violence": 3,
            "gwnoa": "365",
            "gwnob": "",
            "date_start": "2022-03-04",
            "date_end": "2022-03-04",
            "source_office": "Daily",
            "country": "Russia",
        },
        header=header,
    )


def phoenix() -> str:
    rows = [
        {
            "eventid": "1",
            "date": "20160304",
            "sourceactorentity": "BLR",
            "targetactorentity": "RUS",
            "eventcode": "040",
        },
        {
            "eventid": "2",
            "date": "20160304",
            "sourceactorentity": "RUS",
            "targetactorentity": "BLR",
            "eventcode": "130",
        },
        {
            "eventid": "3",
            "date": "20160305",
            "sourceactorentity": "USA",
            "targetactorentity": "FRA",
            "eventcode": "036",
        },
    ]
    scores = {"040": "1.0", "130": "-4.4", "036": "4.0"}
    names = feeds()["phoenix"].columns
    lines = []
    for row in rows:
        code = row["eventcode"]
        full = {**row, "eventrootcode": code[:2], "goldsteinscore": scores[code], "pentaclass": "1"}
        full |= {"urls": f"{BASE}{row['eventid']};{BASE}copy", "newssources": "one;two"}
        lines.append("\t".join(full.get(name, "") for name in names))
    return "\n".join(lines) + "\n"


def codebook(name: str) -> Path:
    """A table of the codebook."""
    from analysis.record import places

    return places.codebook() / f"{name}.csv"


FILES = {
    "gdelt1": lambda: gdelt1(
        58, {}, {"source": "RUS", "target": "BLR", "code": "130"}, {"source": "USA", "target": ""}
    ),
    "gdelt2": lambda: gdelt2({}, {"source": "RUS", "target": "BLR", "code": "130"}, {"source": "USA", "target": ""}),
    "icews": icews,
    "polecat": polecat,
    "acled": acled,
    "ucdp": ucdp,
    "phoenix": phoenix,
}
SUFFIX = {
    "gdelt1": ".CSV",
    "gdelt2": ".CSV",
    "icews": ".tab",
    "polecat": ".txt",
    "acled": ".csv",
    "ucdp": ".csv",
    "phoenix": ".txt",
}


def write(folder: Path, feed: str) -> Path:
    """Write the small file of a feed."""
    path = folder / f"{feed}{SUFFIX[feed]}"
    path.write_text(FILES[feed](), encoding="utf-8", newline="")
    return path
