# Every target sets up what it needs: a virtual environment in .venv with the pinned versions of constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
AS_OF ?=
READY := .venv/ready

.PHONY: briefing test test-fast test-oldest test-newest lint apart coverage mutants sizes docs lab notebooks pictures contact-sheet shown methods bench bench-export clean

briefing: $(READY)
	@echo "Writing briefing.pdf; about ten seconds ..."
	$(BIN)/workbook brief russia-belarus $(if $(AS_OF),--as-of $(AS_OF)) --out briefing.pdf

test: lint
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(PYTEST) tests notebooks --nbval --nbval-sanitize-with notebooks/nbval.cfg

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/deptry .

# What one runs before every commit: no kernel, no browser, no Spark, under a minute on two cores.
FAST := agree agreement changes charts_labels charts_words conduct dates diff display explain findings forecasts parts \
	positions public_names record_check structure tension turning_points
test-fast: lint
	$(BIN)/pytest -n auto --dist loadfile $(FAST:%=tests/test_%.py)

# The lowest versions that pyproject.toml promises, in an environment of their own, on the tests that use them most.
OLDEST := .venv-oldest/bin
test-oldest: $(READY)
	$(PYTHON) -m venv .venv-oldest
	$(BIN)/python tests/oldest.py > .venv-oldest/oldest.txt
	$(OLDEST)/python -m pip install --quiet --disable-pip-version-check --constraint .venv-oldest/oldest.txt --editable '.[test]'
	$(OLDEST)/pytest -n auto --dist loadfile $(FAST:%=tests/test_%.py) tests/test_export.py tests/test_run.py

# Each annexe deleted with its tests in a copy, and a quick part of the rest run there.
apart: $(READY)
	$(BIN)/python tests/without_annexe.py

# Lines that the tests reach, with a floor. What runs in kernels is not seen.
COVERED ?= 80
coverage: $(READY)
	$(BIN)/pytest -n auto --dist loadfile --cov --cov-report=term:skip-covered --cov-fail-under=$(COVERED) tests

# Changes of one sign or word in the code that is said aloud; each that no test notices is printed. Long.
mutants: $(READY)
	$(BIN)/python tests/mutants.py

sizes: $(READY)
	$(BIN)/python tests/sizes.py

# The API reference from the docstrings, in build/docs.
docs: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	$(BIN)/pdoc --docformat numpy --output-directory build/docs analysis

# The suite on the newest versions of what the workbook stands on, in an environment of its own; slow.
test-newest:
	$(PYTHON) -m venv --clear .venv-newest
	.venv-newest/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	.venv-newest/bin/pytest -n auto --dist loadfile tests

lab: $(READY)
	$(BIN)/workbook lab

notebooks: $(READY)
	$(BIN)/workbook check
	$(BIN)/python -m analysis.runs.refresh notebooks/*.ipynb

# The pictures of the README; pdftoppm is part of poppler-utils.
pictures: $(READY)
	$(BIN)/python -c 'import analysis as an; rel = an.load("russia-belarus"); period = {"start": "2000-01-01", "end": rel.cutoff}; share = an.tension(rel.events, **period); an.charts.tension(share, rel.events[rel.events["dyad"]], peaks=an.peaks(rel.events, **period), eras=rel.eras, sides=rel.sides, cutoff=rel.cutoff, half_life="180D").save("docs/tension.png")'
	$(BIN)/workbook brief russia-belarus --as-of 2023-04-06 --start 2014-01-01 --out docs/briefing.pdf
	for page in 1 2 3; do pdftoppm -f $$page -l $$page -singlefile -r 60 -png docs/briefing.pdf docs/briefing-$$page; done
	rm docs/briefing.pdf

# What commands print, where the README shows it.
shown: $(READY)
	$(BIN)/python -m tests.shown README.md

# Every chart on nine kinds of input at both widths, in colour, in grey and under three deficiencies, in build/charts.
contact-sheet: $(READY)
	$(BIN)/python tests/contact_sheet.py build/charts

# The figures in docs/methods.md; about four minutes. Run it after any change of the record.
methods: $(READY)
	ONE_ANSWER=all $(BIN)/pytest tests/test_one_answer.py
	$(BIN)/python -m tests.validity docs/methods.md

bench: $(READY)
	$(BIN)/pytest tests/benchmarks --benchmark-only --benchmark-columns=min,median,rounds

# What becomes of a folder of notebooks: made, made with warnings, refused, words missing.
bench-export: $(READY)
	$(BIN)/python tests/benchmarks/export_folder.py $(FOLDER)

clean:
	rm -rf .venv .venv-oldest .venv-newest build .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis briefing.pdf

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, not " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "Making .venv with the packages of constraints.txt; a few minutes the first time ..."
	$(PYTHON) -m venv .venv
	@$(BIN)/python tests/install.py --constraint constraints.txt --editable '.[test]'
	touch $@
