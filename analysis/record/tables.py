"""The tables of a record, column by column.

The order of tables and columns is that of the files. Everything a reader is told about a column (data dictionary,
`datapackage.json`, messages of the check) is made from here.
"""

from __future__ import annotations

from analysis.record import codebook
from analysis.record.schema import LAG, PHRASE_WORDS, SHORT_LETTERS, Column, TableSchema

DOMAINS = codebook.domain_names()
SUBJECTS = (
    "autonomy",
    "economic_dependence",
    "energy_dependence",
    "integration",
    "military_dependence",
    "nuclear",
    "personal_rapport",
    "regime_survival",
    "succession",
    "war_entry",
    "western_hedging",
)
GRADES = ("A", "B", "C", "D", "E", "F")

_CREDIBILITY = Column(
    "credibility",
    "Admiralty credibility of the information, 1 to 6, only where it overrides the derived grade.",
    "integer",
    required=False,
    low=1,
    high=6,
)
_PHRASE = Column(
    "key_phrase",
    f"Quoted words of the record's subject, at most {PHRASE_WORDS} words.",
    required=False,
    words=PHRASE_WORDS,
)
_NOTES = Column("notes", "Doubts, disagreements between sources, corrections of coding.", required=False)
_KNOWN = Column(
    "known",
    "The first day on which the row could be known, only where it overrides the day that its sources give.",
    "edtf",
    required=False,
    optional=True,
)

