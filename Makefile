# Every target sets up what it needs by itself; `make help` lists them.

PYTHON := .venv/bin/python
ENDING := $(firstword $(wildcard $(PYTHON)) python3) -m deploy.local.ending

export BROKERS

.DEFAULT_GOAL := help
.PHONY: help setup demo down reset republish test fuzz long check bench bench-county

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

setup: ## Install what is missing, and the locked environment
	@sh deploy/setup.sh

demo: setup ## Start everything and tell the story (DETACH=1, BROKERS=3)
	@$(PYTHON) -m deploy.local.supervisor $(if $(filter 1,$(DETACH)),--detach)

down: ## Stop everything that runs; the data stays
	@$(ENDING) down

reset: ## Stop everything and delete all data
	@$(ENDING) reset

republish: setup ## Where Kafka was lost: publish again what Postgres holds
	@$(PYTHON) -m deploy.local.recovering

test: ## Run every test but the long ones
	@sh deploy/setup.sh test
	@$(PYTHON) -m pytest -m "not long" -n 2 --dist loadscope

fuzz: ## Search for input that the doors cannot bear, for ten minutes
	@sh deploy/setup.sh test
	@THROUGHLINE_FUZZ_SECONDS=25 THROUGHLINE_EXAMPLES=4000 THROUGHLINE_MUTANTS=100000 \
		$(PYTHON) -m pytest -m fuzz --timeout=3000

long: ## Run the tests that take minutes
	@sh deploy/setup.sh test
	@$(PYTHON) -m pytest -m long -n 2 --dist loadscope -v --durations=20

check: setup ## Check format, lint, types, imports and docstrings; change nothing
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(PYTHON) -m deploy.generate --check
	@.venv/bin/interrogate -q schemas services deploy tests

bench: setup ## Measure, and write var/bench.json
	@$(PYTHON) -m tests.benchmarks

bench-county: setup ## Two years of a county through every service, checked: some 20 minutes
	@$(PYTHON) -m tests.benchmarks.county
