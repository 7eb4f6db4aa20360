# The everyday commands; `make` lists them.
VENV ?= .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install serve test lint types check format seeds bench

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/ruff: pyproject.toml
	python3 -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

install: $(BIN)/ruff  ## make the virtual environment with everything in it

serve: install  ## serve the default tagger
	$(BIN)/copytaster serve

test: install  ## run the tests
	$(BIN)/pytest

lint: install  ## check style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: install  ## check types
	$(BIN)/mypy

check: lint types test seeds  ## everything that CI checks

format: install  ## mend style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

seeds: install  ## check the seed articles
	$(BIN)/copytaster seeds check

bench: install  ## measure everything
	$(BIN)/python -m bench all
