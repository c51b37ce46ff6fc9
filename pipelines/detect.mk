# From a set that may be poisoned in part to a report, a verdict, and the set with what is poisoned purified.
#
#     make -f pipelines/detect.mk DATA=mixed.rec OUT=out                        # out/report.txt, out/purified.rec
#     make -f pipelines/detect.mk DATA=mixed.rec TEST=test.rec OUT=out evaluate # … and a table
#     make -f pipelines/detect.mk DATA=mixed.rec OUT=out verdict                # one sentence
#
# A D-VAE finds perturbations, a classifier learns pictures with them added, and from what that classifier knows ue-detect
# finds the records that bear their class's perturbation. Those go through the two stages of purify.mk; the others keep
# their places and their bytes.
#
# The verdict also ends in a status: 0 for clean, 3 for poisoned, 4 where it cannot be told. make itself has no other
# than 2 for a recipe that fails, so out/verdict.status holds the number, and pipelines/verdict ends in it.

here := $(lastword $(MAKEFILE_LIST))

# The records; for `evaluate`, clean test records and, where there are any, the same training records unpoisoned.
DATA ?=
TEST ?=
CLEAN ?=
# What is flagged: auto, argmax (the published rule), or a least score. Where records are one group auto asks for the
# verdict: if that is poisoned, all of them are flagged, and otherwise none: what cannot be told is left as it is.
THRESHOLD ?= auto
# KL targets, in nats a cell: of the D-VAE that detects and of stage one, and of stage two.
KLD1 ?= 1
KLD2 ?= 3
# Epochs of each stage; empty, the recipe's.
EPOCHS1 ?= $(EPOCHS)
EPOCHS2 ?= $(EPOCHS)
# How many records the models that detect and judge learn from at most: of more, so many are drawn.
SAMPLE ?= 10000
# The D-VAE that detects, by the fast recipe; its epochs, where EPOCHS0 is empty, are as many as make these steps of 4 records.
DETECTOR_WIDTH ?= 32
DETECTOR_LATENT ?= 128
DETECTOR_STEPS ?= 5000
EPOCHS0 ?= $(EPOCHS)
# The classifier that detects. It sees pictures as they are, since where a perturbation lies is half of what it is, and
# moved and mirrored it is learnt late; and it sees them few times, since later it knows the pictures themselves by heart.
DETECTOR_EPOCHS ?= 10
DETECTOR_OPTIONS ?= --no-augmentation
# The classifiers that judge, and the one that detects: channels, and for those that judge steps and records a step. Small steps
# learn marks and little else; what outlives cropping and mirroring is learnt late; fine noise is learnt from sharpened pictures.
VERDICT_WIDTH ?= 16
PLAIN_STEPS ?= 1250
PLAIN_BATCH ?= 16
AUGMENTED_STEPS ?= 1560
AUGMENTED_BATCH ?= 64
SHARPENED_STEPS ?= 800
SHARPENED_BATCH ?= 64

include $(dir $(lastword $(MAKEFILE_LIST)))settings.mk

stage0 := --kld $(KLD1) --recipe fast --width $(DETECTOR_WIDTH) --latent $(DETECTOR_LATENT) --seed $(SEED)
stage1 := --kld $(KLD1) $(EPOCHS1:%=--epochs %) $(fit)
stage2 := --kld $(KLD2) $(EPOCHS2:%=--epochs %) $(fit)
detect := $(THRESHOLD)
draw := --number $(SAMPLE) --seed $(SEED)
judge := --width $(VERDICT_WIDTH) --seed $(SEED)
plain := $(judge) --batch $(PLAIN_BATCH) --no-augmentation
augmented := $(judge) --batch $(AUGMENTED_BATCH)
sharpened := $(judge) --batch $(SHARPENED_BATCH) --no-augmentation

# As many epochs of the records $(1) as make $(2) steps of $(3).
epochs = $$(( ($(2) * $(3) - 1) / $$(ue-rec info --json $(1) \
  | sed 's/.*"kind":"images","records":\([0-9]*\),.*/\1/; q') + 1 ))
detector := --width $(VERDICT_WIDTH) --epochs $(DETECTOR_EPOCHS) --batch 64 --seed $(SEED) $(DETECTOR_OPTIONS)

.PHONY: detect verdict evaluate
detect: $(OUT)/report.txt $(OUT)/purified.rec

# Detection: perturbations of the set, a classifier that learns them, and the records that it then knows.
$(OUT)/sample.rec: $(DATA) $(OUT)/data.options $(OUT)/draw.options
	ue-rec sample $(draw) < $(DATA) -o $@

