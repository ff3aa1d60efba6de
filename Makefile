# Commands for people and for CI. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

# The virtual environment, and the Python to create it with.
export VENV ?= .venv
export PYTHON ?= python3
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.venv/collections
export ANSIBLE_HOME := $(CURDIR)/$(VENV)/ansible
export PYTHONPATH := $(CURDIR)/tests:$(CURDIR)/.venv/collections:$(CURDIR)
# Without bytecode every start of Ansible compiles it again, which takes longer than everything else.
unexport PYTHONDONTWRITEBYTECODE

DEMO := $(VENV)/installed-demo
TEST := $(VENV)/installed-test
EVENTS := .venv/events/installed-events
LINT := $(VENV)/installed-lint
BENCH := $(VENV)/installed-bench
MUTATION := $(VENV)/installed-mutation
INSTALLER := $(VENV)/installed-installer
AUDIT := $(VENV)/installed-audit

# The permissions that the tests have used, by part. A run of chosen tests (K, S) keeps the record of the last whole run.
CALLS := $(CURDIR)/$(VENV)/calls

# The newest generation runs the tests that are marked for both, unless WHOLE=1 or a choice asks for others.
MARKED := $(if $(WHOLE)$(K),,$(filter %/newest,$(VENV)))
MARK := ^(pytestmark = |@)pytest\.mark\.both_generations$$
tests = $(if $(MARKED),-m both_generations $(sort $(shell grep -rlE '$(MARK)' tests/$(1) --include='test_*.py')),tests/$(1)) $(if $(K),-k "$(K)")
PROFILE := --hypothesis-profile=$(if $(WHOLE),thorough,ci)

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

$(VENV)/installed-%: requirements/%.txt scripts/environment
	@scripts/environment $<

$(TEST): requirements/test.txt scripts/environment tests/iam_simulate/package-lock.json
	@scripts/environment requirements/test.txt
	@python -m iam_simulate

$(EVENTS): requirements/events.txt scripts/environment
	@VENV=.venv/events scripts/environment requirements/events.txt

.PHONY: demo
demo: $(DEMO) ## Find, retire and put back what is left in accounts of a local AWS, and repair drift (LONG=1 for every step)
	@python -m demo $(if $(LONG),--long)

.PHONY: local-aws
local-aws: $(DEMO) ## Run a local AWS in the foreground, to try playbooks against
	@python -m local_aws

.PHONY: test
test: export WHOLE := $(WHOLE)
test: $(TEST) $(EVENTS) ## Set up and run what must pass, also with the newest ansible-core if Python 3.13 is installed (WHOLE=1 before a release)
	@scripts/test

.PHONY: ci
ci: export WHOLE := $(WHOLE)
ci: $(LINT) $(TEST) $(EVENTS) ## Set up and run the tests and the checkers side by side, as CI does
	@WITH_LINT=1 scripts/test

.PHONY: unit
unit: export LOCAL_AWS_CALLS := $(if $(K),,$(CALLS)/unit)
unit: $(TEST) ## Run the tests of the engine, the modules and local AWS (K=boundary for those with boundary in their name)
	@rm -rf "$$LOCAL_AWS_CALLS"
	@python -m pytest $(call tests,unit) $(PROFILE) -n 2 -q

.PHONY: integration
integration: export LOCAL_AWS_CALLS := $(if $(K),,$(CALLS)/integration)
integration: $(TEST) $(EVENTS) ## Run playbooks, modules and examples of the documentation with the real ansible-playbook (K=retire)
	@rm -rf "$$LOCAL_AWS_CALLS"
	@python -m pytest $(call tests,integration) -n 2 --dist loadfile -q

.PHONY: browser
browser: $(TEST) ## Look at reports in headless Chromium, which is installed if it is missing
	-@python -m browser.chromium
	@python -m pytest tests/browser -q -rs

