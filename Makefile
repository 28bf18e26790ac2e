# `make demo` shows everything, `make test` proves it. The set-up happens once, and again when a lock file changes.

BIN := .venv/bin
INSTALLED := .venv/.installed
INSTALLED_DEV := .venv/.installed-dev
MODULES := frontend/node_modules/.installed
FRONT_END := frontend/dist/main.js
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"  # Node is there if this machine has none

.PHONY: demo run demo-check test test-faults check events docs lock clean

demo: $(INSTALLED) $(FRONT_END)  ## the site with a search running in it
	@exec $(BIN)/python manage.py demo

run: $(INSTALLED) $(FRONT_END)  ## the site
	@exec $(BIN)/python manage.py serve

demo-check: $(INSTALLED) $(FRONT_END)  ## the demo on a small budget, its model loaded and tried
	@sh .ci/demo-check

test: $(INSTALLED_DEV) $(FRONT_END)  ## all tests, small storms of kills and freezes among them
	sh .ci/chromium
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder tests/search tests/web
	$(BIN)/coverage run -m pytest -q tests/browser
	$(BIN)/coverage combine -q
	$(BIN)/coverage report
	cd frontend && $(WITH_NODE) npm test

test-faults: $(INSTALLED_DEV) $(FRONT_END)  ## the storms in full: minutes of killing and freezing
	AUTOML_STORM=large $(BIN)/pytest -q tests/faults tests/web/test_storm.py

check: $(INSTALLED_DEV) $(MODULES)  ## style, types, layers, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	cd frontend && $(WITH_NODE) npm run check

events: $(INSTALLED)  ## frontend/src/events.gen.ts from search/events.py
	$(BIN)/python -m search.typescript > frontend/src/events.gen.ts

docs: $(INSTALLED)  ## docs/methods.md from the catalogue of methods
	$(BIN)/python -m search.handbook > docs/methods.md

lock: $(INSTALLED_DEV)  ## exact versions of all that pyproject.toml asks for
	$(BIN)/python .ci/lock.py

clean:  ## everything that make made, the data aside
	rm -rf .venv frontend/node_modules frontend/dist/main.js frontend/dist/main.css

.venv/bin/python:
	@python=$$(sh .ci/find-python) && "$$python" -m venv .venv

$(INSTALLED): requirements.lock | .venv/bin/python
	@$(BIN)/python .ci/install.py python requirements.lock
	@touch $@

$(INSTALLED_DEV): requirements-dev.lock $(INSTALLED)
	@$(BIN)/python .ci/install.py python requirements-dev.lock
	@touch $@

$(MODULES): frontend/package.json frontend/package-lock.json | $(INSTALLED)
	@$(BIN)/python .ci/install.py frontend
	@touch $@

$(FRONT_END): $(MODULES) $(shell find frontend/src -type f) frontend/vite.config.ts frontend/tsconfig.json
	@echo "Building the front end ..."
	@cd frontend && $(WITH_NODE) npm run --silent build -- --logLevel warn
	@touch $@