$(OUT)/m0: $(OUT)/sample.rec $(OUT)/stage0.options
	dvae-fit $(stage0) --epochs $(or $(EPOCHS0),$(call epochs,$<,$(DETECTOR_STEPS),4)) --log $(OUT)/m0.log < $< -o $@

$(OUT)/detector.classifier: $(OUT)/sample.rec $(OUT)/m0 $(OUT)/apply.options $(OUT)/detector.options
	dvae-apply $(OUT)/m0 --add $(apply) < $(OUT)/sample.rec | cls-train $(detector) -o $@

auto := $(filter auto,$(THRESHOLD))
apart := [ "$$(cat $(OUT)/groups.status 2> /dev/null)" = 3 ]
# A verdict's status, by the word that the file $(1) begins with.
status = case $$(cat $(1)) in clean:*) echo 0;; poisoned:*) echo 3;; *) echo 4;; esac

# One run tells of the groups: the records flagged by them, the report and the verdict.
$(OUT)/grouped.rec $(OUT)/grouped.txt $(OUT)/groups.txt &: $(DATA) $(OUT)/detector.classifier
	ue-detect $(OUT)/detector.classifier --threshold auto --report $(OUT)/grouped.txt --verdict-file $(OUT)/groups.txt \
	  < $(DATA) -o $(OUT)/grouped.rec

$(OUT)/groups.status: $(OUT)/groups.txt
	$(call status,$<) > $@.part
	mv $@.part $@

# The rule comes from the verdict, in a file that changes only when the rule does: an evaluation, which trains the verdict's
# classifier, does not purify the set anew.
$(OUT)/rule: $(OUT)/detect.options $(if $(auto),$(OUT)/verdict.txt)
	rule=$(THRESHOLD); \
	if [ $$rule = auto ] && ! $(apart); then \
	  if [ "$$(cat $(OUT)/verdict.status)" = 3 ]; then rule=all; else rule=none; fi; \
	fi; \
	echo $$rule | cmp --silent - $@ || { echo $$rule > $@.part; mv $@.part $@; }

# What the groups told stands; where the verdict tells otherwise the records keep their scores and get other flags.
ifneq ($(auto),)
$(OUT)/detected.rec $(OUT)/detected.txt &: $(OUT)/grouped.rec $(OUT)/grouped.txt $(OUT)/rule
	case $$(cat $(OUT)/rule) in \
	  auto) for kind in txt rec; do \
	    cp $(OUT)/grouped.$$kind $(OUT)/detected.part; mv $(OUT)/detected.part $(OUT)/detected.$$kind; done;; \
	  *) ue-detect $(OUT)/detector.classifier --scored --threshold $$(cat $(OUT)/rule) --report $(OUT)/detected.txt \
	    < $(OUT)/grouped.rec -o $(OUT)/detected.rec;; \
	esac
else
$(OUT)/detected.rec $(OUT)/detected.txt &: $(DATA) $(OUT)/detector.classifier $(OUT)/rule
	ue-detect $(OUT)/detector.classifier --threshold $(THRESHOLD) --report $(OUT)/detected.txt < $(DATA) \
	  -o $(OUT)/detected.rec
endif

$(OUT)/report.txt: $(OUT)/detected.txt $(if $(auto),$(OUT)/verdict.txt)
	{ cat $(OUT)/detected.txt; $(if $(auto),echo; cat $(OUT)/verdict.txt;) } > $@.part
	mv $@.part $@

# The verdict. A set that is poisoned in part falls into two groups. Where there is one, all of it may be poisoned: then
# classifiers that have learnt one half of the records, as they are, moved or sharpened, are asked about the other half.
$(OUT)/half0.rec $(OUT)/half1.rec &: $(OUT)/sample.rec
	ue-rec shuffle --seed $(SEED) < $(OUT)/sample.rec | ue-rec split -n 2 --prefix $(OUT)/half

$(OUT)/plain.classifier: $(OUT)/half0.rec $(OUT)/plain.options
	cls-train $(plain) --epochs $(call epochs,$<,$(PLAIN_STEPS),$(PLAIN_BATCH)) < $< -o $@

$(OUT)/augmented.classifier: $(OUT)/half0.rec $(OUT)/augmented.options
	cls-train $(augmented) --epochs $(call epochs,$<,$(AUGMENTED_STEPS),$(AUGMENTED_BATCH)) < $< -o $@

