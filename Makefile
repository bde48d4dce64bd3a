# What a contributor types. Everything runs in .venv, made by `make venv`; .ci/run needs none.

BIN := .venv/bin

.PHONY: venv test lint types walls check format lock docs bench demo clean

venv:            ## what tests, checks and measurements need; not the browser, sigstore and Spark (see .ci/run)
	python3 -m venv .venv
	$(BIN)/pip install -c requirements.lock -e '.[test,dev,bench]'

test:            ## all tests, on all cores
	$(BIN)/pytest -n auto

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

walls:           ## which part may import which: [tool.importlinter] in pyproject.toml
	$(BIN)/lint-imports --no-logo

check: lint types walls test

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:            ## pin every extra for Python 3.11 and later; `make lock UPGRADE=--upgrade` takes the newest
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras $(UPGRADE) \
	  --custom-compile-command 'make lock' --no-emit-index-url --no-emit-find-links \
	  pyproject.toml --output-file requirements.lock

docs:            ## the pages and the schema that are made from the code; a test says when they are old
	$(BIN)/python -m tests.docs.generated

bench:           ## every script of bench/RESULTS.md, at its own smaller size: some minutes on a quiet machine
	for part in append verify proof replay obligations import_log bundle erase startup; do $(BIN)/python -m bench.$$part || exit 1; done

demo:
	$(BIN)/ledger demo

clean:
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis demo dist build
