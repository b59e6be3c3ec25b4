# make run     set everything up and serve the demonstration (PORTAL_PORT, PORTAL_INSTANCE and the rest are heeded)
# make test    set everything up and check everything: lint, types, floors, both databases, a real browser
# make install set up what the portal needs to run, and start nothing
# make check   the quick part of it: lint, types, floors
# make bench   measure, at scale, beside a bare Flask application; writes docs/performance.md
# make docs    write again what is generated from the code
# make pins    resolve requirements*.in again into requirements*.txt (needs uv)
# make clean   take away what these commands made, but never the instance folder

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
export PORTAL_DEMONSTRATION ?= yes
export PORTAL_INSTANCE ?= instance

.PHONY: run install test check bench docs pins clean
.DEFAULT_GOAL := run

run: $(VENV)/.runs
	@$(BIN)/portal run

install: $(VENV)/.runs

test: $(VENV)/.tests
	@$(BIN)/python -m tests.everything

check: $(VENV)/.tests
	@$(BIN)/python -m tests.everything lint types floors

bench: $(VENV)/.tests
	@$(BIN)/python -m bench

docs: $(VENV)/.tests
	@$(BIN)/portal docs

pins:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate requirements-dev.in -o requirements-dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate requirements-swift.in -o requirements-swift.txt

clean:
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "The portal needs Python 3.11 or newer; $(PYTHON) is older. Say which to use: make PYTHON=python3.12 …"; exit 1; }
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.runs: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing the pinned packages …"
	@$(call install,requirements.txt)
	@touch $@

$(VENV)/.tests: requirements-dev.txt $(VENV)/.runs
	@echo "Installing the pinned packages of the tests …"
	@$(call install,requirements-dev.txt)
	@touch $@

ifdef UV
install = $(UV) pip install -q --python $(BIN)/python --require-hashes -r $(1) && $(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
else
install = $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1) && $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
