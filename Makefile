# Two commands: `make demo` runs the embedded demo, `make test` runs every check. Both set up what they
# need in .venv first, and do nothing that is done already.

PYTHON ?= python3
# Extra arguments for pip. The CPU build of torch:
#   make demo PIP_ARGS="--extra-index-url https://download.pytorch.org/whl/cpu"
PIP_ARGS ?=
CORES ?= all

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CONTRIB := $(shell grep '^opencv-contrib-python==' constraints.txt)

.DEFAULT_GOAL := help
.PHONY: help demo test test-slurm golden install format lint types imports pytest schema

help:
	@echo "make demo    install into $(VENV) and run the embedded demo ($(CORES) cores)"
	@echo "make test    install into $(VENV) and run every check: linters, types, imports, tests"
	@echo "make install set up $(VENV) and nothing else"
	@echo "make test-slurm  run sweeps on a SLURM that the tests start (needs slurm-wlm, munge, root)"
	@echo "make format  rewrite sources in the project's style"
	@echo "make schema  write workflow/schemas/config.schema.json"
	@echo "make golden  record the scores of all methods anew in tests/contract/recorded_scores.json"

demo: install
	@echo "== Running the demo sweep of config.yaml"
	$(BIN)/snakemake --profile profiles/local --cores $(CORES) --quiet rules
	@$(BIN)/mer show demo

test: install lint types imports pytest
	@echo "== All checks passed"

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt Makefile
	@echo "== Installing into $(VENV): takes a few minutes, once"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mer needs Python 3.11 or newer; set PYTHON=")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $(PIP_ARGS) -c constraints.txt -e '.[dev,slurm,dlib]'
	@# face-alignment brings opencv-python, whose cv2 may lie over that of opencv-contrib-python.
	$(BIN)/python -m pip install --quiet $(PIP_ARGS) --no-deps --force-reinstall $(CONTRIB)
	@touch $@

format: install
	$(BIN)/ruff check --fix mer tests benchmarks
	$(BIN)/ruff format mer tests benchmarks
	$(BIN)/snakefmt Snakefile workflow

lint: install
	@echo "== Linters"
	$(BIN)/ruff check mer tests benchmarks
	$(BIN)/ruff format --check mer tests benchmarks
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

types: install
	@echo "== Types"
	$(BIN)/mypy

imports: install
	@echo "== Imports"
	$(BIN)/lint-imports

golden: install
	$(BIN)/pytest tests/contract/test_methods.py -k recorded --write-golden

pytest: install
	@echo "== Tests"
	$(BIN)/pytest --numprocesses auto --dist loadfile

# Apart from the others: needs Debian's slurm-wlm and munge, and root. Says so and passes where they are missing.
test-slurm: install
	@echo "== Tests on a SLURM of their own"
	$(BIN)/pytest tests/slurm --slurm -rs

schema: install
	$(BIN)/mer schema > workflow/schemas/config.schema.json