$(OUT)/sharpened.classifier: $(OUT)/half0.rec $(OUT)/sharpened.options
	ue-squeeze sharpen < $< \
	  | cls-train $(sharpened) --epochs $(call epochs,$<,$(SHARPENED_STEPS),$(SHARPENED_BATCH)) -o $@

$(OUT)/half1.%.rec: $(OUT)/half1.rec $(OUT)/m0 $(OUT)/apply.options
	dvae-apply $(OUT)/m0 --$* $(apply) < $(OUT)/half1.rec -o $@

$(OUT)/questions.txt: $(foreach view,plain augmented sharpened,$(OUT)/$(view).classifier) \
  $(OUT)/half1.subtract.rec $(OUT)/half1.reconstruct.rec
	status=0; \
	ue-detect $(OUT)/plain.classifier --verdict --held-out \
	  --augmented $(OUT)/augmented.classifier --sharpened $(OUT)/sharpened.classifier \
	  --subtracted $(OUT)/half1.subtract.rec --reconstructed $(OUT)/half1.reconstruct.rec < $(OUT)/half1.rec -o $@ || status=$$?; \
	case $$status in 0|3|4) ;; *) exit $$status;; esac

# Those classifiers are trained only where they are asked.
$(OUT)/verdict.txt: $(OUT)/groups.status $(foreach view,plain augmented sharpened,$(OUT)/$(view).options)
	$(apart) || $(MAKE) --no-print-directory -f $(here) $(OUT)/questions.txt
	found=questions; if $(apart); then found=groups; fi; \
	$(call status,$(OUT)/$$found.txt) > $(OUT)/verdict.status; \
	cp $(OUT)/$$found.txt $@.part
	mv $@.part $@

verdict: $(OUT)/verdict.txt
	@cat $(OUT)/verdict.txt; exit $$(cat $(OUT)/verdict.status)

# Purification of what was flagged, in two stages (purify.mk). Stage one sees flagged records alone, as the paper has it:
# among others it would learn their perturbations at a part of their strength. Stage two sees all, with those perturbations
# subtracted: it has to learn pictures, and few of them teach it less. It starts from the mean of the latent, where the
# paper draws from it: that noise would set purified pictures further apart from the clean ones beside them. Where none
# is flagged the models are empty files, and the set stays as it is.
none := ue-rec info --json $(OUT)/unlearnable.rec | grep '"kind":"images","records":0,' > /dev/null

$(OUT)/unlearnable.rec: $(OUT)/detected.rec
	ue-rec select flag $(OUT)/detected.rec -o $@

$(OUT)/m1: $(OUT)/unlearnable.rec $(OUT)/stage1.options
	if $(none); then : > $@; else dvae-fit $(stage1) --log $(OUT)/m1.log < $(OUT)/unlearnable.rec -o $@; fi

$(OUT)/p1.rec: $(OUT)/detected.rec $(OUT)/m1 $(OUT)/apply.options
	if $(none); then cp $(OUT)/detected.rec $@.part; mv $@.part $@; else \
	  dvae-apply $(OUT)/m1 --subtract --only-flagged $(apply) < $(OUT)/detected.rec -o $@; fi

$(OUT)/m2: $(OUT)/p1.rec $(OUT)/stage2.options
	if $(none); then : > $@; else dvae-fit $(stage2) --log $(OUT)/m2.log < $(OUT)/p1.rec -o $@; fi

$(OUT)/purified.rec: $(OUT)/p1.rec $(OUT)/m2
	if $(none); then cp $(OUT)/p1.rec $@.part; mv $@.part $@; else \
	  dvae-apply $(OUT)/m2 --subtract --latent mean --only-flagged --dtype f32 < $(OUT)/p1.rec \
	    | dvae-apply $(OUT)/m2 --reconstruct --latent mean --only-flagged -o $@; fi

# Evaluation: a classifier trained on each set, and its accuracy on clean test records.
$(OUT)/mixed.classifier: $(DATA) $(OUT)/data.options $(OUT)/classifier.options
	cls-train $(classifier) < $(DATA) -o $@

$(OUT)/purified.classifier: $(OUT)/purified.rec $(OUT)/classifier.options
	cls-train $(classifier) < $(OUT)/purified.rec -o $@

sets := $(if $(CLEAN),clean) mixed purified

evaluate: $(OUT)/report.txt $(sets:%=$(OUT)/%.json)
	@cat $(OUT)/report.txt
	@$(call table,$(sets))

ifeq ($(DATA),)
$(error DATA is not set: name the records, as in make -f $(here) DATA=mixed.rec)
endif
