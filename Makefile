# Two commands on a fresh machine: `make demo` shows the main job, `make test` passes the tests.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
MODEL := smollm2-135m-instruct
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt

.PHONY: demo test check coverage docs clean

$(BIN)/python:
	@echo "making a virtual environment in .venv"
	@$(PYTHON) -m venv .venv

# A stamp per set: pip runs again only when what it depends on has changed.
.venv/demo.stamp: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing rtlglot and its embedded engine into .venv"
	@$(PIP) -e '.[openvino]'
	@touch $@

.venv/test.stamp: .venv/demo.stamp
	@echo "installing what the tests need into .venv"
	@$(PIP) -e '.[openvino,parquet,export,ray,dev]'
	@touch $@

demo: .venv/demo.stamp
	@$(BIN)/rtlglot models pull $(MODEL)
	@$(BIN)/rtlglot demo

check: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Two files of tests at once: much of a test's time is waiting.
test: check
	$(BIN)/rtlglot models pull $(MODEL)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

# The same with every process measured, those inside the sandbox too, and held to the floor in pyproject.toml. It
# takes half as much time again, and a proof may run out of its CPU seconds in it.
coverage: check
	$(BIN)/rtlglot models pull $(MODEL)
	@rm -rf build/coverage
	-PYTHONPATH=tests/measured $(BIN)/pytest -n $(WORKERS) --dist loadfile
	$(BIN)/python -m tests.measured

docs: .venv/test.stamp
	$(BIN)/python docs/cli_reference.py
	$(BIN)/sphinx-build -q -W --keep-going docs build/docs
	@echo "build/docs/index.html"

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache demo
