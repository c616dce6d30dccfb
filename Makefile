# qb_collections: two commands on a fresh machine, `make demo` and `make test`.
# Each sets up what it needs in .venv, with Python's own venv and pip and nothing else.

VENV := .venv
BIN := $(VENV)/bin

# Where Python 3.11 or newer is looked for, in this order.  `make demo PYTHON=python3.13` chooses one.
PYTHON ?= python3
PYTHONS := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11

# A stamp is named after all that the environment was made from: the lock, the system's Python, the checkout's
# place.  While nothing of these changed the stamp is there, and neither pip nor the network is asked.
stamp = $(VENV)/.$(1)-$(shell { pwd; $(PYTHON) -V; cat $(2); } 2>/dev/null | cksum | cut -d ' ' -f 1)
RUN := $(call stamp,run,requirements.lock)
DEV := $(call stamp,dev,requirements-dev.lock)

.DEFAULT_GOAL := help
.PHONY: help demo run test lint lock soak soak-inputs soak-plans bench mutation pictures clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(RUN) ## thirty nights of a made-up company, then its web app until Ctrl-C
	@$(BIN)/qb-collections demo

run: $(RUN) ## the web app and the made-up company before its first night
	@$(BIN)/qb-collections demo --nights 0

test: $(DEV) ## lint, strict types, import rules and all tests, with the seconds each group took
	@$(BIN)/python tests/run.py

lint: $(DEV) ## lint, strict types and import rules alone
	@$(BIN)/python tests/run.py lint

# What each part found last, and how long it took, is in docs/reliability.md.
SEED ?= 100000
NIGHTS ?= 10000
soak: $(DEV) ## under two hours: 10,000 hostile nights (NIGHTS=, SEED=), a kill at every point, planted bugs, real kills
	@$(BIN)/python tests/soak.py --nights $(NIGHTS) --seed $(SEED)

soak-inputs: $(DEV) ## hostile webhooks (200,000), ledger files, lists of holds, policies and forms
	@$(BIN)/python -m tests.simulation.inputs

soak-plans: $(DEV) ## 50,000 random plans in random books, 2,000 lived through, 1,000 undone sequences, every kill; hours
	@PLANS=50000 PLANS_LIVED=2000 SEQUENCES=1000 $(BIN)/python -m pytest -n 2 -m "" tests/plans

bench: $(DEV) ## speed as ratios in one run; the figures of one machine are in docs/benchmarks.md
	@$(BIN)/python -m tests.benchmarks

mutation: $(DEV) ## change one thing at a time in core; at least 85 of 100 changes must fail a test
	@$(BIN)/python tests/mutation.py

pictures: $(DEV) ## every message and letter as a picture, to be looked at, in docs/images/messages
	@$(BIN)/python -m tests.pictures

# The machine's own pip settings are left out, so that two machines write the same lock.
lock: $(DEV) ## write both locks again from pyproject.toml; UPGRADE=1 takes newer versions
	@for lock in "requirements.lock" "requirements-dev.lock --extra dev --constraint requirements.lock"; do \
	  env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null $(BIN)/python -m piptools compile \
	    $(if $(UPGRADE),--upgrade) pyproject.toml --output-file $$lock || exit 1; \
	done

clean: ## remove .venv and every cache; your data stays
	rm -rf $(VENV) mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- set-up ----------------------------------------------------------------------------------------------

$(RUN):
	@$(make_environment)
	@echo "Installing what the service needs (once; under a minute)"
	@$(install) -r requirements.lock
	@$(link_checkout)
	@rm -f $(VENV)/.run-* && touch $@

$(DEV):
	@$(make_environment)
	@echo "Installing what the service and its tests need (once; about a minute)"
	@$(install) -r requirements-dev.lock
	@$(link_checkout)
	@rm -f $(VENV)/.run-* $(VENV)/.dev-* && touch $(RUN) $@

install = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
  --only-binary :all: --require-hashes

define find_python
python=; for name in $(PYTHONS); do \
  if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$name; break; fi; \
done; \
missing=; if [ -z "$$python" ]; then missing="python3 python3-venv"; \
elif ! $$python -c 'import ensurepip, venv' >/dev/null 2>&1; then \
  missing=$$($$python -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); fi
endef

# Debian keeps ensurepip, which venv needs, in a package of its own.
# An environment that was moved, or whose Python is gone, is made again.
define make_environment
if grep -qF "$(CURDIR)/$(VENV)" $(VENV)/pyvenv.cfg 2>/dev/null && $(BIN)/python -m pip --version >/dev/null 2>&1; \
then exit 0; fi; \
$(find_python); \
if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
  echo "Installing $$missing with apt-get"; \
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
  $(find_python); \
fi; \
if [ -n "$$missing" ]; then \
  echo "qb_collections needs Python 3.11 or newer and its venv module. Run this one command, then make again:"; \
  if command -v apt-get >/dev/null; then echo "    sudo apt-get install -y $$missing"; \
  elif command -v dnf >/dev/null; then echo "    sudo dnf install -y python3.12"; \
  else echo "    brew install python@3.13"; fi; \
  exit 1; \
fi; \
rm -rf $(VENV) && $$python -m venv $(VENV)
endef

# The checkout is run as it stands: a path entry and a command, and no build.
define link_checkout
echo "$(CURDIR)" >"$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/qb_collections.pth"; \
printf '%s\n' '#!/bin/sh' \
  'exec "$(CURDIR)/$(BIN)/python" -P -c "import sys; from qb_collections.cli import main; sys.argv[0] = '"'qb-collections'"'; sys.exit(main())" "$$@"' \
  >$(BIN)/qb-collections; \
chmod +x $(BIN)/qb-collections
endef
