# SPDX-License-Identifier: GPL-2.0-only
#
# Entry points. README.md and docs/originals.md say what each of them shows; the work is done by cargo and the scripts.

# Where rustup puts a toolchain that scripts/setup/rust has just installed.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin
CARGO ?= cargo
PREFIX ?= /usr/local
ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/site-functions
BUILT := $(or $(CARGO_TARGET_DIR),target)/release
export CARGO

.NOTPARALLEL:
.PHONY: all build toolchain demo test parity parity-full dropin dropin-full bench fuzz install deb testdata

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

# Folders below share.
SHARED := man/man1 bash-completion/completions fish/vendor_completions.d doc/postlink/docs

install: build
	scripts/package/third-party >$(BUILT)/THIRD-PARTY
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin $(addprefix share/,$(SHARED))) $(DESTDIR)$(ZSH_COMPLETIONS)
	install -s -m 755 $(addprefix $(BUILT)/,objtool modpost postlink) $(DESTDIR)$(PREFIX)/bin
	for page in $$($(BUILT)/postlink manual); do \
		$(BUILT)/postlink manual $$page >$(DESTDIR)$(PREFIX)/share/man/man1/$$page.1 || exit; \
	done
	$(BUILT)/postlink completions bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/postlink
	$(BUILT)/postlink completions fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/postlink.fish
	$(BUILT)/postlink completions zsh >$(DESTDIR)$(ZSH_COMPLETIONS)/_postlink
	install -m 644 README.md CHANGELOG.md LICENSE $(BUILT)/THIRD-PARTY $(DESTDIR)$(PREFIX)/share/doc/postlink
	install -m 644 docs/* $(DESTDIR)$(PREFIX)/share/doc/postlink/docs

# A Debian package of the same; scripts/package/check installs it in a fresh root folder.
deb: build
	scripts/setup/packages package
	scripts/package/deb

testdata: build
	scripts/testdata/objects
	scripts/testdata/gate --check || scripts/testdata/gate
	scripts/testdata/gate-external --check || scripts/testdata/gate-external
