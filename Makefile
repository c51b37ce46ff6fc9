# make demo and make test each do all that they need on a fresh Debian machine with Swift; make help lists the rest.

PREFIX    ?= /usr/local
DESTDIR   ?=
UE_MARCH  ?= native
SWIFT     ?= swift
# What the demonstration's random numbers follow from.
SEED      ?= 0
# What a bench measures for, each case, in seconds.
BENCH_SECONDS ?= 1
# The readers that fuzz tries, and for how long each, in seconds.
FUZZ_TARGETS ?= stream document npy npz pt pickle pkl safetensors idx cifar folder jpeg png webp bmp gif tiff webdataset \
	member labels
FUZZ_SECONDS ?= 60
# The tests that sanitize runs, by a regular expression of their names.
SANITIZE_TESTS ?= .
# What a Debian package is built for, and where.
DEB_MARCH ?= x86-64-v3
DEB_BUILD ?= .build-deb

export UE_MARCH

# Tests see the insides of the libraries, which takes a build of its own: beside the other one, neither undoes the other.
BUILD      := .build
TEST_BUILD := .build-test
FUZZ_BUILD := .build-fuzz
RELEASE    := $(BUILD)/release

# Swift's own libraries are linked in, so that what is installed runs without Swift. By product, since the tests' libraries
# cannot be built so.
COMPILE := $(SWIFT) build -c release --static-swift-stdlib --scratch-path $(BUILD)

