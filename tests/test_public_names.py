"""What `import analysis as an` offers: every name loads, late, and is the same whatever was imported before."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from house_kit import copy_library, python

PACKAGES = ("analysis", *(f"analysis.{name}" for name in ("charts", "explore", "export", "feeds", "findings", "runs")))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_of_a_stub_loads_and_is_listed(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__all__
    for name in module.__all__:
        value = getattr(module, name)
        assert getattr(value, "__name__", name) in (name, f"analysis.{name}"), name
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("package", PACKAGES)
def test_an_unknown_name_is_an_attribute_error(package: str) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = importlib.import_module(package).no_such_name


def test_importing_the_library_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys, analysis, analysis.charts, analysis.findings, analysis.feeds; print(*sys.modules)"
    done = python(tmp_path, "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r}); {code}")
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
