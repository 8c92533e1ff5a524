# What people and CI type. Everything lives in .venv; nothing else on the machine is touched.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
.DEFAULT_GOAL := help
.PHONY: help install run test test-services check dashboards bench pictures lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

install: .venv/run.stamp ## a virtual environment with the command .venv/bin/replywatch

run: install ## the daemon, on SQLite, with the built-in sandbox platform
	$(BIN)/replywatch run -c config/sandbox.yml

test: .venv/test.stamp ## every test that needs no outside server
	$(BIN)/pytest -q -n auto --dist worksteal -m "not service and not check"

test-services: .venv/services.stamp .venv/axe.stamp ## the tests that need a server; skipped where it is not installed
	$(BIN)/pytest -q -n 3 --dist loadfile -m service
	$(BIN)/pytest -q -n auto --dist loadfile -m "not service" --store postgresql tests/store tests/cycle

check: .venv/check.stamp .venv/services.stamp ## lint, types, layering, comparisons with heavy peers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -m check

dashboards: .venv/check.stamp ## writes the JSON of the Grafana dashboards anew
	$(BIN)/python -m dashboards

bench: .venv/bench.stamp .venv/services.stamp ## measures what is claimed to be fast, beside a floor or a peer
	$(BIN)/python -m benchmarks

pictures: .venv/services.stamp .venv/check.stamp ## takes the pictures of the pages in docs/ anew
	$(BIN)/python docs/pictures.py

lock: .venv/bin/python ## renews the pinned requirements
	$(PIP) install uv
	PATH="$(CURDIR)/$(BIN):$$PATH" sh requirements/lock.sh

clean: ## removes the virtual environment
	rm -rf .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "replywatch needs Python 3.11 or newer as $(PYTHON); name another with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) came without venv; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/%.stamp: requirements/%.txt .venv/run.stamp
	$(PIP) install --require-hashes -r $<
	@touch $@

# What reads pages as somebody does who cannot see them; without npm its tests are skipped.
AXE := axe-core@4.10.3
.venv/axe.stamp: | .venv/bin/python
	@mkdir -p .venv/axe
	@cd .venv/axe && npm pack --silent $(AXE) && tar -xzf axe-core-*.tgz && rm axe-core-*.tgz || \
	  echo "npm is not here, or cannot fetch $(AXE): accessibility is not looked at"
	@touch $@
