# `make` alone lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"
PACKAGES := shared:functions/intake:functions/prioritize:functions/notify:functions/review:functions/pages:functions/desk
LOCALES := functions/pages/pages/locales
# On both cores, in the order of the folders: the files that take longest come first.
TOGETHER := --numprocesses=2 --dist=loadfile --no-loadscope-reorder

PYTEST := PYTHONHASHSEED=0 $(BIN)/python -m pytest $(TOGETHER)

# Where it is set, every process compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE
export SAM_CLI_TELEMETRY := 0
export AWS_DEFAULT_REGION ?= us-east-1

.PHONY: help setup run quick test test-system test-dynamodb test-browser screenshots trees coverage prove bench check check-format check-lint check-types check-contracts check-words check-template \
	openapi openapi-check lifecycle lifecycle-check problems problems-check \
	architecture architecture-check data-model data-model-check language-names language-names-check dates dates-check styles styles-check scripts-check suggestions suggestions-check texts texts-check tour tour-write tour-check fix watch build lock engine clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.stamp $(LOCALES)/.stamp ## Make .venv from the lock (PYTHON=… chooses the interpreter)
	@:

run: setup $(if $(filter dynamodb-local,$(ENGINE)),engine) ## Run the application locally until interrupted (PORT=8000 SEED=none ENGINE=dynamodb-local)
	@exec $(BIN)/python -m infra.local

tour: setup ## Print a case's whole way, request by request (ADDRESS=http://127.0.0.1:8000 takes a running system)
	@$(BIN)/python -m infra.tour

watch: setup ## Run the quick tests of what changes, whenever a file is saved
	@exec $(BIN)/python -m infra.tooling.watch

fix: setup ## Fix what ruff can fix, and format; shows what is left
	@$(BIN)/ruff check --fix --exit-zero --quiet > /dev/null
	@$(BIN)/ruff format
	@$(BIN)/ruff check

quick: setup ## Run the tests of single rules, golden tables and contracts (two minutes; ARGS=… goes to pytest)
	@PROFILE=quick $(PYTEST) -m "not moto and not dynamodb_local and not browser" $(if $(ARGS),$(ARGS),tests/unit tests/golden tests/contract)

test: setup ## Run the tests that need no emulator: flows in memory, small proofs (ARGS=… goes to pytest)
	@$(PYTEST) -m "not moto and not dynamodb_local and not browser" $(COVERAGE) $(ARGS)

test-system: setup ## Run the tests on moto: what hooks botocore, and the local run end to end (ARGS=… goes to pytest)
	@$(PYTEST) -m "moto and not dynamodb_local and not browser" $(COVERAGE) $(ARGS)

test-dynamodb: setup engine ## Run the tests that need DynamoDB Local (Java 17; ARGS=… goes to pytest)
	@$(BIN)/python -m pytest -m dynamodb_local $(ARGS)

test-browser: setup infra/styles/node_modules/.stamp ## Run the tests that open the pages in Chromium (ARGS=… goes to pytest)
	@infra/tooling/chromium.sh
	@$(BIN)/python -m pytest -m browser $(ARGS) tests/browser

screenshots: setup infra/styles/node_modules/.stamp ## Write pictures of the public pages into build/screenshots, to be looked at
	@infra/tooling/chromium.sh
	@PYTHONPATH=$(PACKAGES):. $(BIN)/python -m tests.browser.screenshots

trees: setup infra/styles/node_modules/.stamp ## Keep what screen readers are told of the public pages, after it was looked at
	@infra/tooling/chromium.sh
	@TREES=write $(BIN)/python -m pytest -q tests/browser/test_trees.py

prove: setup engine ## Prove at full size what the tests prove at a small one; prints claims, cases tried, violations (20 minutes)
	@PROVE=full $(PYTEST) -m proof -q $(ARGS)

coverage: setup ## Report what the tests covered that ran with COVERAGE set, as in .ci/run; fails under 97 %
	@$(BIN)/coverage report

bench: setup engine .tools/bench/.stamp ## Measure it beside its peers; writes bench.json and what the pages show of it (ARGS=…)
	@PYTHONPATH=$(PACKAGES) $(BIN)/python -m tests.bench $(ARGS)

check: check-format check-lint check-types check-contracts check-words check-template openapi-check lifecycle-check problems-check architecture-check data-model-check language-names-check dates-check texts-check tour-check styles-check scripts-check suggestions-check ## Format, lint, types, import contracts, template, documents

check-format: setup
	@$(BIN)/ruff format --check

check-lint: setup
	@$(BIN)/ruff check

check-types: setup
	@$(BIN)/mypy

check-contracts: setup
	@PYTHONPATH=$(PACKAGES):. $(BIN)/lint-imports --no-logo

check-words: setup ## Find words that plain English avoids in the folders that are clean (ARGS=--counts counts them in all)
	@$(BIN)/python -m infra.tooling.check_words $(ARGS)

