# Works with GNU make 3.81 and later. Everything happens in .venv, made from requirements.lock.

PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$python; break; fi; done)
BIN := .venv/bin
READY := .venv/.installed

.PHONY: help install demo dev test check docs format bench lock chromium clean

help:
	@echo "make demo    simulate a world, build every table, sum up what came out"
	@echo "make dev     Dagster UI and dashboards on 127.0.0.1"
	@echo "make test    make check, then all tests with coverage"
	@echo "make check   lint, format, types, import contracts, documents, lock"
	@echo "make format  mend what a machine can"
	@echo "make docs    write again what documents take from the code"
	@echo "make bench   time generation and every model against a pandas baseline"
	@echo "make lock    pin the newest versions that pyproject.toml allows"
	@echo "make clean   remove .venv and caches (the lake in data/ stays)"

install: $(READY)

demo: $(READY)
	@$(BIN)/analytics-platform demo

dev: $(READY)
	@$(BIN)/analytics-platform dev

test: check chromium
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered

check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright
	$(BIN)/lint-imports --config setup.cfg --no-logo
	$(BIN)/python tools/check_documents.py
	$(BIN)/python tools/check_lock.py

docs: $(READY)
	$(BIN)/python tools/check_documents.py --write

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY)
	$(BIN)/python -m benchmarks

lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--upgrade --no-emit-index-url --no-annotate -o requirements.lock

clean:
	rm -rf .venv .coverage .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# The stamp is newer than the lock and the project file, so a second call installs nothing.
$(READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the pinned dependencies into .venv (about a minute) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found: install one, or name it: make PYTHON=/path/to/python." >&2; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || $(PYTHON) -m virtualenv --quiet .venv 2>/dev/null || { rm -rf .venv; \
		echo "$(PYTHON) cannot make a virtual environment: install its venv module (on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }

# The browser tests need Chromium; they say so and are skipped where it cannot be installed.
chromium:
	@command -v chromium >/dev/null 2>&1 || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 \
		&& apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null; } \
		|| echo "Chromium is missing and could not be installed: the browser tests are skipped." >&2
