# What all pipelines share: how make runs them, where the tools are, how models are trained, and what an evaluation shows.
# A pipeline includes it behind defaults of its own, which then hold instead of these.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

# Where everything is written.
OUT ?= out
# Where the classifier of the clean records is kept: several OUT that name one folder share it, made one after the other.
SHARED ?= $(OUT)
# The folder of the tools; empty finds them in PATH.
TOOLS ?=
# The D-VAEs: sizes and training. What is empty is the recipe's, published or fast; STEPS, whatever the number of records, stand
# in place of EPOCHS.
WIDTH ?= 64
LATENT ?= 256
RECIPE ?= published
EPOCHS ?=
STEPS ?=
BATCH ?=
RATE ?=
WARM_UP ?=
# The classifiers.
CLASSIFIER_WIDTH ?= 64
CLASSIFIER_EPOCHS ?= 60
CLASSIFIER_BATCH ?= 128
# Further options of cls-train, such as --no-augmentation.
CLASSIFIER_OPTIONS ?=
# Not empty, it hides the progress of what is trained and applied.
QUIET ?=
# Not empty, it shows the commands as they are run; make -n shows them without running any.
VERBOSE ?=
# What all random numbers follow from.
SEED ?= 0

# A name that no pipeline asks for would go unnoticed, and its setting with it: known are those that stand in these files.
known := $(shell sed -n 's/^\([A-Z][A-Z0-9_]*\) *?=.*/\1/p' $(MAKEFILE_LIST))
given := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
$(foreach name,$(filter-out $(known) -*-%,$(given)),$(error $(name) is no variable of $(firstword $(MAKEFILE_LIST)); \
  there are $(sort $(known))))
# make takes a space for the end of a name, and make and the shell read these signs for themselves.
signs := ' " ` \ ( ) < > | & ; : * ? [ ] % = \#
$(foreach name,DATA TEST CLEAN POISONED OUT SHARED TOOLS,$(if $(or $(word 2,$($(name))),$(strip $(foreach sign,$(signs), \
  $(findstring $(sign),$($(name)))))),$(error $(name)=$($(name)): paths with spaces or any of $(signs) cannot be used; \
  rename it, link to it, or use ue-purify)))
# What is named has to be there, unless this is a dry run of what would make it.
flags := $(filter-out --%,$(firstword -$(MAKEFLAGS)))
ifeq ($(findstring n,$(flags)),)
$(foreach name,DATA TEST CLEAN POISONED,$(if $(filter command,$(origin $(name))),$(if $(wildcard $($(name))),,$(if \
  $($(name)),$(error $(name)=$($(name)): no such file)))))
endif

$(foreach stage,1 2,$(if $(and $(EPOCHS$(stage)),$(STEPS$(stage))),$(error EPOCHS and STEPS both say for how long a stage \
  trains; give one of them)))

ifeq ($(VERBOSE),)
.SILENT:
endif

ifneq ($(TOOLS),)
export PATH := $(abspath $(TOOLS)):$(PATH)
endif

fit := --width $(WIDTH) --latent $(LATENT) --recipe $(RECIPE) $(BATCH:%=--batch %) $(RATE:%=--learning-rate %) \
  $(WARM_UP:%=--warm-up %) --seed $(SEED)
apply := --seed $(SEED)
quiet := $(if $(QUIET),--quiet)
# Options of cls-train for so many epochs.
classifier_for = --width $(CLASSIFIER_WIDTH) --epochs $(1) --batch $(CLASSIFIER_BATCH) --seed $(SEED)
classifier := $(call classifier_for,$(CLASSIFIER_EPOCHS)) $(CLASSIFIER_OPTIONS)

# A training goes on from the checkpoint that a stopped one left, unless what it was made of is newer.
checkpoint = --checkpoint $@.checkpoint --resume
fresh = @for input in $^; do [ ! $$input -nt $@.checkpoint ] || rm -f $@.checkpoint; done
done = @rm -f $@.checkpoint
# Says which step of how many begins, unless make is told to be silent.
say = $(if $(findstring s,$(flags)),:,echo '$(1)' >&2)
step = @$(say)

# The names of what is read: a file of another name may well be older than what was made of the last one.
data := $(abspath $(DATA))
clean := $(abspath $(CLEAN))
test := $(abspath $(TEST))

# A word of the shell, whatever it holds.
quoted = '$(subst ','\'',$(1))'

# A variable of options or names, in a file that changes only when they do. Only pattern rules need the test records' name:
# named here too, its file is not taken for a step in between and removed. The recipe runs under `make -n` too, which would
# otherwise take every file for changed.
.PHONY: options
$(OUT)/test.options: options
define options_in
$(1)/%.options: options
	+@mkdir -p $$(@D)
	+@echo $$(call quoted,$$($$*)) | cmp --silent - $$@ || { echo $$(call quoted,$$($$*)) > $$@.part; mv $$@.part $$@; }

endef
$(foreach folder,$(sort $(OUT) $(SHARED)),$(eval $(call options_in,$(folder))))

# A classifier of the clean records, where there are any, and a classifier's accuracy on clean test records.
$(SHARED)/clean.classifier: $(CLEAN) $(SHARED)/clean.options $(SHARED)/classifier.options
	$(fresh)
	cls-train $(classifier) $(checkpoint) $(quiet) < $(CLEAN) -o $@
	$(done)

$(OUT)/clean.json: $(SHARED)/clean.classifier $(TEST) $(OUT)/test.options
	cls-eval $< --json $(quiet) < $(TEST) -o $@

$(OUT)/%.json: $(OUT)/%.classifier $(TEST) $(OUT)/test.options
	cls-eval $(OUT)/$*.classifier --json $(quiet) < $(TEST) -o $@

# A table of the accuracies of the sets $(1), and what further lines of awk make of them: those and a quote follow.
table = $(table_and)'
table_and = for set in $(1); do \
    sed "s/\"classes\".*//; s/.*\"accuracy\":\([0-9.eE-]*\),.*/$$set \1/" $(OUT)/$$set.json; \
  done | awk ' \
    BEGIN { printf "\n%-14s %22s\n", "trained on", "clean test accuracy" } \
    NF != 2 { print "no accuracy in " $$0 > "/dev/stderr"; failed = 1; exit 1 } \
    { accuracy[$$1] = 100 * $$2; printf "%-14s %20.2f %%\n", $$1, accuracy[$$1] }

ifneq ($(filter evaluate,$(MAKECMDGOALS)),)
ifeq ($(TEST),)
$(error TEST is not set: evaluate needs clean test records, as in TEST=test.rec)
endif
endif

# What a pipeline makes unasked is its own first rule.
.DEFAULT_GOAL :=
