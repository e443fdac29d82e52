# Two commands for a newcomer: `make demo` and `make test`. Both create the environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint lies bench docs clean

demo: $(STAMP)
	$(BIN)/heptathlon demo --out demo

test: $(STAMP) lint
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Every planted lie, in every family: "0 of N accepted". A part of them is in `make test`.
lies: $(STAMP)
	$(BIN)/python -m tests.lies

# The figures that docs/benchmarks.md reports. Takes about a quarter of an hour.
bench: $(STAMP)
	$(BIN)/python -m benchmarks

docs: $(STAMP)
	$(BIN)/python -m heptathlon.pages.docs

# torch goes first: a later install that may choose its version would take gigabytes of CUDA.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Heptathlon needs Python 3.11 or newer; name one with make PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV): about two minutes the first time."
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[hf,api,dev]'
	@touch $@

clean:
	rm -rf $(VENV) build demo