# As users start it with WHOLE=1 and S. Otherwise ansible-playbook is a fork, which saves almost half of the time.
MOLECULE := $(if $(WHOLE)$(S),,python -m with_preloaded_ansible )molecule

.PHONY: molecule
molecule: export LOCAL_AWS_CALLS := $(if $(S),,$(CALLS)/molecule)
molecule: $(TEST) ## Run the molecule scenario of every service role (S=panorama_iam for one)
	@rm -rf "$$LOCAL_AWS_CALLS"
	@cd extensions && $(MOLECULE) test $(if $(S),-s $(S),--all) && for file in molecule/$(or $(S),*)/molecule.yml; do \
	    echo "molecule $$(basename "$$(dirname "$$file")"): passed"; \
	done

.PHONY: permissions
permissions: export LOCAL_AWS_CALLS := $(CALLS)
permissions: $(TEST) ## Compare the permissions that the tests have used with the policy documents
	@python -m pytest tests/permissions -q

.PHONY: coverage
coverage: $(TEST) ## Measure which branches of the engine the unit tests run, and fail below 95 %
	@rm -rf tests/output/coverage && mkdir -p tests/output/coverage
	@python -m coverage run -m pytest tests/unit -n 2 -q -p mutation.empty_caches --hypothesis-profile=mutation
	@python -m coverage combine -q && python -m coverage report

.PHONY: mutation
mutation: $(MUTATION) ## Change the engine line by line and check that a test fails (MODULES="validate/declaration plan/planner" for some)
	@python -m mutation $(MODULES)

.PHONY: bench
bench: $(BENCH) ## Measure site.yml, audit.yml and iam_baseline in comparison with amazon.aws, mitogen and boto3 (QUICK=1, WHOLE=1, REPEATS=5, EARLIER=commit, RESULTS=folder)
	@python -m bench $(if $(QUICK),--quick) $(if $(WHOLE),--whole) $(if $(EARLIER),--earlier $(EARLIER)) $(if $(REPEATS),--repeats $(REPEATS)) $(if $(RESULTS),--results $(RESULTS))

.PHONY: lint
lint: $(LINT) ## Run the checks that reviewers of a collection run (ONLY="mypy yamllint" for some of them)
	@python scripts/lint $(ONLY)

.PHONY: format
format: $(LINT) ## Format the Python code
	@ruff check --fix . && ruff format .

.PHONY: docs
docs: $(LINT) ## Write the generated files: of the roles, the tables of variables, the lists of services, the boundary, the escalation steps
	@scripts/role_files
	@scripts/role_readmes
	@scripts/playbook_variables
	@scripts/service_lists
	@scripts/boundary_actions
	@scripts/escalation_page

.PHONY: site
site: $(LINT) ## Build the documentation as one site, and print its path
	@scripts/documentation_site

.PHONY: lock
lock: $(INSTALLER) ## Write requirements/*.txt from requirements/*.in, pinned and with hashes (UPGRADE=1 for the newest versions)
	@scripts/lock_requirements $(if $(UPGRADE),--upgrade)

.PHONY: audit-dependencies
audit-dependencies: $(AUDIT) ## Ask the advisory database of PyPI for known vulnerabilities of the locked requirements; needs the network
	@for file in requirements/*.txt; do \
	    echo "$$file"; pip-audit --disable-pip --require-hashes --requirement "$$file" || failed=1; \
	done; exit $${failed:-0}

.PHONY: base-image
base-image: ## Pin the base image of the execution environment to the digest that its tag has now; needs podman, docker or skopeo
	@scripts/base_image

.PHONY: release
release: $(TEST) ## Build the tarball, its bill of materials and checksums in dist, signed with KEY, an ID of gpg
	@scripts/release $(if $(KEY),--key "$(KEY)")

.PHONY: clean
clean: ## Remove the virtual environment and every cache
	@rm -rf .venv .ansible .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/output bench/output demo/output
