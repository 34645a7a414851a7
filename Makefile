# make help lists the targets. Everything runs in .venv, made on first use; nothing else has to be installed.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
WORKSPACE ?= workspace/demo
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench docs clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

# torch first and alone: this exact version has a CPU build on many mirrors, where a plain `torch` brings CUDA.
$(READY): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[train,tables,dev]'
	@touch $@

demo: $(READY) ## the whole chain on the examples and a virtual cohort; prints where the report is
	$(BIN)/colloque run examples/demo.yaml --workspace $(WORKSPACE)

test: $(READY) ## every test, the whole chain on a small input included
	$(BIN)/pytest -n 2 --dist worksteal

check: $(READY) ## format, lint, types, fast tests, documentation: under two minutes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist worksteal -m 'not slow'

format: $(READY) ## put the code in its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(READY) ## write the generated pages of docs/ again
	$(BIN)/python -m colloque.cli.document docs

bench: $(READY) ## figures of the documentation, measured again
	@for name in checks judge patient; do echo "== $$name"; $(BIN)/python bench/$$name.py || exit 1; done

clean: ## remove what was built (not the workspaces)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