check-template: setup .tools/sam/.stamp .tools/checkov/.stamp
	@$(BIN)/cfn-lint
	@.tools/sam/bin/sam validate --lint --template template.yaml
	@.tools/checkov/bin/checkov --file template.yaml $(wildcard infra/*.yaml) --framework cloudformation --skip-download \
		--quiet --compact

openapi: setup ## Write docs/openapi*.json from the code
	@$(BIN)/python -m infra.documents.openapi

openapi-check: setup
	@$(BIN)/python -m infra.documents.openapi --check

lifecycle: setup ## Write docs/lifecycle.md from the code
	@$(BIN)/python -m infra.documents.lifecycle

lifecycle-check: setup
	@$(BIN)/python -m infra.documents.lifecycle --check

problems: setup ## Write docs/problems.md from the code
	@$(BIN)/python -m infra.documents.problems

problems-check: setup
	@$(BIN)/python -m infra.documents.problems --check

data-model: setup ## Write docs/data-model.md from the code
	@$(BIN)/python -m infra.documents.data_model

data-model-check: setup
	@$(BIN)/python -m infra.documents.data_model --check

language-names: setup ## Write the names of languages from the data of langcodes
	@$(BIN)/python -m infra.documents.language_names

language-names-check: setup
	@$(BIN)/python -m infra.documents.language_names --check

dates: setup ## Write how each language writes dates, from CLDR
	@$(BIN)/python -m infra.documents.dates

dates-check: setup
	@$(BIN)/python -m infra.documents.dates --check

suggestions: setup ## Write the names that the site suggests while somebody types
	@$(BIN)/python -m infra.documents.suggestions

suggestions-check: setup
	@$(BIN)/python -m infra.documents.suggestions --check

texts: setup ## Bring the catalogs of the site's texts up to date with its templates
	@$(BIN)/python -m infra.tooling.texts extract

texts-check: setup
	@$(BIN)/python -m infra.tooling.texts check

styles: infra/styles/node_modules/.stamp ## Compile the style sheets of the site (Node)
	@node infra/styles/build.mjs

styles-check: infra/styles/node_modules/.stamp
	@node infra/styles/build.mjs --check

scripts-check: infra/styles/node_modules/.stamp ## Check the types of the scripts of the site (Node)
	@infra/styles/node_modules/.bin/tsc --project infra/styles

architecture: setup ## Write the imports between packages into docs/architecture.md
	@$(BIN)/python -m infra.documents.architecture

architecture-check: setup
	@$(BIN)/python -m infra.documents.architecture --check

tour-write: setup ## Renew the README's tour from a run
	@$(BIN)/python -m infra.tour --write README.md

tour-check: setup
	@$(BIN)/python -m infra.tour --check README.md

build: setup .tools/sam/.stamp ## Build what is deployed, with its modules compiled (Python 3.13)
	@PATH="$(CURDIR)/$(BIN):$$PATH" .tools/sam/bin/sam build
	@PYTHONPATH=$(PACKAGES):. $(BIN)/python -m infra.tooling.prune_layer .aws-sam/build/SharedLayer/python
	@for package in PagesFunction/pages DeskFunction/desk; do \
		PYTHONPATH=$(PACKAGES):. $(BIN)/python -m infra.tooling.compile_templates .aws-sam/build/$$package || exit 1; done
	@$(BIN)/python -m compileall -q -j 0 --invalidation-mode unchecked-hash .aws-sam/build

lock: setup ## Resolve requirements/*.in and package.json anew (UPGRADE=--upgrade for newer versions)
	@for name in runtime pages dev bench sam checkov; do \
		$(LOCK) $(UPGRADE) requirements/$$name.in --output-file requirements/$$name.txt; done
	@npm install --silent --package-lock-only

engine: node_modules/.stamp
	@java -version > /dev/null 2>&1 \
		|| { echo "DynamoDB Local needs Java 17 or newer: install a JRE (Debian: openjdk-17-jre-headless)" >&2; exit 1; }

clean: ## Remove everything that these targets made
	@rm -rf .venv .tools node_modules .aws-sam .coverage .coverage.* .hypothesis .*_cache build shared/*.egg-info
	@find functions infra shared tests -name __pycache__ -prune -exec rm -rf {} +

.venv/.stamp: requirements/dev.txt pyproject.toml infra/tooling/setup.sh
	@infra/tooling/setup.sh
	@touch $@

$(LOCALES)/.stamp: infra/tooling/texts.py $(wildcard $(LOCALES)/*/LC_MESSAGES/pages.po) | .venv/.stamp
	@PYTHONPATH=shared:. $(BIN)/python -m infra.tooling.texts compile
	@touch $@

.tools/%/.stamp: requirements/%.txt infra/tooling/tool.sh | .venv/.stamp
	@infra/tooling/tool.sh $*
	@touch $@

infra/styles/node_modules/.stamp: infra/styles/package-lock.json infra/styles/package.json
	@cd infra/styles && npm ci --silent
	@touch $@

node_modules/.stamp: package-lock.json package.json .npmrc
	@npm ci --silent
	@touch $@
