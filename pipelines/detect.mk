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
# verdict: if that is clean, none of them is flagged, and otherwise all.
THRESHOLD ?= auto
# KL targets, in nats a cell: of the D-VAE that detects and of stage one, and of stage two.
KLD1 ?= 1
KLD2 ?= 3
# Epochs: of the D-VAE that detects, and of each stage; empty, the recipe's.
EPOCHS0 ?= $(EPOCHS)
EPOCHS1 ?= $(EPOCHS)
EPOCHS2 ?= $(EPOCHS)
# The classifier that detects. It sees pictures as they are, since where a perturbation lies is half of what it is, and
# moved and mirrored it is learnt late; and it sees them few times, since later it knows the pictures themselves by heart.
DETECTOR_EPOCHS ?= 10
DETECTOR_OPTIONS ?= --no-augmentation

include $(dir $(lastword $(MAKEFILE_LIST)))settings.mk

stage0 := --kld $(KLD1) $(EPOCHS0:%=--epochs %) $(fit)
stage1 := --kld $(KLD1) $(EPOCHS1:%=--epochs %) $(fit)
stage2 := --kld $(KLD2) $(EPOCHS2:%=--epochs %) $(fit)
detect := $(THRESHOLD)
detector := $(call classifier_for,$(DETECTOR_EPOCHS)) $(DETECTOR_OPTIONS)

.PHONY: detect verdict evaluate
detect: $(OUT)/report.txt $(OUT)/purified.rec

# Detection: perturbations of the whole set, a classifier that learns them, and the records that it then knows.
$(OUT)/m0: $(DATA) $(OUT)/data.options $(OUT)/stage0.options
	dvae-fit $(stage0) --log $(OUT)/m0.log < $(DATA) -o $@

$(OUT)/detector.classifier: $(DATA) $(OUT)/m0 $(OUT)/apply.options $(OUT)/detector.options
	dvae-apply $(OUT)/m0 --add $(apply) < $(DATA) | cls-train $(detector) -o $@

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
	  if [ "$$(cat $(OUT)/verdict.status)" = 0 ]; then rule=none; else rule=all; fi; \
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

# The verdict. A set that is poisoned in part falls into two groups; where there is one, a classifier of the records as
# they are is asked about them without their perturbations, since all of them may be poisoned.
$(OUT)/subtracted.rec: $(DATA) $(OUT)/m0 $(OUT)/apply.options
	dvae-apply $(OUT)/m0 --subtract $(apply) < $(DATA) -o $@

$(OUT)/retained.txt: $(DATA) $(OUT)/mixed.classifier $(OUT)/subtracted.rec
	status=0; \
	ue-detect $(OUT)/mixed.classifier --verdict --subtracted $(OUT)/subtracted.rec < $(DATA) -o $@ || status=$$?; \
	case $$status in 0|3|4) ;; *) exit $$status;; esac

# The classifier of the second question takes long, and is trained only where it is asked.
$(OUT)/verdict.txt: $(OUT)/groups.status $(OUT)/classifier.options $(if $(filter evaluate,$(MAKECMDGOALS)),$(OUT)/mixed.classifier)
	$(apart) || $(MAKE) --no-print-directory -f $(here) $(OUT)/retained.txt
	found=retained; if $(apart); then found=groups; fi; \
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
none := rec info --json $(OUT)/unlearnable.rec | grep '"kind":"images","records":0,' > /dev/null

$(OUT)/unlearnable.rec: $(OUT)/detected.rec
	rec select flag $(OUT)/detected.rec -o $@

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
