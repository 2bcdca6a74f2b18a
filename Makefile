# What one can do here. `make` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python

.PHONY: help setup demo demo-reset test check lock bench screenshot clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/ready ## make the environment: .venv with locked dependencies

# The stamp holds the hash of what was installed, so a changed lock file means a new installation.
$(VENV)/ready: requirements/dev.txt pyproject.toml .ci/setup
	@sh .ci/setup $(VENV)

demo: setup ## run the product with a demo company on http://127.0.0.1:8000 (PORT=8100 make demo)
	@$(VENV)/bin/homeroom demo --port $(PORT)

demo-reset: setup ## the same, starting over with a fresh database
	@$(VENV)/bin/homeroom demo --port $(PORT) --reset

test: setup ## all tests, the browser included
	@sh .ci/machine
	@$(PY) -m pytest -n 2 --dist loadgroup

check: setup ## style, types and the import rules
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo

bench: setup ## measure a page; docs/performance.md tells the method
	@$(PY) -m bench.page

screenshot: setup ## make the pictures of the README
	@$(PY) -m docs.screenshots

lock: setup ## renew the lock files after editing pyproject.toml
	@$(PY) -m pip install -q uv
	@for extra in "base:" "dev:--extra dev"; do \
	  $(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --no-emit-index-url --no-emit-find-links $${extra#*:} pyproject.toml -o requirements/$${extra%%:*}.txt; done

clean: ## remove what the commands above made
	rm -rf $(VENV) .cache var node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
