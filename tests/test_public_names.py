"""What `import analysis as an` offers: every name loads, late, and is the same whatever was imported before."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from house_kit import copy_library, python
from sizes import ANNEXES

LIBRARY = Path(__file__).parents[1] / "analysis"
# Annexes may be absent: see without_annexe.py.
ABSENT = {name for name in ANNEXES if not (LIBRARY / name / "__init__.py").is_file()}
PACKAGES = ("analysis", *(f"analysis.{path.parent.name}" for path in sorted(LIBRARY.glob("*/__init__.pyi"))))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_of_a_stub_loads_and_is_listed(package: str) -> None:
    module = importlib.import_module(package)
    assert len(module.__all__) > 0
    for name in set(module.__all__) - ABSENT:
        value = getattr(module, name)
        assert getattr(value, "__name__", name) in (name, f"analysis.{name}"), name
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


@pytest.mark.parametrize(
    "first", ["import analysis.charts.tension", "from analysis.charts.tension import tension", "an.charts.tension"]
)
def test_a_function_may_bear_the_name_of_its_module(first: str, tmp_path: Path) -> None:
    charts = copy_library(tmp_path) / "analysis" / "charts"
    stub = (charts / "__init__.pyi").read_text(encoding="utf-8")
    line = next(line for line in stub.splitlines() if line.endswith("import tension as tension"))
    module = line.split()[1].removeprefix(".")
    (charts / f"{module}.py").rename(charts / "tension.py")
    (charts / "__init__.pyi").write_text(stub.replace(line, "from .tension import tension as tension"), "utf-8")
    code = f"import analysis as an; {first}; import analysis.charts.tension as module; print(callable(an.charts.tension), module)"
    done = python(tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("True ")
