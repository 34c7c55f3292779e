# Everything starts here: `make demo` to see it ring, `make test` to check it all.
# uv is used if it is there, and is installed into .venv if it is not.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)

.PHONY: help env demo test lint unit broker contracts bench quality clean

help: ## Show the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/tocsin: pyproject.toml uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null 2>&1 || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet "uv>=0.9"
	$(UV) sync --frozen --quiet --inexact --all-extras --python $(BIN)/python
	@touch $(BIN)/tocsin

env: $(BIN)/tocsin ## Make the environment: .venv/bin/tocsin.

demo: env ## Start a broker and a worker, publish the bundled articles, and watch the alerts ring.
	$(BIN)/tocsin demo

test: lint unit broker ## Run everything that CI runs.

lint: env ## Formatting, lint rules, types and the direction of imports.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Neighbours share fixtures, so tests stay in order until a process has nothing left.
unit: env ## The tests that need no broker, on every core.
	$(BIN)/pytest -q -n auto --dist worksteal tests -m "not broker"

# They wait for brokers and workers more than they work.
broker: env ## The tests that start brokers, three at a time: the embedded one and Apache Kafka.
	$(BIN)/pytest -q -n 3 --dist worksteal tests -m broker

contracts: env ## Write the JSON Schemas and the AsyncAPI document from the code's models.
	$(BIN)/python -m streams.contracts.generate

bench: env ## Measure articles a second against the naive program, on one broker, in one run.
	$(BIN)/python benchmarks/throughput.py

quality: env ## Measure leaders, sentiment and stories on labelled sets (DATA=folder adds sets kept elsewhere).
	$(if $(DATA),@$(UV) sync --frozen --quiet --inexact --all-extras --group training --python $(BIN)/python)
	@for each in benchmarks/quality/*.py; do $(BIN)/python $$each $(if $(DATA),--data $(DATA)) || exit 1; done

clean: ## Remove the environment and caches.
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
