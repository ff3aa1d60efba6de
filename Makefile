# Commands for people and for CI. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

# The virtual environment, and the Python to make it of.
export VENV ?= .venv
export PYTHON ?= python3
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.venv/collections
export ANSIBLE_HOME := $(CURDIR)/$(VENV)/ansible
export PYTHONPATH := $(CURDIR)/tests:$(CURDIR)/.venv/collections

DEMO := $(VENV)/installed-demo
TEST := $(VENV)/installed-test
LINT := $(VENV)/installed-lint
BENCH := $(VENV)/installed-bench

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(DEMO): requirements/demo.txt scripts/environment
	@scripts/environment requirements/demo.txt

$(TEST): requirements/test.txt requirements/demo.txt scripts/environment
	@scripts/environment requirements/test.txt

$(LINT): requirements/lint.txt requirements/test.txt requirements/demo.txt scripts/environment
	@scripts/environment requirements/lint.txt

$(BENCH): requirements/bench.txt requirements/demo.txt scripts/environment
	@scripts/environment requirements/bench.txt

.PHONY: demo
demo: $(DEMO) ## Keep the permissions of five services true in several accounts of a local AWS, and watch it
	@python -m demo

.PHONY: local-aws
local-aws: $(DEMO) ## Run a local AWS in the foreground, to try playbooks against
	@python -m local_aws

.PHONY: test
test: $(TEST) unit integration browser molecule ## Set up and run everything that must pass

.PHONY: unit
unit: $(TEST) ## Run the tests of the engine, the modules and local AWS
	@python -m pytest tests/unit -n 2 -q

.PHONY: integration
integration: $(TEST) ## Run the playbooks and the modules with the real ansible-playbook
	@python -m pytest tests/integration -n 2 -q

.PHONY: browser
browser: $(TEST) ## Look at reports in headless Chromium, which is installed where there is none
	-@python -m browser.chromium
	@python -m pytest tests/browser -q -rs

.PHONY: molecule
molecule: $(TEST) ## Run the molecule scenario of every service role
	@cd extensions && for file in molecule/*/molecule.yml; do molecule test -s "$$(basename "$$(dirname "$$file")")" || exit 1; done

.PHONY: bench
bench: $(BENCH) ## Measure this collection beside amazon.aws, mitogen and boto3 (QUICK=1, WHOLE=1, REPEATS=5, RESULTS=folder)
	@python -m bench $(if $(QUICK),--quick) $(if $(WHOLE),--whole) $(if $(REPEATS),--repeats $(REPEATS)) $(if $(RESULTS),--results $(RESULTS))

.PHONY: lint
lint: $(LINT) ## Check style, types and Ansible's rules
	@ruff check . && ruff format --check .
	@mypy
	@yamllint --strict .
	@ansible-lint
	@scripts/role_readmes --check

.PHONY: format
format: $(LINT) ## Format the Python code
	@ruff check --fix . && ruff format .

.PHONY: docs
docs: $(LINT) ## Write the tables of variables in the READMEs of the roles
	@scripts/role_readmes

.PHONY: clean
clean: ## Remove the virtual environment and every cache
	@rm -rf .venv .ansible .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/output bench/output demo/output
