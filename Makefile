# One command each; `make help` lists them. Everything is installed inside this checkout.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The interpreter of .venv; where it is not given, that of the .venv there is, else python3 (deploy/install).
export PYTHON ?=
EVENTS ?= examples/class.json
# What is known of the exam, for the example; of a class of your own: make demo EVENTS=file CONTEXT=file.
CONTEXT ?= $(if $(filter examples/class.json,$(EVENTS)),examples/context.json)
OUT ?= out
AUTH ?= open
# What needs no server and no browser: `make test-fast` runs it, and fails a test that starts one.
FAST_TESTS ?= $(addprefix tests/,contract events phrasing analysis rendering \
              test_docs.py test_house.py test_installing.py test_pipeline.py test_schemas.py)
PROPERTY_TESTS = $(addprefix tests/,access analysis contract events phrasing queue rendering)
# Each process of the tests has servers of its own; those that are given serve one.
JOBS ?= $(if $(TEST_DATABASE_URL)$(TEST_REDIS_URL),0,2)

.PHONY: help install install-dev install-bench relock-tools fonts install-test-tools demo run test test-fast check docs format clean schemas messages bench chaos fuzz hostile faces

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: ## install what running needs into .venv, by the hashes in poetry.lock [PYTHON=python3.12]
	deploy/install run

install-dev: ## install what tests, checks and documentation need as well
	deploy/install dev

install-bench:
	deploy/install bench

relock-tools: ## pin Poetry itself again, after a change of deploy/poetry/pyproject.toml
	deploy/install poetry
	cd deploy/poetry && ../../.poetry/bin/poetry lock && ../../.poetry/bin/poetry export --output requirements.txt && rm poetry.lock

demo: install ## from events to reports, by way of a service of its own: make demo EVENTS=file OUT=dir
	deploy/install-packages fonts || echo "Going on: characters that no font here covers appear as code points."
	.venv/bin/feedback demo "$(EVENTS)" $(if $(CONTEXT),--context "$(CONTEXT)") --out "$(OUT)"

run: install ## the service on this machine, kept running at http://127.0.0.1:8000
	.venv/bin/feedback serve

fonts: ## install the fonts a report may need, where that is allowed
	deploy/install-packages fonts

install-test-tools: ## install PostgreSQL, Redis, Chromium and poppler for the tests, where that is allowed; fetch helm and promtool
	deploy/install-packages tests
	deploy/install-tools

check: export FEEDBACK_HOME := .mypy_cache/home
check: install-dev ## style, types, the import contract and the documentation site
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --quiet --strict --site-dir .mypy_cache/site

docs: install-dev ## the documentation site, in ./site
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict

format: install-dev ## write every file as `make check` wants it
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

clean: ## delete all that make has made here, but for var/ (the data of `make run`) and out/ (reports)
	rm -rf .venv .poetry .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* dist site
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

test-fast: export TEST_FAST := true
test-fast: install-dev ## the tests that need no server and no browser, in under a minute [FAST_TESTS="tests/events"]
	.venv/bin/python -m pytest -q --numprocesses 2 --dist load -m "not browser and not slow" $(FAST_TESTS)

test: install-dev install-test-tools ## the whole suite, on real PostgreSQL and Redis and a real browser [TESTS="tests/api -k 304"]
	.venv/bin/python -m pytest --cov --cov-report=term --numprocesses $(JOBS) --dist loadfile --durations 20 $(TESTS)

chaos fuzz: export TEST_AUTH := $(AUTH)
chaos: export CHAOS := full
chaos: install-dev install-test-tools ## break everything while it works, and count what was lost (AUTH=keys: behind keys; CHAOS_SEED=… repeats a run)
	.venv/bin/python -m pytest tests/chaos -q

fuzz: export FUZZ := full
fuzz: install-dev install-test-tools ## send it 100,000 hostile requests, more by its OpenAPI schema, and new examples to each property (AUTH=keys: behind keys)
	.venv/bin/python -m pytest tests/fuzz tests/e2e/test_openapi.py -q
	.venv/bin/python -m pytest $(PROPERTY_TESTS) -m hypothesis -q

hostile: export HOSTILE := full
hostile: install-dev install-test-tools ## attack it, as strangers and as a caller with a key, and say what the others felt
	.venv/bin/python -m pytest tests/hostile -q

bench: install-bench ## measure beside other ways, as ratios within one run [ONLY="decoding course"] [ONLY=--quick]
	deploy/install-packages bench
	.venv/bin/python -m benchmarks $(ONLY)

faces: install-dev ## cut the faces of the PDF again from the Noto Sans that is installed
	.venv/bin/python -m feedback.rendering.pdf.faces.cut

messages: install-dev ## list every text of a report for translators, after a change of the English
	.venv/bin/python -m feedback.phrasing.catalogues

schemas: install-dev ## write the published JSON schemas from the code
	.venv/bin/python tests/test_schemas.py
	.venv/bin/python manage.py spectacular --validate --file docs/schemas/openapi.yaml
