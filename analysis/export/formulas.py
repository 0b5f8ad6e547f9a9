"""Formulas: what MathJax sets, brought into the TeX that pandoc reads, and from there into Typst.

MathJax keeps a macro for the whole page, so macros are collected from all cells and expanded here. A few commands that
pandoc does not know are written in ones that it does; a formula that it still cannot read is kept as its source, and
reported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# Commands that pandoc does not know, as macros; the notebook's own come first.
_KNOWN = r"""
\newcommand{\norm}[1]{\left\lVert #1\right\rVert} \newcommand{\abs}[1]{\left\lvert #1\right\rvert}
\newcommand{\bra}[1]{\langle #1|} \newcommand{\ket}[1]{|#1\rangle} \newcommand{\braket}[1]{\langle #1\rangle}
\newcommand{\mathbbm}[1]{\mathbb{#1}} \newcommand{\mathds}[1]{\mathbb{#1}} \newcommand{\pmb}[1]{\boldsymbol{#1}}
\newcommand{\bold}[1]{\mathbf{#1}} \newcommand{\tag}[1]{\qquad\text{(#1)}} \newcommand{\bcancel}[1]{\cancel{#1}}
\newcommand{\middle}[1]{#1} \newcommand{\surd}{\text{√}} \newcommand{\S}{\text{§}} \newcommand{\P}{\text{¶}}
\newcommand{\copyright}{\text{©}} \newcommand{\degree}{^\circ} \newcommand{\thicksim}{\sim}
\newcommand{\thickapprox}{\approx} \newcommand{\cfrac}[2]{\frac{#1}{#2}} \newcommand{\dbinom}[2]{\binom{#1}{#2}}
\newcommand{\varinjlim}{\operatorname*{inj\,lim}} \newcommand{\varprojlim}{\operatorname*{proj\,lim}}
\newcommand{\injlim}{\operatorname*{inj\,lim}} \newcommand{\projlim}{\operatorname*{proj\,lim}}
\newcommand{\varlimsup}{\overline{\lim}} \newcommand{\varliminf}{\underline{\lim}}
\newcommand{\idotsint}{\int\cdots\int}
\newcommand{\smash}[1]{#1} \newcommand{\llap}[1]{#1} \newcommand{\rlap}[1]{#1} \newcommand{\vphantom}[1]{}
\newcommand{\thinspace}{\,} \newcommand{\negthinspace}{\!} \newcommand{\space}{\ } \newcommand{\mathstrut}{}
\newcommand{\fbox}[1]{\boxed{\text{#1}}} \newcommand{\href}[2]{#2} \newcommand{\class}[2]{#2} \newcommand{\style}[2]{#2}
\newcommand{\cssId}[2]{#2} \newcommand{\hfill}{\quad} \newcommand{\bbox}[2][]{#2}
"""
_COLOURS = re.compile(r"\\(?:text)?color\s*(?:\[[^\]]*\])?\s*\{[^{}]*\}")
_SILENT = re.compile(
    r"\\(?:label|require)\s*\{[^{}]*\}|\\(?:nonumber|notag|displaylimits|(?:LARGE|[Ll]arge|[Hh]uge|small|tiny))(?![A-Za-z])"
    r"|\\(?:kern|mskip|mkern|hskip|raise|lower)\s*-?[\d.]+\s*(?:pt|mu|em|ex|px|cm|mm)"
)
# Plain TeX's switches of a face, to the end of their group, and its fractions.
_FACE = re.compile(
    r"\{\s*\\(bf|rm|it|cal|sf|tt)(?![A-Za-z])\s*([^{}]*)\}|^\\(bf|rm|it|cal|sf|tt)(?![A-Za-z])\s*([^{}]*)$"
)
_OVER = re.compile(r"\{([^{}]*)\\(over|atop)(?![A-Za-z])([^{}]*)\}")
_CASES = re.compile(r"\\(begin|end)\{([dr])cases\}")
_UNICODE = re.compile(r"\\unicode\s*\{x([0-9A-Fa-f]{1,5})\}")
_DETERMINANT = re.compile(r"\\(begin|end)\{(v|V)matrix\}")
_DEFINES = re.compile(r"\\(?:(?:re|provide)?newcommand|DeclareMathOperator|def|let)\s*\*?(?![A-Za-z])")
_DEFINITION = re.compile(
    r"\\(?P<how>(?:re|provide)?newcommand|renewcommand|DeclareMathOperator|def|let)\s*(?P<star>\*?)\s*"
    r"(?:\{\s*\\(?P<braced>[A-Za-z]+|.)\s*\}|\\(?P<bare>[A-Za-z]+|.))\s*"
)
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_ALIGNED = re.compile(r"\\begin\{(align(?:ed|at|edat)?\*?)\}(.*?)\\end\{\1\}", re.DOTALL)
_LONGEST, _MOST = 20_000, 5_000

# Names of Typst's symbols that pandoc writes and Typst no longer has.
_RENAMED = re.compile(r"(?<![\w.])(?:sect|(?:times|minus|dot|plus|div|dash)\.circle)(?![\w])")
_NEW = {"sect": "inter"}


@dataclass(frozen=True)
class Macro:
    """A command: how many arguments it takes, the value of an optional first one, and what it stands for."""

    arguments: int
    body: str
    default: str | None = None


@dataclass
class Macros:
    """The macros of a notebook."""

    known: dict[str, Macro] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Know the commands that pandoc lacks."""
        self.collect(_KNOWN)

    def collect(self, tex: str) -> str:
        """Take over the definitions in a formula and return the rest of it."""
        rest, place = [], 0
        while found := _DEFINES.search(tex, place):
            read = _read(tex, found.start(), self.known)
            if read is None:
                rest.append(tex[place : found.end()])
                place = found.end()
                continue
            name, macro, end = read
            self.known[name] = macro
            rest.append(tex[place : found.start()])
            place = end
        return "".join([*rest, tex[place:]]).strip()

    def expanded(self, tex: str) -> str:
        """Return a formula without macros; one whose macros come to no end is returned as it was written."""
        made, place = tex, 0
        for _ in range(_MOST):
            found = _COMMAND.search(made, place)
            if not found:
                return made
            macro = self.known.get(found[1])
            if macro is None:
                place = found.end()
                continue
            given, end = _given(made, found.end(), macro)
            body = _filled(macro.body, given)
            # A name must not run into the letter that follows it.
            gap = " " if re.search(r"\\[A-Za-z]+$", body) and made[end : end + 1].isalpha() else ""
            made, place = made[: found.start()] + body + gap + made[end:], found.start()
            if len(made) > _LONGEST:
                break
        return tex


def _filled(body: str, given: list[str]) -> str:
    """Return a macro's body with its arguments in place."""
    return re.sub(r"#([1-9])", lambda hole: given[int(hole[1]) - 1] if int(hole[1]) <= len(given) else "", body)


def _read(tex: str, start: int, known: Mapping[str, Macro]) -> tuple[str, Macro, int] | None:
    """Return name, macro and end of the definition that starts here, or None where it is none."""
    head = _DEFINITION.match(tex, start)
    if not head:
        return None
    name, place, count, default = head["braced"] or head["bare"], head.end(), 0, None
    if head["how"] == "let":
        other = re.compile(r"=?\s*(\\(?:[A-Za-z]+|.)|\S)").match(tex, place)
        if not other:
            return None
        return name, known.get(other[1][1:], Macro(0, other[1])), other.end()
    if head["how"] == "def":
        holes = re.compile(r"(?:#[1-9]\s*)*").match(tex, place)
        count, place = (holes[0].count("#"), holes.end()) if holes else (0, place)
    elif number := re.compile(r"\[([0-9])\]\s*").match(tex, place):
        count, place = int(number[1]), number.end()
        if optional := re.compile(r"\[([^\]]*)\]\s*").match(tex, place):
            default, place = optional[1], optional.end()
    body, end = _argument(tex, place)
    if end == place:
        return None
    if head["how"] == "DeclareMathOperator":
        body = f"\\operatorname{head['star']}{{{body}}}"
    return name, Macro(count, body, default), end


def _given(tex: str, place: int, macro: Macro) -> tuple[list[str], int]:
    """Return the arguments that follow a command, and where they end."""
    given = []
    if macro.default is not None:
        optional = re.compile(r"\s*\[([^\]]*)\]").match(tex, place)
        given.append(optional[1] if optional else macro.default)
        place = optional.end() if optional else place
    while len(given) < macro.arguments:
        body, place = _argument(tex, place)
        given.append(body)
    return given, place


def _argument(tex: str, place: int) -> tuple[str, int]:
    """Return one argument, a group in braces or a single token, and where it ends."""
    while place < len(tex) and tex[place].isspace():
        place += 1
    if place >= len(tex):
        return "", place
    if tex[place] != "{":
        token = _COMMAND.match(tex, place)
        return (token[0], token.end()) if token else (tex[place], place + 1)
    depth = 0
    for end in range(place, len(tex)):
        if tex[end] in "{}" and (end == 0 or tex[end - 1] != "\\"):
            depth += 1 if tex[end] == "{" else -1
            if depth == 0:
                return tex[place + 1 : end], end + 1
    return tex[place + 1 :], len(tex)


def known_to_pandoc(tex: str, macros: Macros) -> tuple[str, bool]:
    """Return a formula in the TeX that pandoc reads, and whether a colour was lost."""
    plain, colours = _COLOURS.subn("", macros.expanded(tex))
    plain = _SILENT.sub("", plain).strip()
    plain = _FACE.sub(lambda found: rf"\math{found[1] or found[3]}{{{found[2] or found[4] or ''}}}", plain)
    plain = _OVER.sub(_fraction, plain)
    plain = _UNICODE.sub(lambda found: rf"\text{{{chr(int(found[1], 16))}}}", plain)
    plain = _CASES.sub(_cases, _DETERMINANT.sub(_bars, plain))
    return _ALIGNED.sub(_apart, plain).strip(), bool(colours)


def _fraction(found: re.Match[str]) -> str:
    if found[2] == "over":
        return rf"\frac{{{found[1]}}}{{{found[3]}}}"
    return rf"\begin{{matrix}}{found[1]}\\{found[3]}\end{{matrix}}"


def _bars(found: re.Match[str]) -> str:
    """Write a determinant as a matrix between bars: pandoc has one name for both kinds, and Typst does not know it."""
    bar = {"v": "|", "V": r"\|"}[found[2]]
    return rf"\left{bar}\begin{{matrix}}" if found[1] == "begin" else rf"\end{{matrix}}\right{bar}"


def _cases(found: re.Match[str]) -> str:
    if found[2] == "d":
        return rf"\{found[1]}{{cases}}"
    return r"\left.\begin{matrix}" if found[1] == "begin" else r"\end{matrix}\right\}"


def _apart(found: re.Match[str]) -> str:
    """Set a gap between the pairs of columns of an alignment, as TeX does."""
    if "\\begin" in found[2]:
        return found[0]
    rows = []
    for row in found[2].split(r"\\"):
        cells = re.split(r"(?<!\\)&", row)
        rows.append(
            "&".join(r"\quad " + cell if index and index % 2 == 0 else cell for index, cell in enumerate(cells))
        )
    return f"\\begin{{{found[1]}}}" + r"\\".join(rows) + f"\\end{{{found[1]}}}"


def for_typst(written: str) -> str:
    """Return what pandoc wrote for Typst with the names that Typst has today."""
    written = written.replace('delim: "||"', 'delim: "‖"')
    return _RENAMED.sub(lambda found: _NEW.get(found[0]) or found[0].replace(".circle", ".o"), written)
