# One command each; `make help` lists them. Everything is installed inside this checkout.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
EVENTS ?= examples/class.json
OUT ?= out
AUTH ?= open
# Each process of the tests has servers of its own; those that are given serve one.
JOBS ?= $(if $(TEST_DATABASE_URL)$(TEST_REDIS_URL),0,2)
# Poetry lives in an environment of its own, so its dependencies never mix with ours.
POETRY := .poetry/bin/poetry
RUN_STAMP := .venv/.installed-run
DEV_STAMP := .venv/.installed-dev
BENCH_STAMP := .venv/.installed-bench

.PHONY: help install install-dev fonts install-test-tools demo run test check format clean schemas bench chaos fuzz faces

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: $(RUN_STAMP) ## install what running needs into .venv

install-dev: $(DEV_STAMP) ## install what tests and checks need as well

$(POETRY):
	$(PYTHON) -m venv .poetry
	.poetry/bin/pip install --quiet "poetry>=2.1,<3" "poetry-plugin-export>=1.9,<2"

# pip installs from the hashes in the lock, which works behind any package mirror.
$(RUN_STAMP): pyproject.toml poetry.lock | $(POETRY)
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	$(POETRY) export --only main --output .venv/requirements.txt
	.venv/bin/pip install --quiet --no-deps --require-hashes -r .venv/requirements.txt
	.venv/bin/pip install --quiet --no-deps --editable .
	touch $@

$(DEV_STAMP): $(RUN_STAMP)
	$(POETRY) export --only main,dev --output .venv/requirements-dev.txt
	.venv/bin/pip install --quiet --no-deps --require-hashes -r .venv/requirements-dev.txt
	touch $@

$(BENCH_STAMP): $(DEV_STAMP)
	$(POETRY) export --only main,dev,bench --output .venv/requirements-bench.txt
	.venv/bin/pip install --quiet --no-deps --require-hashes -r .venv/requirements-bench.txt
	touch $@

demo: install ## from events to reports, by way of a service of its own: make demo EVENTS=file OUT=dir
	deploy/install-packages fonts || echo "Going on: characters that no font here covers appear as code points."
	.venv/bin/feedback demo "$(EVENTS)" --out "$(OUT)"

run: install ## the service on this machine, kept running at http://127.0.0.1:8000
	.venv/bin/feedback serve

fonts: ## install the fonts a report may need, where that is allowed
	deploy/install-packages fonts

install-test-tools: ## install PostgreSQL, Redis, Chromium and poppler for the tests, where that is allowed
	deploy/install-packages tests

check: export FEEDBACK_HOME := .mypy_cache/home
check: install-dev ## style, types and the import contract
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

test: install-dev install-test-tools ## the whole suite, on real PostgreSQL and Redis and a real browser
	.venv/bin/python -m pytest --cov --cov-report=term --numprocesses $(JOBS) --dist loadfile --durations 20 $(TESTS)

chaos fuzz: export TEST_AUTH := $(AUTH)
chaos: export CHAOS := full
chaos: install-dev install-test-tools ## break everything while it works, and count what was lost (AUTH=keys: behind keys; CHAOS_SEED=… repeats a run)
	.venv/bin/python -m pytest tests/chaos -q

fuzz: export FUZZ := full
fuzz: install-dev install-test-tools ## send it 100,000 hostile requests, and more by its OpenAPI schema (AUTH=keys: behind keys)
	.venv/bin/python -m pytest tests/fuzz tests/e2e/test_openapi.py -q

bench: $(BENCH_STAMP) ## measure beside other ways, as ratios within one run [ONLY="decoding course"] [ONLY=--quick]
	deploy/install-packages bench
	.venv/bin/python -m benchmarks $(ONLY)

faces: install-dev ## cut the faces of the PDF again from the Noto Sans that is installed
	.venv/bin/python -m feedback.rendering.pdf.faces.cut

schemas: install-dev ## write the published JSON schemas from the code
	.venv/bin/python tests/test_schemas.py
	.venv/bin/python manage.py spectacular --validate --file docs/schemas/openapi.yaml
