# What all pipelines share: how make runs them, where the tools are, how models are trained, and what an evaluation shows.
# A pipeline includes it behind defaults of its own, which then hold instead of these.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

# Where everything is written.
OUT ?= out
# The folder of the tools; empty finds them in PATH.
TOOLS ?=
# The D-VAEs: sizes and training. What is empty is the recipe's, published or fast.
WIDTH ?= 64
LATENT ?= 256
RECIPE ?= published
EPOCHS ?=
BATCH ?=
RATE ?=
WARM_UP ?=
# The classifiers.
CLASSIFIER_WIDTH ?= 64
CLASSIFIER_EPOCHS ?= 60
CLASSIFIER_BATCH ?= 128
# Further options of cls-train, such as --no-augmentation.
CLASSIFIER_OPTIONS ?=
# What all random numbers follow from.
SEED ?= 0

# make takes a space for the end of a name.
define without_spaces
$(if $(word 2,$($(1))),$(error $(1)=$($(1)): paths with spaces cannot be used; rename it or link to it))
endef
$(foreach name,DATA TEST CLEAN POISONED OUT TOOLS,$(call without_spaces,$(name)))

ifneq ($(TOOLS),)
export PATH := $(abspath $(TOOLS)):$(PATH)
endif

fit := --width $(WIDTH) --latent $(LATENT) --recipe $(RECIPE) $(BATCH:%=--batch %) $(RATE:%=--learning-rate %) \
  $(WARM_UP:%=--warm-up %) --seed $(SEED)
apply := --seed $(SEED)
# Options of cls-train for so many epochs.
classifier_for = --width $(CLASSIFIER_WIDTH) --epochs $(1) --batch $(CLASSIFIER_BATCH) --seed $(SEED)
classifier := $(call classifier_for,$(CLASSIFIER_EPOCHS)) $(CLASSIFIER_OPTIONS)

# The names of what is read: a file of another name may well be older than what was made of the last one.
data := $(abspath $(DATA))
clean := $(abspath $(CLEAN))
test := $(abspath $(TEST))

# A variable of options or names, in a file that changes only when they do. Only pattern rules need the test records' name:
# named here too, its file is not taken for a step in between and removed.
.PHONY: options
$(OUT)/test.options: options
$(OUT)/%.options: options
	@mkdir -p $(@D)
	@echo '$($*)' | cmp --silent - $@ || { echo '$($*)' > $@.part; mv $@.part $@; }

# A classifier of the clean records, where there are any, and a classifier's accuracy on clean test records.
$(OUT)/clean.classifier: $(CLEAN) $(OUT)/clean.options $(OUT)/classifier.options
	cls-train $(classifier) < $(CLEAN) -o $@

$(OUT)/%.json: $(OUT)/%.classifier $(TEST) $(OUT)/test.options
	cls-eval $(OUT)/$*.classifier --json < $(TEST) -o $@

# Lines of a set's name and its accuracy, for the sets $(1); and those as a table.
accuracies = for set in $(1); do \
    sed "s/\"classes\".*//; s/.*\"accuracy\":\([0-9.eE-]*\),.*/$$set \1/" $(OUT)/$$set.json; \
  done
table = $(accuracies) | awk ' \
    BEGIN { printf "\n%-14s %22s\n", "trained on", "clean test accuracy" } \
    NF != 2 { print "no accuracy in " $$0 > "/dev/stderr"; exit 1 } \
    { printf "%-14s %20.2f %%\n", $$1, 100 * $$2 }'

ifneq ($(filter evaluate,$(MAKECMDGOALS)),)
ifeq ($(TEST),)
$(error TEST is not set: evaluate needs clean test records, as in TEST=test.rec)
endif
endif

# What a pipeline makes unasked is its own first rule.
.DEFAULT_GOAL :=
