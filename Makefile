# Everything goes through scripts/run, which sets up what it needs on first use.
# Odoo, Python packages, PostgreSQL and databases live in the cache folder
# (AFTERSALES_CACHE, else ~/.cache/aftersales_rules); `make clean` removes them.

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-rules test-odoo test-system test-browser lint format i18n bench shell clean

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: ## the demo company in a real Odoo: narrated decisions, then the web client (SERVE=0: without, PORT=8069)
	@scripts/run demo

test: ## everything: rules core, addon in Odoo, whole system, browser
	@scripts/run test

test-rules: ## the rules core alone, on every supported Python of this machine
	@scripts/run test rules

test-odoo: ## the addon's own tests inside Odoo
	@scripts/run test odoo

test-system: ## RPC, concurrency, install, upgrade, uninstall against a served Odoo
	@scripts/run test system

test-browser: ## the web client and the portal in Chromium
	@scripts/run test browser

lint: ## style, types, OCA's checks, manifest and XML
	@scripts/run lint

format: ## let ruff repair and format
	@scripts/run format

i18n: ## the addon's terms: write the .pot, bring the .po files up to it
	@scripts/run i18n

bench: ## the benchmarks of bench/
	@scripts/run bench

shell: ## Odoo's shell in the demo company
	@scripts/run shell

setup: ## only the set-up: Odoo, packages, PostgreSQL, base template
	@scripts/run setup

clean: ## stop the embedded PostgreSQL; remove the cache and every database in it
	@scripts/run clean
