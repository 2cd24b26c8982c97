# Everything installs into .venv here, from locks with hashes. Needs Python 3.11 to 3.13, make and a package registry.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test faults bench coverage lint format lock migrate clean

# The first Python that works and fits; choose another with `make run PYTHON=/path/to/python`.
PYTHON ?=
FITS = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PIP = .venv/bin/python -m pip --disable-pip-version-check --no-input
# The locks are complete, so nothing is left to resolve; older pips would look for newer releases of what has extras.
INSTALL = $(PIP) install --require-hashes --no-deps

# Tests of one file stay in one process; many of them wait, so there may be more than cores. `make test ARGS="-k booking"` chooses.
# In the order of their names: by default the files with the fewest tests run last, and these are the long ones.
WORKERS ?= 3
ARGS ?=
PYTEST = .venv/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/installed ## Install what is missing, start everything, book a first appointment; Ctrl-C stops it
	@exec .venv/bin/ringbook up

test: .venv/installed-dev ## Run all tests (ARGS="-k name" chooses)
	$(PYTEST) $(ARGS)

faults: .venv/installed-dev ## Kill, freeze and cut everything off, at length, and print what it cost (ARGS="--help")
	.venv/bin/python -m tests.faults $(ARGS)

bench: .venv/installed-dev ## Measure everything beside its bare counterpart and print the table (ARGS="--help")
	.venv/bin/python -m tests.bench $(ARGS)

coverage: .venv/installed-dev ## Run all tests and show which lines none of them reached
	$(PYTEST) --cov --cov-report=term-missing:skip-covered $(ARGS)

lint: .venv/installed-dev ## Check style, format, types and who imports what
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

format: .venv/installed-dev ## Put the code into its one format
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: ## Choose the newest versions that fit pyproject.toml, for all systems (needs uv)
	@command -v uv >/dev/null || test -x .venv/bin/uv || { echo "make lock needs uv: https://docs.astral.sh/uv"; exit 1; }
	PATH="$(CURDIR)/.venv/bin:$$PATH" uv $(COMPILE) pyproject.toml -o requirements.lock
	PATH="$(CURDIR)/.venv/bin:$$PATH" uv $(COMPILE) pyproject.toml --group dev -c requirements.lock -o tests/requirements.lock

COMPILE = pip compile --upgrade --universal --generate-hashes --python-version 3.11 --no-header --no-emit-find-links

migrate: .venv/installed ## Bring the database to the current schema
	.venv/bin/ringbook migrate

clean: ## Remove all that can be made again; the data in var/ stays
	rm -rf .venv build dist *.egg-info .coverage .coverage.* test-output
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find app workers config tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/made:
	@set -e; python="$(PYTHON)"; \
	if [ -z "$$python" ]; then for each in python3.13 python3.12 python3.11 python3; do \
		if $$each -c '$(FITS)' >/dev/null 2>&1; then python=$$each; break; fi; done; fi; \
	if ! "$${python:-none}" -c '$(FITS)' >/dev/null 2>&1; then \
		echo "Ringbook needs Python 3.11, 3.12 or 3.13: install one, or name it with PYTHON=/path/to/python"; exit 1; fi; \
	if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then \
		echo "Making .venv with $$("$$python" --version)"; \
		"$$python" -m venv --clear .venv || { echo "This Python cannot make a venv: install python3-venv"; exit 1; }; fi
	@touch $@

.venv/installed: .venv/made requirements.lock pyproject.toml
	@echo "Installing $$(grep -c '^[a-z]' requirements.lock) packages into .venv (the first time only)"
	$(INSTALL) -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-dev: .venv/made tests/requirements.lock requirements.lock pyproject.toml
	@echo "Installing $$(grep -c '^[a-z]' tests/requirements.lock) packages into .venv (the first time only)"
	$(INSTALL) -r tests/requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch .venv/installed $@
