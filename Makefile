# Thin: each line is one that a person could type (README, "Without make").
PYTHON  ?= python3
BACKEND ?= jax
BIN     := .venv/bin

.PHONY: run test lint slides docs bench clean
.SECONDARY:

run: .venv/ready-$(BACKEND)        ## all units' quick experiments on one backend: make run BACKEND=torch
	@$(BIN)/course run all --backend $(BACKEND)

test: .venv/ready-gate             ## the whole gate: lint, tests on three backends, parity, self-checks
	@$(BIN)/python -m course.gate $(if $(CHANGED),--changed)

lint: .venv/ready-gate
	@$(BIN)/python -m course.gate lint

slides: .venv/ready-slides         ## the decks as pages that open without a network: runs/slides/index.html
	@$(BIN)/course slides all

docs: .venv/ready-docs             ## the handbook, a site that opens without a network: build/handbook/index.html
	@$(BIN)/python -m sphinx -b html -W --keep-going -q -d build/doctrees -c docs . build/handbook
	@echo "The handbook: build/handbook/index.html"

bench: .venv/ready-gate            ## training steps beside native loops; exit code 1 if a bar is missed
	@$(BIN)/course bench --check

clean:
	rm -rf .venv build *.egg-info

# What to install: a backend's extra and what unit 6 tunes with, or for the gate all three and the tools.
.venv/ready-gate: EXTRAS = jax,tensorflow,torch,tune,rl,bench,similarity,slides,docs,notebooks,dev
.venv/ready-slides: EXTRAS = slides,tune,rl,$(BACKEND)
.venv/ready-docs: EXTRAS = docs,slides,tune,rl,$(BACKEND)
.venv/ready-%: EXTRAS = $*,tune,rl
.venv/ready-%: setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "medl-course needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@echo "Installing medl-course[$(EXTRAS)] into .venv: a few minutes, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$(EXTRAS)]"
	@touch $@