ACTORS = TableSchema(
    "actors",
    "a state, person, organisation, or both sides together",
    ("actor_id",),
    (
        Column(
            "actor_id", "Id: ISO 3166-1 alpha-3 for states, a slug for others, `A+B` for both sides together.", "slug"
        ),
        Column("name", "Name as printed in text and charts."),
        Column("kind", "Kind of actor.", allowed=("state", "person", "organisation", "dyad")),
        Column(
            "country", "ISO 3166-1 alpha-3 code of the state that a person or organisation belongs to.", required=False
        ),
        Column(
            "role",
            "`side_a` (the side whose dependence is followed), `side_b` (the other), `joint`, `third party`, or an "
            "office in words.",
        ),
        Column("active_from", "First year or day in that role.", "edtf", required=False),
        Column("active_to", "Last year or day in that role.", "edtf", required=False),
        Column("aliases", "Other spellings of the name, joined by `;`.", required=False, optional=True),
    ),
)
SOURCES = TableSchema(
    "sources",
    "a publication",
    ("source_id",),
    (
        Column("source_id", "Id: publisher, year and a word or two.", "slug"),
        Column("type", "Type of publication in the terms of the Citation Style Language, such as `report`."),
        Column("title", "The page's own title; in [brackets] where it is our description."),
        Column("publisher", "The original publisher, also where the page is a copy; `unknown` where it is not known."),
        Column("author", "Author or authors as printed.", required=False),
        Column("published", "When it was published.", "edtf", required=False),
        Column("url", "Public address; empty for what is in print only.", "url", required=False),
        Column("language", "Language of the page, BCP 47.", required=False),
        Column("reliability", "Admiralty reliability of the source, A to F, by the rule below.", allowed=GRADES),
        Column(
            "notes",
            "Where the page is a copy: of what and where. Anything a reader must know.",
            required=False,
            optional=True,
        ),
        Column("accessed", "When the page was read.", "edtf", required=False, optional=True),
        Column("archive_url", "Address of a copy in a web archive.", "url", required=False, optional=True),
    ),
)
EVENTS = TableSchema(
    "events",
    "something dated that one side did or said to the other, or that bears on them",
    ("event_id",),
    (
        Column("event_id", "Id: start date and a few words.", "slug"),
        Column("date", "When it happened.", "edtf"),
        Column("title", "What happened, in a line."),
        Column("summary", "What happened, in two or three sentences of our own."),
        Column("source_actor", "Who acted.", "slug", refers="actors.actor_id"),
        Column("target_actor", "Towards whom.", "slug", refers="actors.actor_id"),
        Column("persons", "Persons who took part, ids joined by `;`.", required=False, refers="actors.actor_id"),
        Column("domain", "What it was about.", allowed=DOMAINS),
        Column("form", "What kind of act it was.", allowed=("statement", "action", "agreement", "meeting")),
        Column("cameo", "CAMEO code, 2 to 4 digits, as text.", refers="codebook.cameo"),
        Column(
            "dependence",
            "Our coding of the effect on side A's dependence on side B: -2 much less to +2 much more.",
            "integer",
            low=-2,
            high=2,
        ),
        Column("dependence_note", "Why that effect.", required=False),
        _PHRASE,
        _CREDIBILITY,
        _NOTES,
        Column(
            "short",
            f"The title in at most {SHORT_LETTERS} letters, for charts.",
            required=False,
            optional=True,
            letters=SHORT_LETTERS,
        ),
        _KNOWN,
        Column(
            "sequel",
            "What came after the last day of `date`: parts joined by ` | `, each begun by its own date and a colon. "
            "Shown only where that date is known.",
            required=False,
            optional=True,
        ),
    ),
)
ASSESSMENTS = TableSchema(
    "assessments",
    "a dated judgement that somebody published on the relationship",
    ("assessment_id",),
    (
        Column("assessment_id", "Id: date, assessor or organisation, subject.", "slug"),
        Column("date", "When it was uttered or published.", "edtf"),
        Column("assessor", "Who judged; empty where not named.", required=False),
        Column(
            "assessor_kind",
            "What kind of judge.",
            allowed=("expert", "institute", "journalist", "official", "politician", "anonymous"),
        ),
        Column("organisation", "For whom."),
        Column("subject", "On what.", allowed=SUBJECTS),
        Column("claim", "What is held, in our own words."),
        _PHRASE,
        Column(
            "tension",
            "Our coding of the judged tension: -2 very warm to +2 very tense; empty where it says nothing of it.",
            "integer",
            required=False,
            low=-2,
            high=2,
        ),
        Column(
            "subordination",
            "Our coding of side A's judged subordination to side B: -2 very autonomous to +2 wholly subordinate.",
            "integer",
            required=False,
            low=-2,
            high=2,
        ),
        Column(
            "estimative_term", "The author's own word of probability.", required=False, refers="codebook.estimative"
        ),
        Column("rationale", "Why these scores.", required=False),
        _CREDIBILITY,
        Column("notes", _NOTES.meaning, required=False, optional=True),
        _KNOWN,
    ),
)
FORECASTS = TableSchema(
    "forecasts",
    "the part of an assessment that time can prove right or wrong",
    ("forecast_id",),
    (
        Column("forecast_id", "Id.", "slug"),
        Column("assessment_id", "The assessment that holds it.", "slug", refers="assessments.assessment_id"),
        Column("proposition", "What is said to come, so that it can be decided."),
        Column("deadline", "By when.", "edtf"),
        Column(
            "probability_low",
            "Lower end of the range that the author's word stands for.",
            "number",
            low=0,
            high=1,
            unit="probability",
        ),
        Column("probability_high", "Upper end of that range.", "number", low=0, high=1, unit="probability"),
        Column(
            "term_basis",
            "Scheme and band that give the range, or `numeric` where the author gave a number.",
            refers="codebook.estimative",
        ),
        Column(
            "deadline_basis",
            "Whether the author stated the deadline or we set a horizon.",
            allowed=("stated", "imputed"),
        ),
        Column(
            "outcome",
            "What became of it; `void` where its question fell away.",
            allowed=("true", "false", "partly", "open", "void"),
        ),
        Column("resolved_on", "The day on which it was decided; empty while open.", "edtf", required=False),
        Column("resolution_note", "What decided it.", required=False),
        Column(
            "rule",
            "What will decide it, written when it enters; a corrected rule stands behind the first one.",
            required=False,
            optional=True,
        ),
        Column("entered", "When it entered the record.", "edtf", required=False, optional=True),
    ),
)
CATALOGUE = TableSchema(
    "indicator_catalogue",
    "a measured series",
    ("indicator",),
    (
        Column("indicator", "Id.", "slug"),
        Column("name", "Name as printed."),
        Column("unit", "Unit of the values."),
        Column("domain", "What it is about.", allowed=DOMAINS),
        Column("of", "Whose: a side, or both together.", "slug", refers="actors.actor_id"),
        Column(
            "direction",
            "What a higher value means: `side_a_dependence`, `side_b_dependence` and `tension`, each `:+1`, `:0` or "
            "`:-1`, joined by `;`.",
        ),
        Column("caveats", "What a reader must know before using it.", required=False),
        Column(
            "lag",
            "Usual time from the end of a period to the publication of its value, an ISO 8601 duration such as P7M; "
            "empty where a value is known only from the page that is cited.",
            required=False,
            optional=True,
            pattern=LAG,
        ),
        Column(
            "bilateral",
            "`yes`: a share of side A's total that is with side B.",
            required=False,
            optional=True,
            allowed=("yes",),
        ),
    ),
)
INDICATORS = TableSchema(
    "indicators",
    "an observation of a series",
    ("indicator", "period"),
    (
        Column("indicator", "The series.", "slug", refers="indicator_catalogue.indicator"),
        Column("period", "The time it covers.", "edtf"),
        Column(
            "value",
            "The value, in the catalogue's unit; empty where withheld.",
            "number",
            required=False,
            unit="as in the catalogue",
        ),
        Column("low", "Lower end where sources give a range.", "number", required=False, unit="as in the catalogue"),
        Column("high", "Upper end where sources give a range.", "number", required=False, unit="as in the catalogue"),
        Column(
            "basis",
            "How the value came about; `withheld` where its producer keeps it secret.",
            allowed=("reported", "computed", "estimate", "withheld"),
        ),
        Column("method", "How it was computed or estimated.", required=False),
        _NOTES,
        _KNOWN,
    ),
)
CITATIONS = TableSchema(
    "citations",
    "the link from a record to a source",
    ("record", "source_id", "locator"),
    (
        Column("record", "`events:ID`, `assessments:ID`, `forecasts:ID`, `eras:ID` or `indicator:ID@PERIOD`."),
        Column("source_id", "The source.", "slug", refers="sources.source_id"),
        Column("locator", "Where in it: paragraph, page, time.", required=False),
        Column("supports", "What of the record the source bears out, in our own words.", required=False),
        Column(
            "key_phrase",
            f"Words of the source to find the place by, at most {PHRASE_WORDS}.",
            required=False,
            optional=True,
            words=PHRASE_WORDS,
        ),
    ),
)

