# Entry points. README.md says what each of them shows; the work is done by cargo and the scripts.

# Where rustup puts a toolchain that scripts/rust has just installed.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin
CARGO ?= cargo
PREFIX ?= /usr/local
export CARGO

.NOTPARALLEL:
.PHONY: all build toolchain demo test parity parity-full dropin dropin-full bench fuzz install testdata

all: build

# Installs what is missing where it may, else says what is.
toolchain:
	@scripts/packages build
	@scripts/rust

build: toolchain
	$(CARGO) build --release

demo: build
	scripts/demo

test: toolchain
	$(CARGO) test --workspace

parity: build
	scripts/parity-all ci

parity-full: build
	scripts/parity-all all

dropin: build
	scripts/dropin ci

dropin-full: build
	scripts/dropin full

bench: build
	scripts/bench
	scripts/modpost-bench -n 5 lto-7.3-base

fuzz: toolchain
	scripts/fuzz

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 target/release/objtool target/release/modpost target/release/postlink $(DESTDIR)$(PREFIX)/bin

testdata: build
	scripts/testdata
	scripts/gate-testdata --check || scripts/gate-testdata
	scripts/gate-external-testdata --check || scripts/gate-external-testdata