# What is built, and what each is called as through links: one file for several tools, since Swift's libraries are in each.
PROGRAMS := ue-records ue-networks
TOOLS := $(patsubst Sources/%/,%,$(dir $(wildcard Sources/*/*.1)))
# The one that measures gets no link where tools are installed.
INSTALLED := $(filter-out ue-bench,$(TOOLS))

bindir  := $(DESTDIR)$(PREFIX)/bin
libexecdir := $(DESTDIR)$(PREFIX)/libexec/ue-tools
mandir  := $(DESTDIR)$(PREFIX)/share/man/man1
bashdir := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir  := $(DESTDIR)$(PREFIX)/share/zsh/site-functions
fishdir := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
datadir := $(DESTDIR)$(PREFIX)/share/ue-tools
docdir  := $(DESTDIR)$(PREFIX)/share/doc/ue-tools

.PHONY: setup build test fuzz sanitize bench profile demo install uninstall deb clean help
.DEFAULT_GOAL := build

## setup: install the system packages that are missing (apt-get), and nothing when none is
setup:
	@./.ci/setup

## build: compile all tools, for this processor or for UE_MARCH=x86-64-v3 and the like
build: setup
	set -e; for program in $(PROGRAMS); do \
	  $(COMPILE) --product $$program; \
	  tools=$$($(RELEASE)/$$program --tools); \
	  for tool in $$tools; do ln -sfn $$program $(RELEASE)/$$tool; done; \
	done

## test: run all tests
test: setup
	$(SWIFT) test -c release --scratch-path $(TEST_BUILD)

## fuzz: let libFuzzer look for bytes that crash, hang or bloat a reader; FUZZ_SECONDS=600 looks longer
# Both sanitizers stand in one word, since of two the compiler takes the last. The runtime's own report of a crash would
# hang; libFuzzer reports, and keeps the bytes.
fuzz: setup
	UE_FUZZ=1 $(SWIFT) build -c release --sanitize fuzzer -Xswiftc -sanitize=fuzzer,address --scratch-path $(FUZZ_BUILD) --product fuzz
	set -e; for target in $(FUZZ_TARGETS); do \
	  corpus=$(FUZZ_BUILD)/corpus/$$target; mkdir -p $$corpus; \
	  echo "fuzz: $$target for $(FUZZ_SECONDS) s"; \
	  SWIFT_BACKTRACE=enable=no FUZZ_TARGET=$$target FUZZ_SEEDS=$$corpus $(FUZZ_BUILD)/release/fuzz \
	    -max_total_time=$(FUZZ_SECONDS) -timeout=60 -rss_limit_mb=1024 -verbosity=0 -print_final_stats=1 \
	    -artifact_prefix=$(FUZZ_BUILD)/$$target- $$corpus; \
	done

## sanitize: run the tests under the address and the thread sanitizer; SANITIZE_TESTS=name picks some
# Each needs a build of its own. What limits the address space cannot run: the sanitizers themselves take terabytes of it.
# Leaks are not looked for: the references within Swift's enums hide from that search, which finds every constant lost.
sanitize: setup
	set -e; for sanitizer in address thread; do \
	  UE_SANITIZE=$$sanitizer ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=suppressions=$(CURDIR)/.ci/thread.suppressions \
	    $(SWIFT) test -c release --sanitize $$sanitizer --scratch-path .build-$$sanitizer --filter '$(SANITIZE_TESTS)'; \
	done

## bench: measure, and print JSON lines; BENCH_SECONDS=n measures each case for longer
bench: setup
	@$(MAKE) --no-print-directory build >&2
	@$(RELEASE)/ue-bench --seconds $(BENCH_SECONDS)

## profile: where the time of a D-VAE and a ResNet-18 training step goes, operation by operation
profile: setup
	@$(MAKE) --no-print-directory build >&2
	@$(RELEASE)/ue-bench --profile --only dvae-train,resnet18-train --seconds $(BENCH_SECONDS)

## demo: poison a small built-in data set, purify it, and compare classifiers trained on each; SEED=1 and the like vary it
# The pipeline gets the letters of make's own options, such as -n, and none of the variables above, which it does not know.
demo: build
	PATH="$(CURDIR)/$(RELEASE):$$PATH" MAKEFLAGS='$(filter-out -%,$(firstword $(MAKEFLAGS)))' \
	  $(MAKE) -f pipelines/purify.mk OUT=demo SEED=$(SEED) demo

# What is built already is installed as it is: `sudo make install` then needs no compiler.
$(RELEASE)/ue-rec:
	$(MAKE) build

## install: put tools, manual pages, completions, pipelines and README under PREFIX (and DESTDIR)
install: $(RELEASE)/ue-rec
	install -d $(bindir) $(libexecdir) $(mandir) $(bashdir) $(zshdir) $(fishdir) $(datadir) $(docdir)
	install -m 644 pipelines/*.mk $(datadir)
	install -m 755 pipelines/verdict pipelines/ue-purify $(datadir)
	install -m 644 pipelines/ue_records.py $(datadir)
	install -m 644 README.md $(docdir)
	install -s -m 755 $(PROGRAMS:%=$(RELEASE)/%) $(libexecdir)
	set -e; for tool in $(INSTALLED); do \
	  program=$$(readlink $(RELEASE)/$$tool); \
	  ln -srfn $(libexecdir)/$$program $(bindir)/$$tool; \
	  install -m 644 Sources/$$tool/$$tool.1 $(mandir)/$$tool.1; \
	done
	install -m 644 pipelines/ue-purify.1 $(mandir)
	ln -srfn $(datadir)/ue-purify $(bindir)/ue-purify
	set -e; for tool in $(INSTALLED:%=$(RELEASE)/%) pipelines/ue-purify; do name=$${tool##*/}; \
	  $$tool --generate-completion-script bash > $(bashdir)/$$name; \
	  $$tool --generate-completion-script zsh > $(zshdir)/_$$name; \
	  $$tool --generate-completion-script fish > $(fishdir)/$$name.fish; \
	done

## uninstall: take away exactly what install put there
uninstall:
	set -e; for tool in $(INSTALLED) ue-purify; do \
	  rm -f $(bindir)/$$tool $(mandir)/$$tool.1 $(bashdir)/$$tool $(zshdir)/_$$tool $(fishdir)/$$tool.fish; \
	done
	rm -f $(patsubst pipelines/%,$(datadir)/%,$(wildcard pipelines/*)) $(docdir)/README.md $(PROGRAMS:%=$(libexecdir)/%)
	set -e; for folder in $(datadir) $(docdir) $(libexecdir); do \
	  if [ -d $$folder ]; then rmdir --ignore-fail-on-non-empty $$folder; fi; \
	done

## deb: make a Debian package, in .build-deb, for DEB_MARCH=x86-64-v3 or the like
# Debian's zsh looks for the completions of packages in a folder of its own.
deb:
	$(MAKE) build UE_MARCH=$(DEB_MARCH) BUILD=$(DEB_BUILD)
	rm -rf $(DEB_BUILD)/deb
	$(MAKE) install UE_MARCH=$(DEB_MARCH) BUILD=$(DEB_BUILD) DESTDIR=$(DEB_BUILD)/deb PREFIX=/usr \
	  zshdir=$(DEB_BUILD)/deb/usr/share/zsh/vendor-completions
	.packaging/deb $(DEB_BUILD)/deb $(DEB_BUILD)

## clean: remove everything that was built
clean:
	rm -rf $(BUILD) $(TEST_BUILD) $(FUZZ_BUILD) $(DEB_BUILD) .build-address .build-thread .build-python demo

## help: list the targets
help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))
