# SPDX-License-Identifier: Apache-2.0
# The front of the build: two commands for a stranger (make demo, make check), the rest for those who stay.
# Meson and Ninja do the work; scripts/deps installs what is missing. `make help` lists the targets.
SHELL := /bin/bash
BUILD ?= build
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)

.DEFAULT_GOAL := all
.PHONY: all help deps configure demo check prepush conformance bench fuzz soak coverage coverage-all mutants \
        chroot-check format tidy install clean

all: ## installs what is needed and builds everything into build/, and into build/stage as if installed
	@$(MAKE) --no-print-directory configure
	@ninja -C $(BUILD) -j$(JOBS) --quiet
	@scripts/notice $(BUILD)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

deps: ## installs what the build needs (scripts/deps --list says what and why)
	@scripts/deps build

configure: deps ## configures build/
	@scripts/configure $(BUILD)

demo: configure ## deploys a real program to a host agent on this machine, attested end to end
	@ninja -C $(BUILD) -j$(JOBS) --quiet stage.stamp
	@scripts/notice $(BUILD)
	@scripts/demo $(BUILD)

check: ## builds and tests everything, with sanitizers too; ends with "N passed, N failed, N skipped"
	@scripts/deps check
	@scripts/check

prepush: ## the fast subset before a push: format, build, unit tests, lints, checks of the binary
	@scripts/deps check
	@scripts/check --fast

conformance: ## the official WebAssembly and WASI suites, whole
	@scripts/deps check
	@scripts/check --suite conformance

bench: ## measures, side by side with others
	@scripts/deps bench
	@$(MAKE) --no-print-directory all
	@scripts/bench $(BUILD)

fuzz: ## fuzzes every parser, FUZZ_SECONDS each (60)
	@scripts/deps check
	@scripts/fuzz

soak: ## the long runs: all iterations of the tests that make check samples
	@scripts/deps check
	@CASEMATE_SOAK=1 scripts/check --suite soak

coverage: ## which branches of the verifier its unit tests take, by file
	@scripts/deps check
	@scripts/coverage

coverage-all: ## which lines of all sources all tests run, in build-coverage/report (long)
	@scripts/deps check
	@scripts/coverage --all

mutants: ## builds the verifier without each of its checks in turn; the tests must fail each time
	@scripts/deps check
	@scripts/mutants

chroot-check: ## make demo and make check as a new user's, in fresh Debian 12 and 13 (long; root)
	@scripts/deps bench
	@scripts/chroot-check 12 13

tidy: ## static analysis of our sources
	@scripts/deps bench
	@$(MAKE) --no-print-directory all
	@scripts/tidy $(BUILD)

format: ## formats the C sources
	@git ls-files '*.c' '*.h' | xargs clang-format-19 -i

install: all ## into DESTDIR, PREFIX; the installed tree may be moved
	@scripts/install $(BUILD) "$(abspath $(PREFIX))" "$(if $(DESTDIR),$(abspath $(DESTDIR)))"

clean: ## removes what was built; the cache of dependencies stays
	@rm -rf $(BUILD) build-*
