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
# KL targets, in nats a cell, of both stages.
KLD1 ?= 1
KLD2 ?= 3
# Where the PSNR of their last epochs should lie, in dB; a warning says when it does not.
PSNR1 ?= 20:22
PSNR2 ?= 28:30
# Epochs of each stage; empty, the recipe's.
EPOCHS1 ?= $(EPOCHS)
EPOCHS2 ?= $(EPOCHS)

include $(dir $(lastword $(MAKEFILE_LIST)))settings.mk

stage1 := --kld $(KLD1) $(EPOCHS1:%=--epochs %) $(fit)
stage2 := --kld $(KLD2) $(EPOCHS2:%=--epochs %) $(fit)

.PHONY: purify evaluate demo
purify: $(OUT)/purified.rec

# Stage one: a model of the poisoned set, and the set without what it takes for the perturbation.
$(OUT)/m1: $(DATA) $(OUT)/data.options $(OUT)/stage1.options
	dvae-fit $(stage1) --psnr $(PSNR1) --log $(OUT)/m1.log < $(DATA) -o $@

$(OUT)/p1.rec: $(DATA) $(OUT)/m1 $(OUT)/apply.options
	dvae-apply $(OUT)/m1 --subtract $(apply) < $(DATA) -o $@

# Stage two: the same once more with a wider bottleneck, then the pictures as they come through it.
$(OUT)/m2: $(OUT)/p1.rec $(OUT)/stage2.options
	dvae-fit $(stage2) --psnr $(PSNR2) --log $(OUT)/m2.log < $(OUT)/p1.rec -o $@

$(OUT)/purified.rec: $(OUT)/p1.rec $(OUT)/m2 $(OUT)/apply.options
	dvae-apply $(OUT)/m2 --subtract --dtype f32 $(apply) < $(OUT)/p1.rec \
	  | dvae-apply $(OUT)/m2 --reconstruct $(apply) -o $@

# Evaluation: a classifier trained on each set, and its accuracy on clean test records.
$(OUT)/poisoned.classifier: $(DATA) $(OUT)/data.options $(OUT)/classifier.options
	cls-train $(classifier) < $(DATA) -o $@

$(OUT)/purified.classifier: $(OUT)/purified.rec $(OUT)/classifier.options
	cls-train $(classifier) < $(OUT)/purified.rec -o $@

sets := $(if $(CLEAN),clean) poisoned purified

evaluate: $(sets:%=$(OUT)/%.json)
	@$(call accuracies,$(sets)) | awk ' \
	  BEGIN { printf "\n%-14s %22s\n", "trained on", "clean test accuracy" } \
	  NF != 2 { print "no accuracy in " $$0 > "/dev/stderr"; failed = 1; exit } \
	  { accuracy[$$1] = 100 * $$2; printf "%-14s %20.2f %%\n", $$1, accuracy[$$1] } \
	  END { \
	    if (failed) exit 1; \
	    if ("clean" in accuracy && accuracy["clean"] > accuracy["poisoned"]) { \
	      lost = accuracy["clean"] - accuracy["poisoned"]; won = accuracy["purified"] - accuracy["poisoned"]; \
	      printf "\nThe poison took %.1f points of accuracy; purification won back %.1f of them (%.0f %%).\n", \
	        lost, won, 100 * won / lost \
	    } \
	  }'

# The whole of it on the built-in set of shapes, poisoned here: a few minutes on two cores. The poison is a little stronger
# than the published one, and a shape is a simpler picture than a photograph, so that stage one's bottleneck is narrower.
$(OUT)/shapes.rec:
	@mkdir -p $(@D)
	ue-decode shapes --count 3000 --seed 1 -o $@

$(OUT)/shapes-test.rec:
	@mkdir -p $(@D)
	ue-decode shapes --count 1000 --seed 2 -o $@

$(OUT)/shapes-lsp.rec: $(OUT)/shapes.rec
	ue-craft lsp --norm 1.25 < $< -o $@

demo: $(OUT)/shapes.rec $(OUT)/shapes-test.rec $(OUT)/shapes-lsp.rec
	@$(MAKE) --no-print-directory -f $(here) evaluate \
	  CLEAN=$(OUT)/shapes.rec DATA=$(OUT)/shapes-lsp.rec TEST=$(OUT)/shapes-test.rec \
	  KLD1=0.25 KLD2=3 PSNR1=20:23 PSNR2=27:31 WIDTH=32 LATENT=64 RECIPE=fast EPOCHS1=8 EPOCHS2=7 \
	  CLASSIFIER_WIDTH=16 CLASSIFIER_EPOCHS=19 CLASSIFIER_BATCH=64 CLASSIFIER_OPTIONS=--no-augmentation

ifeq ($(filter demo,$(MAKECMDGOALS)),)
ifeq ($(DATA),)
$(error DATA is not set: name the poisoned records, as in make -f $(here) DATA=poisoned.rec)
endif
endif
