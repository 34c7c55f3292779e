# Everything starts here: `make demo` to see alerts, `make test` to run every check.
# uv is used if it is there, and is installed into .venv if it is not.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)
# For bench, bench-replays, equality and torture: their own options, such as ARGS="--rounds 1".
ARGS ?=
# For test: what pytest runs instead of everything, such as ONE=tests/processors/leaders.
ONE ?=
# For check: the tests that find most mistakes in the shortest time.
QUICK := $(addprefix tests/processors/,alerts articles families leaders rules stories) \
	tests/tools tests/test_docs.py tests/test_readme.py tests/test_architecture.py

.PHONY: help env demo test check format lint docs unit broker contracts contracts-html reference bench bench-replays equality torture quality clean

help: ## Show the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# Compiled now: where Python may not write bytecode, every start would compile all libraries again.
$(BIN)/tocsin: pyproject.toml uv.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null 2>&1 || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet "uv>=0.9"
	$(UV) sync --frozen --quiet --inexact --all-extras --compile-bytecode --python $(BIN)/python
	@touch $(BIN)/tocsin

env: $(BIN)/tocsin ## Make the environment: .venv/bin/tocsin.

demo: env ## Start a broker and a worker, publish the bundled articles, and show the alerts.
	$(BIN)/tocsin demo

# Its prerequisites are left out with ONE=…, which runs in seconds.
ifeq ($(ONE),)
test: lint docs unit broker ## Run everything that CI runs, or one part: ONE="tests/test_docs.py -k links".
else
test: env
	$(BIN)/pytest -q $(ONE)
endif

check: lint ## Lint, and the quick tests without a broker: under two minutes.
	$(BIN)/pytest -q -n auto --dist worksteal $(QUICK) -m "not broker"

format: env ## Format the code, and fix what the linter can fix.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: env ## Formatting, lint rules, types, the direction of imports, and prose.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.prose

# Links to pages, headings and files are checked: a broken one fails the build.
docs: env ## Build the documentation site: build/docs/index.html.
	@$(UV) sync --frozen --quiet --inexact --all-extras --group docs --python $(BIN)/python
	$(BIN)/python -m sphinx -W --keep-going -q -b html -c docs -d build/docs-cache . build/docs
	$(BIN)/python -m tools.site build/docs

reference: env ## Write the generated parts and pictures of the documentation.
	$(BIN)/python -m tools.reference

# Neighbours share fixtures, so tests stay in order until a process is idle.
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
	$(BIN)/python -m benchmarks.quality.headlines.measure --split dev,fresh --show 20
	$(BIN)/python benchmarks/quality/minilm.py $(if $(DATA),--data $(DATA))
	$(BIN)/python benchmarks/quality/said.py
	$(BIN)/python benchmarks/quality/sentiment.py $(if $(DATA),--data $(DATA))
	$(BIN)/python benchmarks/quality/stories.py $(if $(DATA),--data $(DATA)) $(if $(MENTIONS),--mentions $(MENTIONS))

.PHONY: manifests dashboards release

manifests: env ## Write those Kubernetes manifests that follow from code: topics, users, rules.
	$(BIN)/python -m tools.manifests

dashboards: env ## Write Grafana's dashboards from their code.
	$(BIN)/python -m tools.dashboards

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
