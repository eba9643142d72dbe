# Every target does its own set-up and checks first whether it must.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
GALLERY_DATA ?= ../shared/data

.PHONY: help run test test-postgres check format bench bench-quality gallery train-garment train-person assets clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(VENV)/.installed assets ## Install what is needed, then serve on http://127.0.0.1:8000
	$(BIN)/vesture serve

test: $(VENV)/.installed $(VENV)/.torch $(VENV)/.node assets ## Install what is needed, then run the whole test suite
	@$(MAKE) --no-print-directory browser
	$(BIN)/pytest

test-postgres: $(VENV)/.installed assets ## Store, workers and service on a PostgreSQL server of their own
	tests/with_postgres.sh $(BIN)/pytest tests/unit/store tests/acceptance/test_worker_processes.py \
		tests/acceptance/test_claims.py tests/acceptance/test_service_on_database.py

check: $(VENV)/.installed ## Format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest tests/architecture

format: $(VENV)/.installed ## Rewrite the code in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed assets ## Measure speed, parsing and masks; prints tables
	$(BIN)/python -m bench.run $(GALLERY_DATA)

bench-quality: $(VENV)/.installed assets ## Measure try-on quality against true photos, beside simple baselines
	$(BIN)/python -m bench.quality $(GALLERY_DATA)

train-garment: $(VENV)/.installed $(VENV)/.torch ## Train the garment network from scratch, on generated pictures
	$(BIN)/python -m training.garment.train

train-person: $(VENV)/.installed $(VENV)/.torch assets ## Train the person network from scratch, on redressed photos and drawn people
	$(BIN)/python -m training.person.bank --data $(GALLERY_DATA)
	$(BIN)/python -m training.person.train

gallery: $(VENV)/.installed assets ## Write contact sheets (person, garment, result) to gallery/
	$(BIN)/python -m bench.gallery --data $(GALLERY_DATA)

assets: $(VENV)/.installed ## Fetch models and sample photos, once
	$(BIN)/vesture assets pull

clean: ## Remove what the other targets made
	rm -rf $(VENV) gallery tests/contract/node/node_modules .pytest_cache .mypy_cache .ruff_cache

$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

# The CPU build is enough for the tests of the diffusion engine.
$(VENV)/.torch: $(VENV)/.installed
	$(BIN)/pip install --quiet 'torch==2.13.0' 'safetensors>=0.5' 'huggingface-hub>=0.30'
	touch $@

$(VENV)/.node: tests/contract/node/package.json tests/contract/node/package-lock.json | $(VENV)/.installed
	command -v node >/dev/null || { $(SUDO) apt-get update -q && $(SUDO) apt-get install -yq nodejs npm; }
	cd tests/contract/node && npm ci --silent --no-audit --no-fund
	touch $@

.PHONY: browser
browser:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
		{ $(SUDO) apt-get update -q && $(SUDO) apt-get install -yq --no-install-recommends chromium chromium-driver; }
