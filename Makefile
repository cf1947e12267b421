# Every target does its own set-up: it needs Python 3.11 or newer, git and make, and nothing else.
# `make PYTHON=/path/to/python` chooses the interpreter.

.DEFAULT_GOAL := help
.PHONY: help app notebooks brief card policies studies test test-long test-browser coverage check bench constraints clean anew

VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/ready
# Tests of one file stay in one process.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile

# A candidate is run, not looked up: a name on the path can be a shim with no interpreter behind it.
SUITABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
CANDIDATES := $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3)
FIND_PYTHON = for python in $(CANDIDATES); do "$$python" -c "$(SUITABLE)" 2>/dev/null && break; python=; done; \
	if [ -z "$$python" ]; then \
		echo "No suitable Python found. Kotabaja needs Python 3.11 or newer with its venv module" >&2; \
		echo "(tried: $(subst ",,$(CANDIDATES)); on Debian: apt-get install python3-venv)." >&2; \
		echo "Name one: make PYTHON=/path/to/python" >&2; \
		exit 2; \
	fi

# The environment is made anew when it does not run, is half made, was made in another folder (its commands
# would lead there), or is not of the Python asked for.
VERSION := import sys; print(*sys.version_info[:3], sep=".")
have := $(shell $(RUN) -c '$(VERSION)' 2>/dev/null)
want := $(if $(PYTHON),$(shell "$(PYTHON)" -c '$(VERSION)' 2>/dev/null),$(have))
made := $(shell cat $(READY) 2>/dev/null)
ifneq ($(made),$(or $(want),no) $(CURDIR))
$(READY): anew
anew := yes
endif

$(READY): pyproject.toml constraints.txt
	@$(if $(anew),$(FIND_PYTHON); \
	echo "Making the environment $(VENV) with $$("$$python" --version) ..."; \
	rm -rf $(VENV) && "$$python" -m venv $(VENV))
	@echo "Installing Kotabaja and its tools into $(VENV) (about 1 GB; a few minutes the first time) ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt hatchling editables
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt --no-build-isolation -e '.[test]'
	@echo "$$($(RUN) -c '$(VERSION)') $(CURDIR)" > $@
	@echo "Ready."

# What the page and its tests need beside that.
$(VENV)/ready-browser: $(READY)
	@echo "Installing what the page needs (about 0.5 GB; a minute or two the first time) ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt --no-build-isolation -e '.[test,app,browser]'
	@touch $@

# What opens the notebooks beside that.
$(VENV)/ready-notebooks: $(READY)
	@echo "Installing JupyterLab (about 0.2 GB; a minute the first time) ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt --no-build-isolation -e '.[test,notebooks]'
	@touch $@

help: ## say what each target does
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 20

app: $(VENV)/ready-browser ## show the town in your browser
	$(VENV)/bin/kotabaja app

notebooks: $(VENV)/ready-notebooks ## open the notebooks in JupyterLab
	$(VENV)/bin/jupyter lab notebooks

brief: $(READY) ## run the main experiment and write the briefing to results/brief/
	$(VENV)/bin/kotabaja brief --out results/brief

card: $(READY) ## score the baseline anew for docs/validation.md; the page's words are then yours to mend
	$(RUN) -m tests.studies card

studies: $(READY) ## make every table of docs/ that comes of a long study anew (over an hour); again: goes on
	$(RUN) -m tests.studies

policies: $(READY) ## measure the policies anew for docs/policies.md; the page's words are then yours to mend
	$(RUN) -m tests.policy_study

test: $(READY) ## run the tests and the examples in the docstrings
	$(RUN) -m pytest $(PARALLEL)

test-long: $(READY) ## run the long tests, and measure what the others cover
	$(RUN) -m pytest $(PARALLEL) -m long
	$(MAKE) coverage

test-browser: $(VENV)/ready-browser ## run the tests of the page in a Chromium without a window
	$(RUN) -m pytest tests/browser -m browser

coverage: $(READY) ## measure what the tests cover, with the compiler off: compiled lines cannot be seen
	NUMBA_DISABLE_JIT=1 $(RUN) -m pytest $(PARALLEL) --cov --cov-report=term --cov-fail-under=95

check: $(READY) ## check style, types and the walls between the rooms
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports --no-logo

bench: $(READY) ## measure the speed
	$(RUN) -m benchmarks

constraints: ## renew constraints.txt (UPGRADE=1: with the newest versions)
	@echo "Resolving the versions for every Python ..."
	@$(FIND_PYTHON); rm -rf .venv-resolver && "$$python" -m venv .venv-resolver
	@.venv-resolver/bin/pip install --quiet --disable-pip-version-check uv
	@.venv-resolver/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --all-extras \
		--no-header --no-annotate $(if $(UPGRADE),--upgrade) --output-file constraints.txt
	@sed -e 's/python_full_version/python_version/g' -e "s/'/\"/g" constraints.txt > .venv-resolver/constraints.txt
	@mv .venv-resolver/constraints.txt constraints.txt && rm -rf .venv-resolver

clean: ## remove the environment, caches and build leftovers; results/ stays
	rm -rf $(VENV) .venv-* build dist .coverage* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
