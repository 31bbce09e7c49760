# `make demo` and `make test` work on a fresh machine with Python 3.11+ and git; whichever comes first makes .venv.

# A version manager's shim answers to a name whose Python is not there: what counts is that it runs.
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$each; break; }; done)
BIN := .venv/bin
PYTEST := $(BIN)/pytest

.PHONY: help demo test live static report bench soak figures tables lint lock clean
.DEFAULT_GOAL := help

help: ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: .venv/run ## the incident is caught, and its repair passes, in a sandbox
	@$(BIN)/asbuilt demo

test: .venv/dev ## the suite's own tests (about 15 minutes on two cores)
	@$(PYTEST) tests -n auto --dist worksteal --tb=short -m "" -rs $(ARGS)

live: .venv/run ## the real state against estate.yaml (needs tokens; ARGS="..." as of asbuilt live; any failure is make's exit 2)
	@$(BIN)/asbuilt live $(ARGS)

static: .venv/run ## the workflow files of a checkout (ARGS="--checkout DIR")
	@$(BIN)/asbuilt static $(ARGS)

report: .venv/run ## the newest run as one HTML file (DIR=reports/RUN for another)
	@$(BIN)/asbuilt record $(or $(DIR),reports/latest)

bench: .venv/dev ## how long a workflow file, a start of the command and a large run take, and what these are multiples of
	@$(BIN)/python tests/bench/workflow_files.py
	@$(BIN)/python tests/bench/many_files.py
	@$(BIN)/python tests/bench/start_up.py
	@$(BIN)/python tests/bench/large_runs.py

soak: .venv/dev ## a thousand looks of a watch over faults that come and go (ARGS="LOOKS SEED"; some ten minutes)
	@$(BIN)/python tests/bench/watch_looks.py $(ARGS)

figures: .venv/dev ## files, lines and arrows by package (ARGS="REVISION ..." for some side by side)
	@$(BIN)/python tests/bench/figures.py $(ARGS)
tables: .venv/dev ## what GitHub takes in workflows and actions, from what npm has of it (npm ci)
	@$(BIN)/python tests/workflows/oracle/github_syntax.py

lint: .venv/dev ## style, types, import walls, workflows and the action
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/zizmor --offline --quiet --persona auditor .github action.yml

lock: .venv/dev ## both lock files anew, from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml -q -U --universal --python-version 3.11 --generate-hashes --no-header --extra build -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml -q --universal --python-version 3.11 --generate-hashes --no-header --extra build --extra dev -c requirements.lock -o requirements-dev.lock

clean: ## the runs, the packages that were built, and caches; .venv stays
	@rm -rf reports/2* reports/sandbox-* reports/latest reports/tests.xml dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/run: requirements.lock
	@$(call install,requirements.lock)

.venv/dev: requirements-dev.lock
	@$(call install,requirements-dev.lock)
	@touch .venv/run

# A virtual environment with exactly what the lock names, and this project itself, from where it stands.
define install
test -n "$(PYTHON)" || { echo "asbuilt needs Python 3.11 or later: install it, or name it: make PYTHON=/path/to/python3"; exit 1; }; \
echo "setting up .venv from $(1) (once, about a minute) ..."; \
test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "could not make .venv: Debian and Ubuntu need the package python3-venv"; rm -rf .venv; exit 1; }; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1) && \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable . && \
touch .venv/$(if $(findstring dev,$(1)),dev,run)
endef