SECOND_CODING = TableSchema(
    "second_coding",
    "a cell as one coder coded it, without sight of the others",
    ("record", "coder", "column"),
    (
        Column("record", "`events:ID` or `assessments:ID`."),
        Column("coder", "Who coded.", "slug"),
        Column("column", "Column of that row's table."),
        Column("value", "The coder's value; empty where the coder left it empty.", required=False),
        Column("sure", "How sure the coder was, 1 least to 3 most.", "integer", required=False, low=1, high=3),
        Column("reason", "Why, in the coder's words.", required=False),
    ),
    optional=True,
)
ERAS = TableSchema(
    "eras",
    "a stretch of time that gives context: a term of office, a war, an election, an agreement in force",
    ("era_id",),
    (
        Column("era_id", "Id.", "slug"),
        Column("label", "Name as printed."),
        Column("from", "First day or year.", "edtf"),
        Column("to", "Last day or year; empty while it lasts.", "edtf", required=False),
        Column("kind", "What kind of era.", allowed=("term", "war", "election", "agreement")),
        Column(
            "side", "The side that it belongs to; empty for both.", "slug", required=False, refers="actors.actor_id"
        ),
    ),
    optional=True,
)

TABLES = (ACTORS, SOURCES, EVENTS, ASSESSMENTS, FORECASTS, INDICATORS, CATALOGUE, CITATIONS, SECOND_CODING, ERAS)
BY_NAME = {table.name: table for table in TABLES}
