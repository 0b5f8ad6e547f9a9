"""What `import analysis as an` offers: every name loads, late, and is the same whatever was imported before."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from house_kit import ROOT, python
from sizes import ANNEXES

LIBRARY = Path(__file__).parents[1] / "analysis"
# Annexes may be absent: see without_annexe.py.
ABSENT = {name for name in ANNEXES if not (LIBRARY / name / "__init__.py").is_file()}
if "curate" in ABSENT:
    ABSENT.add("coverage")
PACKAGES = ("analysis", *(f"analysis.{path.parent.name}" for path in sorted(LIBRARY.glob("*/__init__.pyi"))))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_of_a_stub_loads_and_is_listed(package: str) -> None:
    module = importlib.import_module(package)
    assert len(module.__all__) > 0
    for name in set(module.__all__) - ABSENT:
        value = getattr(module, name)
        assert getattr(value, "__name__", name).split(".")[-1] == name
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("package", PACKAGES)
def test_an_unknown_name_is_an_attribute_error(package: str) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = importlib.import_module(package).no_such_name


def test_importing_the_library_loads_nothing_heavy(tmp_path: Path) -> None:
    code = f"import sys, {', '.join(PACKAGES)}; print(*sys.modules)"
    done = python(tmp_path, "-c", f"import sys; sys.path.insert(0, {str(LIBRARY.parent)!r}); {code}")
    assert done.returncode == 0, done.stderr
    assert not {"pandas", "numpy", "matplotlib", "scipy", "ibis"} & set(done.stdout.split())


@pytest.mark.parametrize("first", ["import analysis.PLACE", "from analysis.PLACE import NAME", "an.PLACE"])
@pytest.mark.parametrize("place", ["charts.tension", "findings.asymmetry"])
def test_a_function_may_bear_the_name_of_its_module(place: str, first: str) -> None:
    first = first.replace("PLACE", place).replace("NAME", place.split(".")[1])
    done = python(ROOT, "-c", f"import analysis as an; {first}; print(callable(an.{place}))")
    assert (done.stdout, done.stderr) == ("True\n", "")
