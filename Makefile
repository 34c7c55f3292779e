# Everything starts here: `make demo` to see it ring, `make test` to check it all.
# uv is used if it is there, and is installed into .venv if it is not.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)
# For bench, bench-replays, equality and torture: their own options, such as ARGS="--rounds 1".
ARGS ?=

.PHONY: help env demo test lint unit broker contracts contracts-html bench bench-replays equality torture quality clean

help: ## Show the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# Compiled now: where Python may not write bytecode, every start would compile all libraries again.
$(BIN)/tocsin: pyproject.toml uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null 2>&1 || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet "uv>=0.9"
	$(UV) sync --frozen --quiet --inexact --all-extras --compile-bytecode --python $(BIN)/python
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
	$(BIN)/python -m tools.contracts.generate

contracts-html: ## Make build/contracts.html: a page of the AsyncAPI document, to browse. Needs Node 20.
	cd tools/contracts_page && npm ci --ignore-scripts --no-audit --no-fund
	mkdir -p build
	cd tools/contracts_page && node html.mjs $(CURDIR)/streams/contracts/published/asyncapi.json $(CURDIR)/build/contracts.html

bench: env ## Measure articles a second against the naive program, on one broker, in one run.
	$(BIN)/python benchmarks/throughput.py $(ARGS)

bench-replays: env ## Measure a replay against a live worker, and two workers of it against one.
	$(BIN)/python benchmarks/replays.py $(ARGS)

equality: env ## Replay what ran live, kill its workers again and again, compare alert ids (CORPUS=file, takes 20 minutes).
	$(BIN)/python benchmarks/equality.py --corpus $(CORPUS) $(ARGS)

torture: env ## Read all that Kafka can deliver, through kills, freezes and broker restarts (takes 10 minutes).
	$(BIN)/python benchmarks/torture $(ARGS)

quality: env ## Measure leaders, sentiment and stories on labelled sets (DATA=folder adds sets kept elsewhere; MENTIONS=number makes it shorter).
	$(if $(DATA),@$(UV) sync --frozen --quiet --inexact --all-extras --group training --python $(BIN)/python)
	$(BIN)/python benchmarks/quality/leaders.py $(if $(DATA),--data $(DATA))
	$(BIN)/python benchmarks/quality/minilm.py $(if $(DATA),--data $(DATA))
	$(BIN)/python benchmarks/quality/sentiment.py $(if $(DATA),--data $(DATA))
	$(BIN)/python benchmarks/quality/stories.py $(if $(DATA),--data $(DATA)) $(if $(MENTIONS),--mentions $(MENTIONS))

.PHONY: manifests release

manifests: env ## Write those Kubernetes manifests that follow from code: topics, users, rules.
	$(BIN)/python tests/deploy/kubernetes/test_generated.py --write

# The advisory service is asked over the network; where it cannot be reached the target fails, after
# everything else is made.
release: env ## Build dist/: sdist, wheel, bill of materials; then ask for known vulnerabilities.
	rm -rf dist
	$(UV) build --quiet --out-dir dist
	$(UV) export --quiet --frozen --no-dev --all-extras --no-emit-project \
		--format requirements.txt --output-file dist/requirements.txt >/dev/null
	$(UV) export --quiet --frozen --no-dev --all-extras --preview-features sbom-export \
		--format cyclonedx1.5 --output-file dist/sbom.cdx.json >/dev/null
	@$(UV) sync --frozen --quiet --inexact --all-extras --group release --python $(BIN)/python
	$(BIN)/pip-audit --strict --disable-pip --requirement dist/requirements.txt

clean: ## Remove the environment and caches.
	rm -rf $(VENV) build tools/contracts_page/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
