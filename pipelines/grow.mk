# Unlearnable records grown from a few: a D-VAE learns the perturbation of a small poisoned part and adds it to others.
#
#     make -f pipelines/grow.mk CLEAN=clean.rec OUT=out                        # out/grown.rec
#     make -f pipelines/grow.mk CLEAN=clean.rec TEST=test.rec OUT=out evaluate # … and a table
#
# CLEAN is poisoned here, in the part that SHARE names; POISONED=few.rec gives a part that is poisoned already, and CLEAN
# is then the rest. The grown set is the poisoned part followed by the rest with the perturbation added.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

here := $(lastword $(MAKEFILE_LIST))

# Clean records; for `evaluate`, clean test records.
CLEAN ?=
TEST ?=
# Records poisoned already.
POISONED ?=
# Without those: the attack, its options, and the chance of each record to be poisoned.
ATTACK ?= lsp
ATTACK_OPTIONS ?=
SHARE ?= 0.04
# Where everything is written.
OUT ?= out
# The folder of the tools; empty finds them in PATH.
TOOLS ?=
# The D-VAE: KL target in nats a cell, sizes and training. What is empty is the recipe's.
KLD ?= 1
WIDTH ?= 64
LATENT ?= 256
RECIPE ?= fast
EPOCHS ?=
BATCH ?=
RATE ?=
# The classifier that `evaluate` trains.
CLASSIFIER_WIDTH ?= 64
CLASSIFIER_EPOCHS ?= 60
CLASSIFIER_BATCH ?= 128
CLASSIFIER_OPTIONS ?=
# What all random numbers follow from.
SEED ?= 0

ifneq ($(TOOLS),)
export PATH := $(abspath $(TOOLS)):$(PATH)
endif

fit := --kld $(KLD) --width $(WIDTH) --latent $(LATENT) --recipe $(RECIPE) $(EPOCHS:%=--epochs %) $(BATCH:%=--batch %) \
  $(RATE:%=--learning-rate %) --seed $(SEED)
apply := --seed $(SEED)
craft := $(ATTACK) $(ATTACK_OPTIONS) --rate $(SHARE) --seed $(SEED)
classifier := --width $(CLASSIFIER_WIDTH) --epochs $(CLASSIFIER_EPOCHS) --batch $(CLASSIFIER_BATCH) --seed $(SEED) \
  $(CLASSIFIER_OPTIONS)

.PHONY: grow evaluate options
grow: $(OUT)/grown.rec

# A stage's options, in a file that changes only when they do.
$(OUT)/%.options: options
	@mkdir -p $(@D)
	@echo '$($*)' | cmp --silent - $@ || echo '$($*)' > $@

# The poisoned part and the rest.
ifeq ($(POISONED),)
few := $(OUT)/few.rec
rest := $(OUT)/rest.rec

$(OUT)/crafted.rec: $(CLEAN) $(OUT)/craft.options
	ue-craft $(craft) < $(CLEAN) -o $@

$(few): $(OUT)/crafted.rec
	rec select poisoned $< -o $@

$(rest): $(OUT)/crafted.rec
	rec select '!poisoned' $< -o $@
else
few := $(POISONED)
rest := $(CLEAN)
endif

# The perturbation of the few, and the rest with it.
$(OUT)/m: $(few) $(OUT)/fit.options
	dvae-fit $(fit) --log $(OUT)/m.log < $(few) -o $@

$(OUT)/added.rec: $(rest) $(OUT)/m $(OUT)/apply.options
	dvae-apply $(OUT)/m --add $(apply) < $(rest) -o $@

$(OUT)/grown.rec: $(few) $(OUT)/added.rec
	cat $^ > $@.part && mv $@.part $@

# Evaluation: a classifier trained on each set, and its accuracy on clean test records.
$(OUT)/clean.classifier: $(CLEAN) $(OUT)/classifier.options
	cls-train $(classifier) < $(CLEAN) -o $@

$(OUT)/grown.classifier: $(OUT)/grown.rec $(OUT)/classifier.options
	cls-train $(classifier) < $(OUT)/grown.rec -o $@

$(OUT)/%.json: $(OUT)/%.classifier $(TEST)
	cls-eval $(OUT)/$*.classifier --json < $(TEST) -o $@

evaluate: $(OUT)/clean.json $(OUT)/grown.json
	@printf '\n%-14s %22s\n' 'trained on' 'clean test accuracy'
	@for set in clean grown; do \
	  sed "s/\"classes\".*//; s/.*\"accuracy\":\([0-9.eE-]*\),.*/$$set \1/" $(OUT)/$$set.json; \
	done | awk ' \
	  NF != 2 { print "no accuracy in " $$0 > "/dev/stderr"; exit 1 } \
	  { printf "%-14s %20.2f %%\n", $$1, 100 * $$2 }'

ifeq ($(CLEAN),)
$(error CLEAN is not set: name the clean records, as in make -f $(here) CLEAN=clean.rec)
endif
ifneq ($(filter evaluate,$(MAKECMDGOALS)),)
ifeq ($(TEST),)
$(error TEST is not set: evaluate needs clean test records, as in TEST=test.rec)
endif
endif
