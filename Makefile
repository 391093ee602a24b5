# Two commands matter: `make run` and `make test`. Each sets up what it needs first.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

VENV := .venv
PYTHON := $(VENV)/bin/python
STAGE ?= dev
# Passed to `./tally up`, e.g. make run ARGS="--port 9090"
ARGS ?=
# Passed to pytest, e.g. make test PYTEST="tests/unit -q"
PYTEST ?=
WORKERS ?= 2

# Every test run starts hundreds of interpreters, which compile each module anew if they may not keep the result.
unexport PYTHONDONTWRITEBYTECODE

COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header


.PHONY: help run test test-thorough check bench deploy layers lock openapi clean setup-run setup-test

help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup-run ## Run the platform on this machine; ARGS="--help" lists the options
	@exec ./tally up $(ARGS)

test: check ## Check the code and run the quick tests; PYTEST="tests/unit" runs a part of them
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadscope -m "not thorough" $(PYTEST)

test-thorough: check ## The quick tests and all that take long, with more examples; for releases and risky changes
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadscope --hypothesis-profile thorough $(PYTEST)

check: setup-test ## Formatting, lint, types and import rules
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports

bench: setup-test ## Run the benchmarks and print the table of ratios
	$(PYTHON) -m bench

deploy: setup-test ## Deploy to AWS with your own credentials; STAGE=dev or prod
	@$(PYTHON) -m infra.aws.deploy --stage $(STAGE)

layers: setup-test ## Build the Lambda layers for AWS (arm64, Python 3.13) from their pinned wheels
	$(PYTHON) -m layers.build

lock: setup-test ## Compile requirements/*.txt from requirements/*.in
	$(COMPILE) requirements/dev.in --output-file requirements/dev.txt
	$(COMPILE) requirements/laptop.in --constraint requirements/dev.txt --output-file requirements/laptop.txt
	$(COMPILE) requirements/runtime.in --constraint requirements/dev.txt --output-file requirements/runtime.txt

openapi: setup-test ## Generate docs/openapi.json and docs/routes.md from the routes
	$(PYTHON) -m functions.openapi
	$(PYTHON) -m functions.route_table

clean: ## Delete everything that can be rebuilt, including the platform's data
	rm -rf $(VENV) node_modules .local cdk.out layers/build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -type d -name __pycache__ -prune -exec rm -rf {} +

setup-run: node_modules/.ready $(VENV)/.laptop
setup-test: node_modules/.ready $(VENV)/.dev

$(VENV)/.laptop: requirements/laptop.txt | $(PYTHON)
	@echo "Installing the Python packages (requirements/laptop.txt) ..."
	@if [ $(VENV)/.dev -nt requirements/dev.txt ]; then true; \
	  else $(PYTHON) -m pip install --disable-pip-version-check --require-hashes -r requirements/laptop.txt; fi
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(PYTHON)
	@echo "Installing the Python packages (requirements/dev.txt) ..."
	@$(PYTHON) -m pip install --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(PYTHON):
	@for candidate in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	  if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Creating a virtual environment with $$("$$candidate" --version) ..."; \
	    exec "$$candidate" -m venv $(VENV); \
	  fi; \
	done; \
	echo "Python 3.11 or newer, with its venv module, is required but was not found; install it from https://www.python.org and try again." >&2; \
	exit 1

node_modules/.ready: package-lock.json
	@command -v npm >/dev/null || { echo "Node 20 or newer is required but was not found; install it from https://nodejs.org and try again." >&2; exit 1; }
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "Node $$(node --version) is too old; install Node 20 or newer from https://nodejs.org and try again." >&2; exit 1; }
	@echo "Installing the CDK command line and the tests' axios (npm ci) ..."
	@npm ci --silent --no-fund --no-audit
	@touch $@
