"""Verbs of a sentence to candidates for its CAMEO code: a short list of our own, and only ever an offer.

A code is the coder's choice; candidates stand beside an empty cell. The list holds the verbs that reports of two states
use most; a sentence with none of them gets no draft.
"""

from __future__ import annotations

import re

from analysis.record import codebook

# Pattern, codes from the likeliest; the first pattern that fits a sentence decides what act it tells of.
_VERBS: tuple[tuple[str, str], ...] = (
    (r"(?:refus|reject|declin|rul)\w* (?:to|out|the|any|an?)", "120 1246 112"),
    (r"declared war|invad\w+|attack\w*|shell\w*|bomb\w*|struck", "190 195 193"),
    (r"threaten\w*|warn\w*|ultimatum", "130 138 1312"),
    (r"(?:cut|halt|stop|suspend|turn|shut|clos)\w* (?:off|gas|oil|deliver|suppl|the tap|its bor)\w*", "163 1211 160"),
    (r"sanction\w*|embargo\w*|ban(?:ned|s)?\b|boycott\w*|blocked", "163 172 1241"),
    (r"recall\w* (?:its|his|the|her) (?:ambassador|envoy)|expel\w*|severed", "161 166 160"),
    (r"accus\w+|blam\w+|alleg\w+", "112 1121 111"),
    (r"criticis\w+|criticiz\w+|condemn\w*|denounc\w+|scold\w*|rebuk\w+", "111 110 114"),
    (r"deni(?:ed|es)|protest\w*", "016 141 113"),
    (r"demand\w*|insist\w*|urg(?:ed|es|ing)|call\w* (?:on|for)", "100 101 020"),
    (r"sign\w*|ratif\w+|seal\w* (?:a|the)|conclud\w+", "057 051 0311"),
    (r"agreed|agree\b|struck a deal|reached (?:a|an) (?:deal|agreement)", "057 050 030"),
    (r"(?:lent|loan\w*|lend\w*|refinanc\w+|credit line)", "0331 071 0231"),
    (r"(?:supplied|deliver\w+|shipp\w+|sent) (?:arms|weapons|missiles|troops|aircraft)", "072 062 0332"),
    (r"deploy\w*|station\w+|troops|exercises?|drills?", "062 150 0312"),
    (r"(?:gave|grant\w*|provid\w+|offer\w*) .{0,40}?(?:aid|support|help|discount|subsid)", "071 033 070"),
    (r"visit\w*|travell?ed to|arrived in|flew to|hosted|received", "042 043 036"),
    (r"met\b|meets\b|meeting|talks|summit|negotiat\w+|discuss\w+", "046 036 040"),
    (r"phone\w*|telephon\w+|call(?:ed)? (?:with|him|her)", "041 040 036"),
    (r"prais\w+|thank\w*|congratulat\w+|endors\w+|back(?:ed|s)\b|support\w*", "051 050 018"),
    (r"promis\w+|pledg\w+|vow\w*|will (?:build|buy|sell|supply|join|host)|plans? to", "030 0311 031"),
    (r"(?:raised|rais\w+|doubl\w+|increas\w+) (?:the )?(?:price|tariff|dut)\w*", "163 1244 130"),
    (r"apologi[sz]\w+|conced\w+|gave in|backed down|lifted|eased", "055 081 080"),
    (r"complain\w*|grievance|dispute\w*|quarrel\w*|row over", "113 111 112"),
    (r"said|told|says|stated|announced|declared|argued", "010 014 019"),
)  # fmt: skip
_COMPILED = tuple((re.compile(rf"\b(?:{pattern})", re.IGNORECASE), codes.split()) for pattern, codes in _VERBS)


def candidates(sentence: str) -> tuple[list[str], tuple[int, int]]:
    """Return the codes that a sentence suggests, likeliest first, and where its verb stands; none without one."""
    known = _labels()
    for pattern, codes in _COMPILED:
        if found := pattern.search(sentence):
            return [code for code in codes if code in known], found.span()
    return [], (0, 0)


def worded(codes: list[str]) -> str:
    """Return codes with label and Goldstein score: `057 Sign a formal agreement (+8.0)`."""
    known = _labels()
    return "; ".join(f"{code} {known[code][0]} ({known[code][1]:+.1f})" for code in codes)


def _labels() -> dict[str, tuple[str, float]]:
    table = codebook.cameo()
    return {
        code: (label, score)
        for code, label, score in zip(table["code"], table["label"], table["goldstein"], strict=True)
    }
