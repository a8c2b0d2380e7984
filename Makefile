# Everything a person types. `make help` lists it; the first use of a target installs what it needs.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
DEV := $(VENV)/dev/bin
SAM := $(VENV)/sam/bin/sam
ENVIRONMENTS := $(VENV)/dev.stamp $(VENV)/aws.stamp $(VENV)/sam.stamp
LOCAL := $(DEV)/python -m local

# A deployed stack: the interpreter and the processor that template.yaml and samconfig.toml name.
PYTHON_RUNTIME ?= python3.13
LAMBDA_PLATFORM ?= manylinux_2_28_aarch64

ROUND ?= 2025
SEED ?= 1
OUT ?= build/year
PLAY ?= 1
YEAR = --round "$(ROUND)" --seed "$(SEED)" --out "$(OUT)" $(if $(ALLOCATIONS),--allocations "$(ALLOCATIONS)") \
	$(if $(REGISTER),--register "$(REGISTER)") $(if $(ROUNDS),--rounds "$(ROUNDS)") $(if $(filter 1,$(FAULTS)),--faults) \
	$(if $(BANK),--bank "$(BANK)")

export SAM_CLI_TELEMETRY := 0

.PHONY: help setup run test year check format bench verify logs redrive build deploy lock clean

help: ## lists every target
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'\t' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(ENVIRONMENTS) ## installs the three environments under .venv (every target does it when needed)

run: $(ENVIRONMENTS) ## plays a year on the embedded AWS and keeps serving (PLAY=0: only an open round; ROUND, SEED, OUT …)
	@$(LOCAL) run $(YEAR) $(if $(filter 0,$(PLAY)),--no-play)

test: $(ENVIRONMENTS) ## runs every test (ARGS="-k word" for some)
	@$(DEV)/python -m pytest $(ARGS)

year: $(ENVIRONMENTS) ## plays a year, writes OUT and exits (ROUND, SEED, OUT, ALLOCATIONS, REGISTER, ROUNDS, FAULTS=1, BANK=)
	@$(LOCAL) year $(YEAR)

check: $(ENVIRONMENTS) ## format, lint, types, architecture, template rules, generated files
	@$(DEV)/ruff format --check .
	@$(DEV)/ruff check .
	@$(DEV)/mypy shared/statsbidrag functions local scripts tests
	@PYTHONPATH=shared $(DEV)/lint-imports
	@$(DEV)/cfn-lint template.yaml
	@$(SAM) validate --lint --template template.yaml --region eu-north-1
	@PYTHONPATH=shared:. $(DEV)/python -m scripts.references --check

format: $(VENV)/dev.stamp ## formats the code, mends what ruff can mend and writes the generated files again
	@$(DEV)/ruff check --fix --exit-zero --quiet .
	@$(DEV)/ruff format .
	@PYTHONPATH=shared:. $(DEV)/python -m scripts.references

bench: $(ENVIRONMENTS) ## measures the project: a table and build/bench.json
	@$(LOCAL) bench

verify: $(VENV)/dev.stamp ## recomputes every figure of a played year from its files alone (OUT)
	@$(LOCAL) verify --out "$(OUT)"

logs: $(VENV)/dev.stamp ## shows the log lines of the embedded run (FUNCTION=, CASE=)
	@$(LOCAL) logs $(if $(FUNCTION),--function "$(FUNCTION)") $(if $(CASE),--case "$(CASE)")

redrive: $(VENV)/dev.stamp ## shows a dead-letter queue (QUEUE=); APPLY=1 sends its messages again
	@$(LOCAL) redrive --queue "$(QUEUE)" $(if $(filter 1,$(APPLY)),--apply)

build: $(VENV)/sam.stamp ## builds the stack for AWS into .aws-sam (needs the interpreter of PYTHON_RUNTIME on the path)
	@PYTHON_RUNTIME=$(PYTHON_RUNTIME) LAMBDA_PLATFORM=$(LAMBDA_PLATFORM) \
		$(SAM) build --parameter-overrides PythonRuntime=$(PYTHON_RUNTIME)

deploy: build ## deploys what was built to AWS, asking first
	@$(SAM) deploy --parameter-overrides PythonRuntime=$(PYTHON_RUNTIME)

LOCK = $(DEV)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	--custom-compile-command 'make lock' $(if $(filter 1,$(UPGRADE)),--upgrade)
CONSTRAINED := shared $(patsubst %/requirements.in,%,$(wildcard functions/*/requirements.in))

lock: $(VENV)/dev.stamp ## locks every requirements.txt again (UPGRADE=1: to the newest versions)
	@$(LOCK) requirements/dev.in --output-file requirements/dev.txt
	@for folder in $(CONSTRAINED); do \
		$(LOCK) --constraint requirements/dev.txt $$folder/requirements.in --output-file $$folder/requirements.txt; done
	@$(LOCK) requirements/aws.in --output-file requirements/aws.txt
	@$(LOCK) requirements/sam.in --output-file requirements/sam.txt

clean: ## removes what was built (not the environments)
	@rm -rf build .aws-sam .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/%.stamp: requirements/%.txt
	@if cmp -s "$<" "$(VENV)/$*/installed.txt"; then touch "$@"; exit 0; fi; \
	"$(PYTHON)" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "This needs Python 3.11 or newer with venv, not '$(PYTHON)'. Name one: make PYTHON=python3.13" >&2; exit 1; }; \
	echo "installing $(VENV)/$* (once)"; \
	rm -rf "$(VENV)/$*"; \
	"$(PYTHON)" -m venv "$(VENV)/$*"; \
	"$(VENV)/$*/bin/python" -m pip install -qq --disable-pip-version-check --no-compile --no-deps --require-hashes --requirement "$<"; \
	cp "$<" "$(VENV)/$*/installed.txt"; \
	touch "$@"
