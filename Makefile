# Two commands on a fresh machine: `make demo` shows the main job, `make test` passes the tests.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check setup clean

$(BIN)/python:
	$(PYTHON) -m venv .venv

# A stamp per set: pip runs again only when what it depends on has changed.
.venv/demo.stamp: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/pip install -q -c constraints.txt -e '.[openvino]'
	@touch $@

.venv/test.stamp: .venv/demo.stamp
	$(BIN)/pip install -q -c constraints.txt -e '.[openvino,parquet,export,dev]'
	@touch $@

demo: .venv/demo.stamp
	@$(BIN)/rtlglot models pull smollm2-135m-instruct
	@$(BIN)/rtlglot demo

check: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	@$(BIN)/rtlglot models pull smollm2-135m-instruct
	$(BIN)/pytest

setup: .venv/test.stamp

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
