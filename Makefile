# Needs Python 3.11 or newer, git and make; everything else is installed into .venv/ and build/.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
RUN = $(or $(PYTHON),$(error no Python 3.11 or newer was found: install one, or name it with PYTHON=...)) -m tests.runner

# The checkout is used as it is, by its full name, whatever its folder is called.
IN_VENV = PATH="$(CURDIR)/.venv/bin:$$PATH" PYTHONPATH="$(CURDIR)/build/links" ANSIBLE_COLLECTIONS_PATH="$(CURDIR)/build/links" .venv/bin/python

CORE ?= newest
SENSORS ?= 3

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: venv ## Run the playbooks on simulated devices, as on real ones [CHAPTER=commission|site|xyte]
	@$(IN_VENV) -m tests.demo $(CHAPTER)

.PHONY: test
test: ## Run everything: linters, docs, tarball, sanity, unit, browser and integration tests on each ansible-core
	@$(RUN) test

.PHONY: lint
lint: ## Run the linters, and check docs and tarball
	@$(RUN) lint

.PHONY: format
format: ## Let ruff rewrite the Python files
	@$(RUN) format

.PHONY: sanity
sanity: ## Run ansible-test sanity [CORE=newest|all|2.19|...]
	@$(RUN) sanity --core $(CORE)

.PHONY: units
units: ## Run the unit tests [CORE=...] [ARGS="-k name"]
	@$(RUN) units --core $(CORE) --pytest='$(ARGS)'

.PHONY: integration
integration: ## Run the integration tests [CORE=...] [TARGETS="msk_config ..."]
	@$(RUN) integration --core $(CORE) $(TARGETS)

.PHONY: rulebook
rulebook: ## Run the rulebook for Xyte with ansible-rulebook, on a simulated cloud and sensors
	@$(RUN) rulebook

.PHONY: browser
browser: ## Open the report's page in Chromium, and keep screenshots in build/report/
	@$(RUN) browser

.PHONY: bench
bench: venv ## Measure speed and memory against their baselines [ONLY=name]
	@$(IN_VENV) -m tests.benchmark $(ONLY)

.PHONY: simulators
simulators: venv ## Start simulated sensors, new from the factory, until Control-C [SENSORS=3]
	@$(IN_VENV) -m tests.simulators.msk --sensors $(SENSORS) --factory-new

.PHONY: venv
venv: ## Make .venv with the newest ansible-core and all that the collection needs
	@$(RUN) venv

.PHONY: changelog
changelog: ## Move the changelog fragments and new modules into the entry of galaxy.yml's version
	@$(RUN) changelog

.PHONY: build
build: ## Build the collection's tarball into dist/
	@$(RUN) build

.PHONY: clean
clean: ## Remove all that the other targets made
	rm -rf .venv build dist tests/output .ansible .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
