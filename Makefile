# make demo and make test each do all that they need on a fresh Debian machine with Swift; make help lists the rest.

PREFIX    ?= /usr/local
DESTDIR   ?=
UE_MARCH  ?= native
SWIFT     ?= swift
# What a bench measures for, each case, in seconds.
BENCH_SECONDS ?= 1

export UE_MARCH

# Tests see the insides of the libraries, which takes a build of its own: beside the other one, neither undoes the other.
BUILD      := .build
TEST_BUILD := .build-test
RELEASE    := $(BUILD)/release

# Swift's own libraries are linked in, so that what is installed runs without Swift. By product, since the tests' libraries
# cannot be built so.
COMPILE := $(SWIFT) build -c release --static-swift-stdlib --scratch-path $(BUILD)

TOOLS := $(patsubst Sources/%/,%,$(dir $(wildcard Sources/*/*.1)))
# Measures, and is not installed.
INSTALLED := $(filter-out ue-bench,$(TOOLS))

bindir  := $(DESTDIR)$(PREFIX)/bin
mandir  := $(DESTDIR)$(PREFIX)/share/man/man1
bashdir := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir  := $(DESTDIR)$(PREFIX)/share/zsh/site-functions
fishdir := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

.PHONY: setup build test bench profile demo install uninstall clean help
.DEFAULT_GOAL := build

## setup: install the system packages that are missing (apt-get), and nothing when none is
setup:
	@./.ci/setup

## build: compile all tools, for this processor or for UE_MARCH=x86-64-v3 and the like
build: setup
	set -e; for tool in $(TOOLS); do $(COMPILE) --product $$tool; done

## test: run all tests
test: setup
	$(SWIFT) test -c release --scratch-path $(TEST_BUILD)

## bench: measure, and print JSON lines; BENCH_SECONDS=n measures each case for longer
bench: setup
	@$(COMPILE) --product ue-bench >&2
	@$(RELEASE)/ue-bench --seconds $(BENCH_SECONDS)

## profile: where the time of a D-VAE and a ResNet-18 training step goes, operation by operation
profile: setup
	@$(COMPILE) --product ue-bench >&2
	@$(RELEASE)/ue-bench --profile --only dvae-train,resnet18-train --seconds $(BENCH_SECONDS)

## demo: poison a small built-in data set, purify it, and compare classifiers trained on each
demo: build
	PATH="$(CURDIR)/$(RELEASE):$$PATH" $(MAKE) -f pipelines/purify.mk OUT=demo demo

# What is built already is installed as it is: `sudo make install` then needs no compiler.
$(RELEASE)/rec:
	$(MAKE) build

## install: put tools, manual pages and completions under PREFIX (and DESTDIR)
install: $(RELEASE)/rec
	install -d $(bindir) $(mandir) $(bashdir) $(zshdir) $(fishdir)
	set -e; for tool in $(INSTALLED); do \
	  install -s -m 755 $(RELEASE)/$$tool $(bindir)/$$tool; \
	  install -m 644 Sources/$$tool/$$tool.1 $(mandir)/$$tool.1; \
	  $(RELEASE)/$$tool --generate-completion-script bash > $(bashdir)/$$tool; \
	  $(RELEASE)/$$tool --generate-completion-script zsh > $(zshdir)/_$$tool; \
	  $(RELEASE)/$$tool --generate-completion-script fish > $(fishdir)/$$tool.fish; \
	done

## uninstall: take away exactly what install put there
uninstall:
	set -e; for tool in $(INSTALLED); do \
	  rm -f $(bindir)/$$tool $(mandir)/$$tool.1 $(bashdir)/$$tool $(zshdir)/_$$tool $(fishdir)/$$tool.fish; \
	done

## clean: remove everything that was built
clean:
	rm -rf $(BUILD) $(TEST_BUILD) .build-python demo

## help: list the targets
help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))
