# Algorithm 1 of D-VAE as rules on files: a poisoned record stream becomes a purified one.
#
#     make -f pipelines/purify.mk DATA=poisoned.rec OUT=out                       # out/purified.rec
#     make -f pipelines/purify.mk DATA=poisoned.rec TEST=test.rec OUT=out evaluate
#
# Every stage is one command or one pipe; a stage is redone only when its input or its options changed. The defaults
# are the published recipe for CIFAR-10; a set of a few thousand records wants RECIPE=fast.

here := $(lastword $(MAKEFILE_LIST))

# The poisoned records; for `evaluate`, clean test records and, where there are any, the same training records unpoisoned.
DATA ?=
TEST ?=
CLEAN ?=
# KL targets, in nats a cell, of both stages; what is empty is looked for by the PSNR.
KLD1 ?= 1
KLD2 ?= 3
# Where the PSNR of their last epochs should lie, in dB; a warning says when it does not.
PSNR1 ?= 20:22
PSNR2 ?= 28:30
# Epochs of each stage, or steps; empty, the recipe's.
EPOCHS1 ?= $(EPOCHS)
EPOCHS2 ?= $(EPOCHS)
STEPS1 ?= $(STEPS)
STEPS2 ?= $(STEPS)

include $(dir $(lastword $(MAKEFILE_LIST)))settings.mk

stage1 := $(KLD1:%=--kld %) $(EPOCHS1:%=--epochs %) $(STEPS1:%=--steps %) $(PSNR1:%=--psnr %) $(fit)
stage2 := $(KLD2:%=--kld %) $(EPOCHS2:%=--epochs %) $(STEPS2:%=--steps %) $(PSNR2:%=--psnr %) $(fit)

.PHONY: purify evaluate demo
purify: $(OUT)/purified.rec

# Stage one: a model of the poisoned set, and the set without what it takes for the perturbation.
$(OUT)/m1: $(DATA) $(OUT)/data.options $(OUT)/stage1.options
	$(call step,1 of 4: stage one)
	$(fresh)
	dvae-fit $(stage1) --log $(OUT)/m1.log $(checkpoint) $(quiet) < $(DATA) -o $@
	$(done)

$(OUT)/p1.rec: $(DATA) $(OUT)/m1 $(OUT)/apply.options
	$(call step,2 of 4: pictures without the perturbation of stage one)
	dvae-apply $(OUT)/m1 --subtract $(apply) $(quiet) < $(DATA) -o $@

# Stage two: the same once more with a wider bottleneck, then the pictures as they come through it.
$(OUT)/m2: $(OUT)/p1.rec $(OUT)/stage2.options
	$(call step,3 of 4: stage two)
	$(fresh)
	dvae-fit $(stage2) --log $(OUT)/m2.log $(checkpoint) $(quiet) < $(OUT)/p1.rec -o $@
	$(done)

$(OUT)/purified.rec: $(OUT)/p1.rec $(OUT)/m2 $(OUT)/apply.options
	$(call step,4 of 4: purified pictures)
	dvae-apply $(OUT)/m2 --subtract --dtype f32 $(apply) $(quiet) < $(OUT)/p1.rec \
	  | dvae-apply $(OUT)/m2 --reconstruct $(apply) $(quiet) -o $@

# Evaluation: a classifier trained on each set, and its accuracy on clean test records.
$(OUT)/poisoned.classifier: $(DATA) $(OUT)/data.options $(OUT)/classifier.options
	$(fresh)
	cls-train $(classifier) $(checkpoint) $(quiet) < $(DATA) -o $@
	$(done)

$(OUT)/purified.classifier: $(OUT)/purified.rec $(OUT)/classifier.options
	$(fresh)
	cls-train $(classifier) $(checkpoint) $(quiet) < $(OUT)/purified.rec -o $@
	$(done)

sets := $(if $(CLEAN),clean) poisoned purified

evaluate: $(sets:%=$(OUT)/%.json)
	@$(call table_and,$(sets)) \
	  END { if (!failed) { print ""; print sentence() } } \
	  function sentence(    lost, won) { \
	    won = accuracy["purified"] - accuracy["poisoned"]; \
	    if (!("clean" in accuracy)) \
	      return sprintf(won >= 0 ? "Purification won %.1f points of accuracy." : \
	        "Purification cost %.1f points of accuracy: it did not pay.", won < 0 ? -won : won); \
	    lost = accuracy["clean"] - accuracy["poisoned"]; \
	    if (lost <= 0) \
	      return "The poison took no accuracy, so that there was none to win back" \
	        (won < 0 ? sprintf("; purification cost %.1f points: it did not pay.", -won) : "."); \
	    if (won < 0) \
	      return sprintf("The poison took %.1f points of accuracy, and purification %.1f more: it did not pay.", lost, -won); \
	    return sprintf("The poison took %.1f points of accuracy; purification won back %.1f of them (%.0f %%).", \
	      lost, won, 100 * won / lost) \
	  }'

# The whole of it on the built-in set of shapes, poisoned here: some minutes on two cores. The poison is stronger than the
# published one, so that it takes hold whatever the seed, and a shape is a simpler picture than a photograph, so that stage one's
# bottleneck is narrower (Tests/README.md has what it gives). It ends with a sheet of what became of the pictures.
DEMO_COUNT ?= 3000
DEMO_NORM ?= 2
demo_settings := KLD1=0.25 KLD2=3 PSNR1=20:23 PSNR2=27:31 WIDTH=32 LATENT=64 RECIPE=fast EPOCHS1=8 EPOCHS2=7 \
  CLASSIFIER_WIDTH=16 CLASSIFIER_EPOCHS=19 CLASSIFIER_BATCH=64 CLASSIFIER_OPTIONS=--no-augmentation
shapes := --count $(DEMO_COUNT) --seed 1
lsp := --norm $(DEMO_NORM) --seed $(SEED)

$(OUT)/shapes.rec: $(OUT)/shapes.options
	ue-decode shapes $(shapes) -o $@

$(OUT)/shapes-test.rec:
	@mkdir -p $(@D)
	ue-decode shapes --count 1000 --seed 2 -o $@

$(OUT)/shapes-lsp.rec: $(OUT)/shapes.rec $(OUT)/lsp.options
	ue-craft lsp $(lsp) < $< -o $@

demo: $(OUT)/shapes.rec $(OUT)/shapes-test.rec $(OUT)/shapes-lsp.rec
	@$(MAKE) --no-print-directory -f $(here) evaluate \
	  CLEAN=$(OUT)/shapes.rec DATA=$(OUT)/shapes-lsp.rec TEST=$(OUT)/shapes-test.rec $(demo_settings)
	@ue-rec view --columns image,difference --gain 10 --rows 6 --across 3 \
	  $(OUT)/shapes.rec $(OUT)/shapes-lsp.rec $(OUT)/purified.rec -o $(OUT)/sheet.png
	@echo; echo 'Clean, poisoned and purified pictures, with their differences from the clean ones: $(OUT)/sheet.png'

ifeq ($(filter demo,$(MAKECMDGOALS)),)
ifeq ($(DATA),)
$(error DATA is not set: name the poisoned records, as in make -f $(here) DATA=poisoned.rec)
endif
endif
