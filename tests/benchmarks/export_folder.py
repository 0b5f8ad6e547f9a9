"""What becomes of a folder of notebooks: made, made with warnings, refused, and the words that are missing.

    make bench-export FOLDER=path/to/notebooks

Each notebook under the folder is exported as PDF and as HTML. The words of the page are compared with those of
`nbconvert --to html --no-input`: what stands there and not here is missing. Formulas are set aside, because nbconvert
leaves their TeX to the browser. Seconds are of the processor, pandoc's included.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
from collections import Counter
from pathlib import Path

from bs4 import BeautifulSoup
from nbconvert import HTMLExporter

from analysis.errors import WorkbookError
from analysis.export import export

_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$|\\\[.*?\\\]|\\\(.*?\\\)|\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060]")


def words(page: str) -> Counter[str]:
    """Return the words of a page, without scripts, styles, prompts and formulas."""
    tree = BeautifulSoup(page, "html.parser")
    for tag in tree(["script", "style", "math", "title", "template"]):
        tag.decompose()
    for tag in tree.select(".jp-InputPrompt, .jp-OutputPrompt, .anchor-link, [hidden]"):
        tag.decompose()
    body = tree.body or tree
    return Counter(re.findall(r"\w{2,}", _FORMULA.sub(" ", _UNSEEN.sub("", body.get_text(" ")))))


def seconds() -> float:
    """Return the processor's time of this process and of its children so far."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def measured(path: Path) -> tuple[str, float, str, list[str]]:
    """Return what became of a notebook, its seconds as PDF, the share of words missing, and what was said of it."""
    notices: list[str] = []
    begun = seconds()
    try:
        export(path, form="pdf", report=lambda notice: notices.append(str(notice)))
    except WorkbookError as refusal:
        return "refused", seconds() - begun, "", [str(refusal)]
    spent = seconds() - begun
    ours = words(export(path, form="html", report=lambda notice: None).decode("utf-8"))
    try:
        theirs = words(HTMLExporter(exclude_input=True).from_filename(str(path))[0])
    except Exception as error:  # nbconvert refuses some notebooks that can be read
        return "made", spent, f"nbconvert: {type(error).__name__}", notices
    lost = theirs - Counter(dict.fromkeys(ours, 10**6))
    share = sum(lost.values()) / max(1, sum(theirs.values()))
    if share > 0.005:
        notices.append("words missing: " + " ".join(list(lost)[:12]))
    return "made with warnings" if notices else "made", spent, f"{share:.1%}", notices


def main() -> None:
    """Print the table for a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--say", action="store_true", help="also print what was said of each notebook")
    asked = parser.parse_args()
    paths = sorted(asked.folder.rglob("*.ipynb"))
    if not paths:
        sys.exit(f"{asked.folder}: there is no notebook in this folder.")
    counts: Counter[str] = Counter()
    for path in paths:
        became, spent, share, notices = measured(path)
        counts[became] += 1
        print(f"{became:18} {spent:6.2f} s  {share:>6}  {path.relative_to(asked.folder)}", flush=True)
        if asked.say or became == "refused":
            print(*(f"    {line}" for line in notices), sep="\n", flush=True)
    print(
        f"{len(paths)} notebooks: "
        + ", ".join(f"{counts[name]} {name}" for name in ("made", "made with warnings", "refused"))
    )


if __name__ == "__main__":
    main()
