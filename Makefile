# Every target sets up what it needs: a virtual environment in .venv with the pinned versions of constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
AS_OF ?=
READY := .venv/ready

.PHONY: briefing test lab notebooks pictures methods bench clean

briefing: $(READY)
	$(BIN)/workbook brief russia-belarus $(if $(AS_OF),--as-of $(AS_OF)) --out briefing.pdf

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile tests notebooks --nbval --nbval-sanitize-with notebooks/nbval.cfg

lab: $(READY)
	$(BIN)/workbook lab

notebooks: $(READY)
	$(BIN)/workbook check
	$(BIN)/python -m analysis.runs.refresh notebooks/*.ipynb

# The pictures of the README; pdftoppm is part of poppler-utils.
pictures: $(READY)
	$(BIN)/python -c 'import analysis as an; rel = an.load("russia-belarus"); share = an.tension(rel.events, start="2000-01-01", end=rel.cutoff); an.charts.tension(share, rel.events[rel.events["dyad"]], sides=rel.sides, cutoff=rel.cutoff, half_life="180D").save("docs/tension.png")'
	$(BIN)/workbook brief russia-belarus --as-of 2023-04-06 --start 2014-01-01 --out docs/briefing.pdf
	for page in 1 2 3; do pdftoppm -f $$page -l $$page -singlefile -r 60 -png docs/briefing.pdf docs/briefing-$$page; done
	rm docs/briefing.pdf

# The figures in docs/methods.md; about two minutes. Run it after any change of the record.
methods: $(READY)
	$(BIN)/python -m tests.validity docs/methods.md

bench: $(READY)
	$(BIN)/pytest tests/benchmarks --benchmark-only --benchmark-columns=min,median,rounds

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis briefing.pdf

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, not " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@
