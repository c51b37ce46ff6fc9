# Unlearnable records grown from a few: a D-VAE learns the perturbation of a small poisoned part and adds it to others.
#
#     make -f pipelines/grow.mk CLEAN=clean.rec OUT=out                        # out/grown.rec
#     make -f pipelines/grow.mk CLEAN=clean.rec TEST=test.rec OUT=out evaluate # … and a table
#
# CLEAN is poisoned here, in the part that SHARE names; POISONED=few.rec gives a part that is poisoned already, and CLEAN
# is then the rest. The grown set is the poisoned part followed by the rest with the perturbation added.

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
# The D-VAE's KL target in nats a cell, and its recipe: a few records want its many steps.
KLD ?= 1
RECIPE ?= fast
# Epochs: after the fast recipe's 15 a few hundred records have not yet shown it the perturbation, after 100 a part of it.
EPOCHS ?= $(if $(STEPS),,300)

include $(dir $(lastword $(MAKEFILE_LIST)))settings.mk

stage := --kld $(KLD) $(EPOCHS:%=--epochs %) $(STEPS:%=--steps %) $(fit)
craft := $(ATTACK) $(ATTACK_OPTIONS) --rate $(SHARE) --seed $(SEED)

.PHONY: grow evaluate
grow: $(OUT)/grown.rec

# The poisoned part and the rest.
ifeq ($(POISONED),)
few := $(OUT)/few.rec
rest := $(OUT)/rest.rec

$(OUT)/crafted.rec: $(CLEAN) $(OUT)/clean.options $(OUT)/craft.options
	ue-craft $(craft) < $(CLEAN) -o $@

$(few): $(OUT)/crafted.rec
	ue-rec select poisoned $< -o $@

$(rest): $(OUT)/crafted.rec
	ue-rec select '!poisoned' $< -o $@
else
few := $(POISONED)
rest := $(CLEAN)
endif

part := $(abspath $(few))

# The perturbation of the few, and the rest with it.
$(OUT)/m: $(few) $(OUT)/part.options $(OUT)/stage.options
	dvae-fit $(stage) --log $(OUT)/m.log < $(few) -o $@

$(OUT)/added.rec: $(rest) $(OUT)/clean.options $(OUT)/m $(OUT)/apply.options
	dvae-apply $(OUT)/m --add $(apply) < $(rest) -o $@

$(OUT)/grown.rec: $(few) $(OUT)/added.rec
	cat $^ > $@.part && mv $@.part $@

# Evaluation: a classifier trained on each set, and its accuracy on clean test records.
$(OUT)/grown.classifier: $(OUT)/grown.rec $(OUT)/classifier.options
	cls-train $(classifier) < $(OUT)/grown.rec -o $@

evaluate: $(OUT)/clean.json $(OUT)/grown.json
	@$(call table,clean grown)

ifeq ($(CLEAN),)
$(error CLEAN is not set: name the clean records, as in make -f $(here) CLEAN=clean.rec)
endif
