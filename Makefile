# demo: install and start with data in it.  test: every gate and every test but the slow ones.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
HOME_DIR ?= home
LOCALE := src/tongguan/web/locale
INSTALLED := $(VENV)/installed.stamp
DEVELOPED := $(VENV)/developed.stamp

# What an editable install is made of: a change of one of them installs again.
BUILD_FILES := pyproject.toml hatch_build.py frontend/package.json frontend/package-lock.json

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo install dev check test test-long docs i18n lock clean

help:
	@echo "make demo       install into $(VENV) and start Tongguan with data in it"
	@echo "make test       all gates and tests; what cannot run here is listed by name"
	@echo "make test-long  the slow tests as well"
	@echo "make check      ruff, mypy and the import contract only"
	@echo "make docs       write the generated pages again"
	@echo "make i18n       collect texts for translation"
	@echo "make lock       choose versions again and write the lock files"
	@echo "make clean      remove what was made, $(VENV) too; homes stay"

demo: $(INSTALLED)
	$(BIN)/tongguan demo --home $(HOME_DIR)/demo

install: $(INSTALLED)

dev: $(DEVELOPED)

# One worker more than there are cores, for tests wait for servers and browsers; a file's tests stay on one of them.
# WORKERS=0 runs all in one process, in the order of the folders.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PARALLEL := -n $(WORKERS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder
test: dev
	$(BIN)/python -m pytest -m "not slow" $(PARALLEL)

# Some of the slow tests measure, so nothing runs beside them.
test-long: test
	$(BIN)/python -m pytest -m slow --timeout 1800

check: dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

docs: dev
	for tool in tools/*.py; do $(BIN)/python $$tool || exit 1; done

# English is in the code; web/kit/texts.py reads the .po file at start, so nothing is compiled.
CATALOGUE := $(LOCALE)/zh_CN/LC_MESSAGES/messages.po
i18n: dev
	$(BIN)/pybabel -q extract -F babel.cfg -k msg -k t -k plural:1,2 --no-location --sort-output \
		--project tongguan -o $(VENV)/messages.pot src/tongguan
	mkdir -p $(dir $(CATALOGUE))
	if [ -f $(CATALOGUE) ]; then verb=update; else verb=init; fi; \
	$(BIN)/pybabel -q $$verb -i $(VENV)/messages.pot -o $(CATALOGUE) -l zh_CN

LOCK := $(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml
lock: dev
	$(LOCK) -o requirements/run.txt
	$(LOCK) --extra dev --extra postgres -c requirements/run.txt -o requirements/dev.txt
	cd frontend && npm install --package-lock-only

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf src/tongguan/web/static/vendor
	find src tests tools -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else f"Tongguan needs Python 3.11 or newer, this is {sys.version}; name another with: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements/run.txt $(BUILD_FILES) | $(BIN)/python
	@echo "installing into $(VENV); the first time this takes a minute or two"
	$(PIP) install -q --require-hashes -r requirements/run.txt
	$(PIP) install -q --no-deps -e .
	@touch $@

$(DEVELOPED): requirements/dev.txt $(INSTALLED)
	$(PIP) install -q --require-hashes -r requirements/dev.txt
	@touch $@
