# The two commands of this repository are `make run` and `make test`; both set up what they need.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: help run test test-rust test-crates test-docs test-python test-types test-node test-ts test-browser test-old-page bench chaos kills soak fuzz simulate setup setup-node setup-chromium setup-redis setup-postgres setup-proxies setup-python server page

help: ## What can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

run: setup-node ## Runs the template app on http://localhost:3000
	cargo build --locked --package app-server
	$(MAKE) --no-print-directory page
	cargo run --locked --package app-server

test: ## Runs every check
	$(MAKE) --no-print-directory test-crates
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-docs test-types # two compilers, of which each needs one core
	$(MAKE) --no-print-directory test-python test-node test-browser

# Of two recipes side by side: cargo would ask make for its jobs, which gives none to a recipe that calls no make.
CARGO = MAKEFLAGS= cargo
# All steps choose the same targets, so that dependencies have the same features in each and are checked once and compiled once.
# What only measures is checked, and has no tests.
TESTED = --locked --workspace --exclude sync-benches
# What needs a Redis or a Postgres is left out where there is none, but not here.
# What Clippy has checked is not checked once more for the docs: to cargo it is the same where the same program has done it with the same arguments.
CLIPPY_DRIVER = $(wildcard $(shell rustc --print sysroot)/bin/clippy-driver)
# Two have build scripts that need the runtime, which would be compiled by Clippy, too. Of the server, what `cargo sync init` copies of it is checked by
# tests/it/new_app.rs; the other has nothing in it.
CHECKED = --locked --workspace --exclude app-server --exclude all-features
CHECKED_BY_CLIPPY = $(if $(CLIPPY_DRIVER),RUSTC_WORKSPACE_WRAPPER=$(CLIPPY_DRIVER) CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__)
test-crates: export SYNC_TEST_REDIS = required
test-crates: export SYNC_TEST_POSTGRES = required
# Many tests wait for a server or for time to pass: as many again fill the cores meanwhile.
test-crates: export RUST_TEST_THREADS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
test-crates: setup-redis setup-postgres
	cargo fmt --all --check
	cargo clippy $(CHECKED) --all-targets -- -D warnings
	$(CHECKED_BY_CLIPPY) RUSTDOCFLAGS="-D warnings" cargo doc $(CHECKED) --no-deps --lib --bins --examples
	cargo test $(TESTED) --no-run
	cargo test $(TESTED) --tests
	scripts/test-two-servers cargo test --quiet $(TESTED) --test it --
	scripts/check-generated

test-docs:
	$(CARGO) test $(TESTED) --doc

test-python: setup-python server
	scripts/test-python

test-rust: test-crates test-docs test-python ## Format, lints, docs and tests of the Rust side; needs neither Node nor a browser

test-types: setup-node
	npm run build
	npm run typecheck
	npm run lint:package

test-node: setup-node setup-redis setup-postgres setup-proxies server
	npm run test

test-ts: test-types test-node ## Types and tests of the TypeScript side, with the stock Socket.IO client against the real server

test-browser: setup-node setup-chromium setup-postgres server page ## The flows of the web page in a real browser
	npm run test:browser --workspace tests-browser
	scripts/test-old-page twoTabs reconnect

test-old-page: setup-node setup-chromium setup-postgres server page ## All of them with a page that was built long ago
	scripts/test-old-page

bench: ## Measures; see docs/benchmarks.md
	scripts/bench

chaos: ## A thousand clients behind a proxy that cuts and delays, and a server that is killed; CHAOS="--seed 7" repeats one
	cargo bench --quiet --locked --package sync-benches --bench chaos -- $(CHAOS)

kills: export SYNC_KILLS ?= 100
kills: setup-redis setup-postgres ## Kills readers, writers and databases, SYNC_KILLS times for each way in which rows and mutations are stored
	cargo test $(TESTED) --no-run
	cargo test $(TESTED) --test it -- killed

soak: ## Lets a million come and go and a day pass, and fails if that leaves anything behind; takes about twenty minutes
	scripts/bench soak

fuzz: ## Makes up what strangers could send, FUZZ_SECONDS for each target
	scripts/fuzz

simulate: export SYNC_SEEDS ?= 10000
simulate: setup-node ## Rooms, resume, values, and stores of durable data by chance and in virtual time, SYNC_SEEDS runs
	cargo test --locked --package sync-runtime --lib simulation
	cargo test --locked --package sync-runtime --lib tests::cluster
	cargo test --locked --package sync-tests --test it -- states::whatever
	npm exec --workspace syncwright -- vitest run src/store/simulation.test.ts

setup: setup-node setup-chromium setup-redis setup-postgres setup-proxies setup-python ## Installs what is not there yet

setup-node: node_modules/.package-lock.json

node_modules/.package-lock.json: package-lock.json package.json $(wildcard */package.json */*/package.json)
	npm ci
	@touch $@

setup-chromium:
	scripts/setup-chromium

setup-redis:
	scripts/setup-redis

setup-postgres:
	scripts/setup-postgres

setup-proxies:
	scripts/setup-proxies

setup-python:
	scripts/setup-python

# The whole workspace, as `cargo test` builds it: one package alone would have other features, and compile everything again.
server:
	$(CARGO) build $(TESTED) --lib --bins --examples

page: setup-node
	npm run build --workspace syncwright
	npm run build --workspace app-web
