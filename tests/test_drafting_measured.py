"""How often the rules of drafting are right, on invented articles whose rows a reader has written down first."""

from __future__ import annotations

from pathlib import Path

from record_kit import ROWS

from analysis.curate.drafting import by_rules
from analysis.curate.texts import Copy, Passage

DOCS = Path(__file__).resolve().parents[1] / "docs" / "from-article-to-record.md"
JOINT = "AAA+BBB"
# Day of the page; paragraphs, each with the acts that a reader would record of it: day, actor, target, code.
ARTICLES: list[tuple[str, list[tuple[str, list[tuple[str, str, str, str]]]]]] = [
    (
        "2024-03-15",
        [
            ("Aland and Beland signed a contract on gas on Thursday, March 14.", [("2024-03-14", JOINT, JOINT, "057")]),
            ("Beland had cut off gas to Aland on February 1 over unpaid bills.", [("2024-02-01~", "BBB", "AAA", "163")]),
            ("The contract came after two weeks of talks. It runs for five years.", []),
            ("Aland criticised Beland for the cut last week.", [("2024-03-08~", "AAA", "BBB", "111")]),
            ("Beland never threatened Aland, its ministry claimed.", []),
        ],
    ),
    (
        "2019-11-20",
        [
            ("Anna met the president of Beland in Celand on Monday.", [("2019-11-18~", JOINT, JOINT, "046")]),
            ("She thanked Beland for a loan of 2015.", [("2019-11-18~", "AAA", "BBB", "051")]),
            ("Aland was accused by Beland of selling its oil twice.", [("2019-11-20~", "BBB", "AAA", "112")]),
            ("Observers doubt that Beland will ever join Aland in a union.", []),
            ("Beland lent Aland two billion in May 2015.", [("2015-05", "BBB", "AAA", "071")]),
        ],
    ),
    (
        "2021-07-02",
        [
            ("Beland recalled its ambassador from Aland yesterday.", [("2021-07-01~", "BBB", "AAA", "161")]),
            ("Aland refused to apologise to Beland.", [("2021-07-02~", "AAA", "BBB", "120")]),
            ("A spokesman of Beland called the refusal regrettable.", [("2021-07-02~", "BBB", "AAA", "111")]),
            ("Troops of both countries had exercised together in 2018.", [("2018", JOINT, JOINT, "062")]),
            ("If Beland attacks Aland, Celand would help, a general said.", []),
            ("Beland's fans beat those of Aland at football.", []),
        ],
    ),
    (
        "2023-04-06",
        [
            ("Beland promised to build a refinery in Aland on 3 April 2023.", [("2023-04-03", "BBB", "AAA", "030")]),
            ("In return, Aland lifted its tax on goods from Beland.", [("2023-04-06~", "AAA", "BBB", "081")]),
            ("Ministers of Aland and Beland held talks on a common market.", [("2023-04-06~", JOINT, JOINT, "046")]),
            ("Prices in Aland rose by a tenth, faster than in Beland.", []),
            ("Aland condemned Celand and thanked Beland for its support.", [("2023-04-06~", "AAA", "BBB", "051")]),
            ("Beland sold its stake in the bank.", []),
        ],
    ),
]  # fmt: skip


def measured() -> dict[str, int]:
    counts = dict.fromkeys(("sentences", "wanted", "offered", "met", "right", "one edit"), 0)
    for day, paragraphs in ARTICLES:
        copy = Copy(Path("x.txt"), tuple(Passage("para", n, text) for n, (text, _) in enumerate(paragraphs, start=1)))
        drafts = by_rules(copy, {**ROWS["sources"][0], "published": day}, ROWS["actors"])
        counts["sentences"] += drafts.sentences
        counts["offered"] += len(drafts.rows["events"])
        for number, (_, acts) in enumerate(paragraphs, start=1):
            counts["wanted"] += len(acts)
            held = [row for row in drafts.rows["events"] if row["locator"] == f"para {number}"]
            for act, row in zip(acts, held, strict=False):
                codes = [one.split()[0] for one in row["candidates"].split("; ")]
                sides = (row["source_actor"], row["target_actor"]) == act[1:3]
                wrong = (row["date"] != act[0]) + (not sides) + (act[3] not in codes)
                counts["met"] += 1
                counts["right"] += wrong == 0
                counts["one edit"] += wrong == 1
    return counts


def test_docs_say_how_often_the_rules_are_right() -> None:
    found = measured()
    said = (
        f"of {found['sentences']} sentences a reader made {found['wanted']} events; the rules offered {found['offered']}, "
        f"{found['met']} of them among those, of which {found['right']} had the right day, sides and a fitting code, "
        f"and {found['one edit']} more after one change"
    )
    assert said in " ".join(DOCS.read_text(encoding="utf-8").split())
