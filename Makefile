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

WEB := web/dist/index.html
# Folders too: their times change when a file is removed. The generated types are written where they are read.
WEB_SOURCES := $(shell find web/src web/public ! -name '*.gen.ts') $(wildcard web/*.html web/*.json web/*.ts web/*.js) docs/openapi.json

# What Vite runs on. The CDK command line and jsii run on any of these, but support Node 20 no longer: it is refused
# where they deploy to AWS.
NODE := Node 20.19, 22.12 or newer
NODE_TO_DEPLOY := Node 22.12 or newer
NODE_VERSION := const [major, minor] = process.versions.node.split(".").map(Number);
NODE_DEPLOYS := major > 22 || (major === 22 && minor >= 12)
NODE_RUNS := $(NODE_DEPLOYS) || (major === 20 && minor >= 19)
# The versions in words, and as an expression.
check_node = command -v npm >/dev/null || { echo "$(1) is required but was not found; install it from https://nodejs.org and try again." >&2; exit 1; }; \
  node -e '$(NODE_VERSION) process.exit($(2) ? 0 : 1)' || { echo "$(1) is required, and this is $$(node --version); install it from https://nodejs.org and try again." >&2; exit 1; }
CHECK_NODE = $(call check_node,$(NODE),$(NODE_RUNS))
CHECK_NODE_TO_DEPLOY = $(call check_node,$(NODE_TO_DEPLOY),$(NODE_DEPLOYS))

COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header


.PHONY: help run test test-thorough check bench deploy layers lock sbom audit openapi clean setup-run setup-test setup-browser node-to-deploy

help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup-run $(WEB) ## Run the platform on this machine; ARGS="--help" lists the options
	@exec ./tally up $(ARGS)

test: check $(WEB) setup-browser ## Check the code and run the quick tests; PYTEST="tests/unit" runs a part of them
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadscope -m "not thorough" $(PYTEST)

test-thorough: check $(WEB) setup-browser ## The quick tests and all that take long, with more examples; for releases and risky changes
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadscope --hypothesis-profile thorough $(PYTEST)

check: setup-test web/node_modules/.ready ## Formatting, lint, types, import rules, known vulnerabilities, and the checks of the web application
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports
	$(PYTHON) -m layers.supply_chain check
	npm --prefix web run check

bench: setup-test ## Run the benchmarks and print the table of ratios
	$(PYTHON) -m bench

deploy: node-to-deploy setup-test $(WEB) ## Deploy to AWS with your own credentials; STAGE=dev or prod
	@$(PYTHON) -m infra.aws.deploy --stage $(STAGE)

layers: setup-test ## Build the Lambda layers for AWS (arm64, Python 3.13) from their pinned wheels
	$(PYTHON) -m layers.build

lock: setup-test ## Compile requirements/*.txt from requirements/*.in
	$(COMPILE) requirements/dev.in --output-file requirements/dev.txt
	$(COMPILE) requirements/laptop.in --constraint requirements/dev.txt --output-file requirements/laptop.txt
	$(COMPILE) requirements/runtime.in --constraint requirements/dev.txt --output-file requirements/runtime.txt

sbom: setup-test ## List what goes into Lambda and into the web application, as CycloneDX JSON in sbom/
	@$(PYTHON) -m layers.supply_chain sbom

audit: setup-test ## Ask the databases of PyPI and npm for known vulnerabilities of the same packages
	@$(PYTHON) -m layers.supply_chain audit

openapi: setup-test ## Generate docs/openapi.json and docs/routes.md from the routes
	$(PYTHON) -m functions.openapi
	$(PYTHON) -m functions.route_table

clean: ## Delete everything that can be rebuilt, including the platform's data
	rm -rf $(VENV) node_modules .local cdk.out layers/build sbom .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf web/node_modules web/dist web/test-results web/playwright-report web/src/api/*.gen.ts
	find . -type d -name __pycache__ -prune -exec rm -rf {} +

node-to-deploy:
	@$(CHECK_NODE_TO_DEPLOY)

setup-run: node_modules/.ready $(VENV)/.laptop
setup-test: node_modules/.ready $(VENV)/.dev
setup-browser: setup-test web/node_modules/.ready
	@$(PYTHON) -m tests.chromium

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
	@$(CHECK_NODE)
	@echo "Installing the CDK command line and the tests' packages (npm ci) ..."
	@npm ci --loglevel error --no-fund --no-audit
	@touch $@

web/node_modules/.ready: web/package-lock.json
	@$(CHECK_NODE)
	@echo "Installing the packages of the web application (npm ci) ..."
	@npm --prefix web ci --loglevel error --no-fund --no-audit
	@touch $@

$(WEB): web/node_modules/.ready $(WEB_SOURCES)
	@echo "Building the web application (npm run build) ..."
	@npm --prefix web run --silent build
