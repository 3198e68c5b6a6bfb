# Vigie. `make` alone lists the targets.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
SOURCES := pyproject.toml constraints.txt locks/build.txt locks/run.txt inbox/web/assets/package-lock.json inbox/web/assets/build_hook.py

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := $(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11

FAULTS := $(VENV)/audit/faults.txt

.DEFAULT_GOAL := help
.PHONY: help install up drill test test-citus check bench chaos cuts mutants attack screenshots lock audit clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

install: $(STAMP) ## make .venv with exact versions, and build the screens' assets

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Vigie needs Python 3.11 or newer; name one: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(VENV)/bin/python $(SOURCES)
	$(PIP) --require-hashes --requirement locks/build.txt --requirement locks/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): $(STAMP) locks/dev.txt
	$(PIP) --require-hashes --requirement locks/dev.txt
	@touch $@

# Digests of every file of every version, for all platforms: what was changed at the registry is refused.
lock: $(VENV)/bin/python ## write locks/ anew after a change of pyproject.toml or constraints.txt
	@test -x $(VENV)/lock/bin/uv || { $(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9; }
	$(LOCK) --constraints constraints.txt --output-file locks/run.txt pyproject.toml
	$(LOCK) --constraints constraints.txt --output-file locks/dev.txt --extra dev pyproject.toml
	$(LOCK) --output-file locks/build.txt locks/build.in

up: install ## start everything on http://127.0.0.1:8040 (VIGIE_PORT, VIGIE_DATA_DIR); Ctrl-C stops it
	@exec $(BIN)/vigie up --demo

drill: install ## send a scripted bad buzz to the running instance (CHANNELS=x,instagram,imap ARGS="--speed 2")
	@exec $(BIN)/vigie drill $(if $(CHANNELS),--channels $(CHANNELS)) $(ARGS)

# A server, a browser or a process may be slow to come on a busy machine: what only ran out of time is tried once more,
# and named at the end.
PATIENCE := --reruns 1 --only-rerun 'Timeout|Locator expected' -rR

test: $(DEV_STAMP) ## set up what the tests need (Chromium too) and run them all, on up to four processors
	@$(BIN)/python -m tests.chromium
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(PATIENCE) $(ARGS)

test-citus: $(DEV_STAMP) ## the log, the main job and a moving brand on Citus (PG_BIN=bin folder of a PostgreSQL that has it)
	@$(BIN)/python -m tests.citus '$(PG_BIN)' $(ARGS)

check: $(DEV_STAMP) ## types, lint, import contracts, fast tests: under a minute
	$(BIN)/ruff format --check services inbox classifier tests
	$(BIN)/ruff check services inbox classifier tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/core tests/channels/test_reading.py tests/channels/test_signatures.py

bench: $(DEV_STAMP) ## measure docs/benchmarks.md anew, peers beside us (ONLY=append,ingest ARGS=--quick BENCH_DIR=folder)
	@$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY)) $(ARGS)

chaos: $(DEV_STAMP) ## break a running site on purpose, reckon, write docs/reliability.md (ARGS="--only R1 --times 200 --rate 200")
	@$(BIN)/python -m tests.chaos $(ARGS)

cuts: $(DEV_STAMP) ## cut a browser's live queue a hundred times at random, and compare what it shows with a reload (CUTS=100 SEED=1)
	@$(BIN)/python -m tests.chromium
	@VIGIE_CUTS=$(or $(CUTS),100) VIGIE_CUTS_SEED=$(or $(SEED),1) $(BIN)/python -m pytest -s tests/browser/test_reconnect.py

mutants: $(DEV_STAMP) ## spoil what networks send, 10,000 bodies of each, and read them (ARGS="--count 500 --network x")
	@$(BIN)/python -m tests.channels.mutants $(ARGS)

attack: $(DEV_STAMP) ## bandit, schemathesis, wapiti and sqlmap against the source and a live instance, 10,000 spoilt bodies to every route (ARGS="--only wapiti")
	@$(BIN)/python -m tests.attack $(ARGS)

screenshots: $(DEV_STAMP) ## photograph every screen and state into var/screenshots: two languages, three widths, two themes (ARGS="--only queue", ARGS=--readme)
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m tests.screens $(ARGS)

audit: $(STAMP) ## known faults of what we depend on (pip-audit), and a list of it (sbom.json), by tools with an environment of their own
	@test -x $(VENV)/audit/bin/pip-audit || { $(PYTHON) -m venv $(VENV)/audit && $(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1 cyclonedx-bom==7.5.0; }
	$(VENV)/audit/bin/cyclonedx-py environment $(BIN)/python --output-format JSON --output-file sbom.json
	@rm -f $(FAULTS)
	@$(VENV)/audit/bin/pip-audit --strict --disable-pip --progress-spinner off --requirement locks/run.txt --output $(FAULTS) && echo "make audit: no known faults; sbom.json is written." || { \
	  if test -s $(FAULTS); then cat $(FAULTS); echo "make audit: these faults are known; sbom.json is written."; exit 1; fi; \
	  echo "make audit: the database of faults does not answer (the error above): NOTHING IS KNOWN of faults. sbom.json is written."; exit 2; }

clean: ## remove the environment and what the tools left (data in var/ stay)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
