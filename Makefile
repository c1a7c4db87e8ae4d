# SPDX-License-Identifier: GPL-2.0-only
#
# Entry points. README.md and docs/originals.md say what each of them shows; the work is done by cargo and the scripts.

# Where rustup puts a toolchain that scripts/setup/rust has just installed.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin
CARGO ?= cargo
PREFIX ?= /usr/local
export CARGO

.NOTPARALLEL:
.PHONY: all build toolchain demo test parity parity-full dropin dropin-full bench fuzz install testdata

all: build

# Installs what is missing where it may, else says what is.
toolchain:
	@scripts/setup/packages build
	@scripts/setup/rust

build: toolchain
	$(CARGO) build --release

demo: build
	scripts/demo

test: toolchain
	$(CARGO) test --workspace

parity: build
	scripts/parity/all ci

parity-full: build
	scripts/parity/all all

dropin: build
	scripts/dropin/all ci

dropin-full: build
	scripts/dropin/all full

bench: build
	scripts/bench/objtool
	scripts/bench/modpost -n 5 lto-7.3-base

fuzz: toolchain
	fuzz/run

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 target/release/objtool target/release/modpost target/release/postlink $(DESTDIR)$(PREFIX)/bin

testdata: build
	scripts/testdata/objects
	scripts/testdata/gate --check || scripts/testdata/gate
	scripts/testdata/gate-external --check || scripts/testdata/gate-external
