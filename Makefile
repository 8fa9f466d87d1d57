# Three commands set everything up on a fresh machine with Python 3.11 or newer:
#   make demo         the package, and its report on the example app
#   make guard-demo   the guarded Python service with two accounts, and what to ask it
#   make test         everything the checks need, then all checks and tests
# The rest is for work on the project: lint, fuzz, docs, bench, requirements, clean.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help demo guard-demo test lint style types layers fresh pytest oldest mutants fuzz apps bench bench-guard docs requirements clean

VENV ?= .venv
PYTHON ?= python3
WORKERS ?= 2
BIN := $(VENV)/bin
BENCH := $(VENV)/bench
SEMGREP := $(VENV)/bench-semgrep
OLDEST := $(VENV)/oldest
BENCH_GUARD := $(VENV)/bench-guard

# uv where there is one, because it is quick; pip and venv everywhere else.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
ifeq ($(UV),uv)
make_venv = uv venv --quiet --allow-existing --python $(PYTHON) $(1)
install = uv pip install --quiet --python $(1)/bin/python
else
make_venv = $(PYTHON) -m venv $(1)
install = $(1)/bin/python -m pip install --quiet --disable-pip-version-check
endif

# Next.js asks for Node 20. A machine with less gets Node from a Python package, inside the environment.
NODE_STAMP := $(shell node -e 'process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null && npm --version >/dev/null 2>&1 || echo $(VENV)/.node)
export NEXT_TELEMETRY_DISABLED := 1

help:
	@sed -n '/^#/!q;s/^# //p' Makefile

demo: $(VENV)/.package
	@$(BIN)/doorcheck scan examples/leaky --exit-zero

# GUARD_DEMO=check asks the service by itself and ends.
guard-demo: $(VENV)/.guard
	@GUARD_DEMO="$(GUARD_DEMO)" $(BIN)/python -m examples.fastapi_guarded.demo

test: lint apps pytest oldest

lint: style types layers fresh

style: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

layers: $(VENV)/.test
	$(BIN)/lint-imports --no-logo

fresh: $(VENV)/.test
	$(BIN)/python tools/generate_docs.py --check

pytest: $(VENV)/.test oracles live
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/pytest -n $(WORKERS)

# The census and the layer of guard, on the oldest releases that it supports.
oldest: $(OLDEST)/.made
	PYTHONPATH=src $(OLDEST)/bin/pytest -q -p no:cacheprovider tests/guard/census tests/guard/web tests/guard/webhooks

# Takes each enforcement of guard away and shows that its tests notice.
mutants: $(VENV)/.test
	$(BIN)/python tools/guard_mutants.py

# The same mutants every time, unless FUZZ_SEED says otherwise; `make test` runs the first few hundred of them.
fuzz: $(VENV)/.test
	FUZZ_CASES=$${FUZZ_CASES:-10000} $(BIN)/pytest -n $(WORKERS) tests/fuzz

# npm's part: packages the tests ask for a second opinion, and the example apps, which really build.
.PHONY: oracles
oracles: $(NODE_STAMP)
	@PATH="$(abspath $(BIN)):$$PATH" tools/npm_steps.sh install tests/oracles

# The app whose sessions guard is shown.
.PHONY: live
live: $(NODE_STAMP)
	@PATH="$(abspath $(BIN)):$$PATH" tools/npm_steps.sh build tests/guard/live/app

apps: $(NODE_STAMP)
	@PATH="$(abspath $(BIN)):$$PATH" tools/npm_steps.sh build examples/leaky
	@PATH="$(abspath $(BIN)):$$PATH" tools/npm_steps.sh build examples/locked

bench: $(VENV)/.package $(BENCH)/.made $(SEMGREP)/.made
	@test -n "$(TREE)" || { echo "say which repository to measure: make bench TREE=path/to/repository" >&2; exit 2; }
	$(BIN)/python benchmarks/scan.py "$(TREE)" --oxlint $(BENCH)/bin/oxlint --semgrep $(SEMGREP)/bin/semgrep

bench-guard: $(BENCH_GUARD)/.made
	cd benchmarks && PYTHONPATH=../src ../$(BENCH_GUARD)/bin/python guard_cost.py

docs: $(VENV)/.package
	$(BIN)/python tools/generate_docs.py

# --no-emit-index-url and the fixed comment keep the name of the registry out of the files.
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make requirements' $(UPGRADE)
requirements:
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra test --extra guard --extra guard-redis --extra guard-s3 --extra guard-sql \
		-c requirements/runtime.txt -o requirements/test.txt
	$(COMPILE) pyproject.toml requirements/guard-demo.in --extra guard --extra guard-redis --extra guard-sql \
		-c requirements/test.txt -o requirements/guard-demo.txt
	for name in build bench bench-guard bench-semgrep guard-oldest node; do \
		$(COMPILE) requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	rm -rf tests/oracles/node_modules examples/*/node_modules examples/*/.next
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# What is installed, as files whose dates say when.
$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "doorcheck needs Python 3.11 or newer; say which with make PYTHON=python3.12")'
	$(call make_venv,$(VENV))
	@touch $@

$(VENV)/.package: $(VENV)/.made requirements/runtime.txt requirements/build.txt pyproject.toml
	$(call install,$(VENV)) --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	$(call install,$(VENV)) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.guard: $(VENV)/.package requirements/guard-demo.txt
	$(call install,$(VENV)) --require-hashes -r requirements/guard-demo.txt
	@touch $@

$(VENV)/.test: $(VENV)/.package requirements/test.txt
	$(call install,$(VENV)) --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.node: $(VENV)/.made requirements/node.txt
	@echo "Node 20 or newer with npm is not on the PATH: installing it into $(VENV)"
	@if $(call install,$(VENV)) --require-hashes -r requirements/node.txt; then touch $@; \
	elif [ -n "$$CI" ]; then exit 1; \
	else echo "Node could not be installed; what needs it is skipped"; fi

$(OLDEST)/.made: requirements/guard-oldest.txt | $(VENV)/.made
	$(call make_venv,$(OLDEST))
	$(call install,$(OLDEST)) --require-hashes -r requirements/guard-oldest.txt
	@touch $@

$(BENCH_GUARD)/.made: requirements/bench-guard.txt | $(VENV)/.made
	$(call make_venv,$(BENCH_GUARD))
	$(call install,$(BENCH_GUARD)) --require-hashes -r requirements/bench-guard.txt
	@touch $@

$(BENCH)/.made: requirements/bench.txt | $(VENV)/.made
	$(call make_venv,$(BENCH))
	$(call install,$(BENCH)) --require-hashes -r requirements/bench.txt
	@touch $@

$(SEMGREP)/.made: requirements/bench-semgrep.txt | $(VENV)/.made
	$(call make_venv,$(SEMGREP))
	$(call install,$(SEMGREP)) --require-hashes -r requirements/bench-semgrep.txt
	@touch $@
