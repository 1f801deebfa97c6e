# Everything runs in .venv, which the first target makes from the hash-locked requirements.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types golden soak clients screens bench lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

demo: .venv/runtime ## the main job on the sample plan: document -> calendar -> mails, in var/demo/
	@$(BIN)/scheduler demo

test: .venv/dev ## all tests but the soak
	@$(BIN)/pytest -n 2 --dist loadfile

check: lint types test ## lint, types, tests: what CI runs

lint: .venv/dev ## ruff: rules and format
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: .venv/dev ## mypy, strict: the program and the benchmarks
	@$(BIN)/mypy

golden: .venv/dev ## write the golden files anew; read the diff before you commit it
	@GOLDEN=write $(BIN)/pytest -k golden

soak: .venv/dev ## what takes long: 50 kills of a rehearsal, 500 over 3,000 mails, a lock of the ledger, 2,000 mutations of each document form, 200 rewrites and all wrong edits under a running service
	@$(BIN)/python -m tests.soak.rehearsal_kills
	@$(BIN)/python -m tests.soak.kills
	@$(BIN)/python -m tests.soak.locked
	@$(BIN)/python -m tests.soak.mutations
	@$(BIN)/python -m tests.soak.rewrites
	@$(BIN)/python -m tests.soak.wrong_edits

clients: .venv/dev ## calendar clients subscribed to a running service
	@$(BIN)/pytest tests/acceptance/test_clients.py

screens: .venv/dev ## pictures of every page, in docs/screens
	@SCREENS=write $(BIN)/pytest tests/acceptance/test_browser.py tests/acceptance/test_browser_editing.py tests/acceptance/test_browser_replies.py

bench: .venv/dev ## ratios against a peer and a limit, measured in one run
	@for bench in plan_reminders reload import_forms feed_build feed_http token_timing edit_served compose_mail send_mail admin_pages send_on_time; do \
	  echo "== $$bench"; $(BIN)/python bench/$$bench.py || failed=1; done; exit $${failed:-0}

lock: .venv/dev ## resolve the requirements anew
	@$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --python-version 3.11 pyproject.toml -o requirements/runtime.txt -q --upgrade
	@$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --python-version 3.11 --extra dev pyproject.toml -c requirements/runtime.txt -o requirements/dev.txt -q --upgrade

clean: ## remove .venv and var
	rm -rf .venv var

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/runtime: .venv/made requirements/runtime.txt
	@echo "installing the program into .venv …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')/scheduler-source.pth"
	@printf '#!%s\nfrom scheduler.cli import main\nmain()\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/scheduler && chmod +x $(BIN)/scheduler
	@touch $@

.venv/dev: .venv/runtime requirements/dev.txt
	@echo "installing the test tools into .venv …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
