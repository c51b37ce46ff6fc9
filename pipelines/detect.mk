# From a set that may be poisoned in part to a report, a verdict, and the set with what is poisoned purified.
#
#     make -f pipelines/detect.mk DATA=mixed.rec OUT=out                        # out/report.txt, out/purified.rec
#     make -f pipelines/detect.mk DATA=mixed.rec TEST=test.rec OUT=out evaluate # … and a table
#     make -f pipelines/detect.mk DATA=mixed.rec OUT=out verdict                # one sentence
#
# A classifier learns half of the records, sharpened, and pictures of the other half are given each other's detail. Where they
# follow it the set is poisoned. Where they do not, a second classifier learns all of them, cropped and mirrored, and is asked
# the same: it has twice the records to learn a shortcut from. Of a set that is poisoned in part pictures fall into two groups, of
# which one is flagged. What is flagged goes through the two stages of purify.mk; the others keep their places and their bytes.
#
# The verdict also ends in a status: 0 for clean, 3 for poisoned, 4 where it cannot be told. make itself has no other
# than 2 for a recipe that fails, so out/verdict.status holds the number, and pipelines/verdict ends in it.

here := $(lastword $(MAKEFILE_LIST))

# The records; for `evaluate`, clean test records and, where there are any, the same training records unpoisoned.
DATA ?=
TEST ?=
CLEAN ?=
# What is flagged: auto, argmax (the published rule), or a least score. auto flags the group of records that stands apart. Where
# none does no record is flagged: of a set that the verdict calls poisoned all are purified, and of any other none.
THRESHOLD ?= auto
# KL targets, in nats a cell: of the D-VAE that detects and of stage one, and of stage two.
KLD1 ?= 1
KLD2 ?= 3
# Epochs of each stage, or steps; empty, the recipe's.
EPOCHS1 ?= $(EPOCHS)
EPOCHS2 ?= $(EPOCHS)
STEPS1 ?= $(STEPS)
STEPS2 ?= $(STEPS)
# How many records the models that detect and judge learn from at most: of more, so many are drawn.
SAMPLE ?= 10000
# The classifier that judges: channels of its first stage, and steps of so many records.
VERDICT_WIDTH ?= 8
VERDICT_STEPS ?= 1600
VERDICT_BATCH ?= 64
# For the published rule, and where two groups lie apart and the judge does not know which is perturbed: a D-VAE by the fast
# recipe, whose epochs, where EPOCHS0 is empty, are as many as make these steps of 4 records.
DETECTOR_WIDTH ?= 32
DETECTOR_LATENT ?= 128
DETECTOR_STEPS ?= 5000
EPOCHS0 ?= $(EPOCHS)
# And a classifier of its pictures. It sees them as they are, since where a perturbation lies is half of what it is, and
# moved and mirrored it is learnt late; and it sees them few times, since later it knows the pictures themselves by heart.
DETECTOR_CLASSIFIER_WIDTH ?= 16
DETECTOR_EPOCHS ?= 10
DETECTOR_OPTIONS ?= --no-augmentation

include $(dir $(lastword $(MAKEFILE_LIST)))settings.mk

stage0 := --kld $(KLD1) --recipe fast --width $(DETECTOR_WIDTH) --latent $(DETECTOR_LATENT) --seed $(SEED)
stage0-length := $(EPOCHS0) $(DETECTOR_STEPS)
stage1 := --kld $(KLD1) $(EPOCHS1:%=--epochs %) $(STEPS1:%=--steps %) $(fit)
stage2 := --kld $(KLD2) $(EPOCHS2:%=--epochs %) $(STEPS2:%=--steps %) $(fit)
detect := $(THRESHOLD)
draw := --number $(SAMPLE) --seed $(SEED)
judge := --width $(VERDICT_WIDTH) --no-augmentation --seed $(SEED)
learner := --width $(VERDICT_WIDTH) --seed $(SEED)
steps := $(VERDICT_STEPS) $(VERDICT_BATCH)
detector := --width $(DETECTOR_CLASSIFIER_WIDTH) --epochs $(DETECTOR_EPOCHS) --batch 64 --seed $(SEED) $(DETECTOR_OPTIONS)

# The number of records of a stream.
records = $$(ue-rec info --json $(1) | sed 's/.*"kind":"images","records":\([0-9]*\),.*/\1/; q')
# Options of a training of the records $(1) that takes $(2) steps of $(3), or of as many as there are.
training = $$(n=$(call records,$(1)); batch=$$((n < $(3) ? n : $(3))); batch=$$((batch > 0 ? batch : 1)); \
  echo "--batch $$batch --epochs $$((($(2) * batch - 1) / (n > 0 ? n : 1) + 1))")

.PHONY: detect verdict evaluate
detect: $(OUT)/report.txt $(OUT)/purified.rec

auto := $(filter auto,$(THRESHOLD))

$(OUT)/sample.rec: $(DATA) $(OUT)/data.options $(OUT)/draw.options
	ue-rec sample $(draw) $(quiet) < $(DATA) -o $@

# The verdict: a classifier of one half of the records, asked about the other half.
$(OUT)/half0.rec $(OUT)/half1.rec &: $(OUT)/sample.rec
	ue-rec shuffle --seed $(SEED) $(quiet) < $(OUT)/sample.rec | ue-rec split -n 2 --prefix $(OUT)/half $(quiet)

$(OUT)/judge.classifier: $(OUT)/half0.rec $(OUT)/judge.options $(OUT)/steps.options
	$(call step,verdict 1 of 4: a classifier of one half of the records)
	$(fresh)
	ue-squeeze sharpen $(quiet) < $< \
	  | cls-train $(judge) $(call training,$<,$(VERDICT_STEPS),$(VERDICT_BATCH)) $(checkpoint) $(quiet) -o $@
	$(done)

# Asks the model $(2), by the option $(3), about the records $(4), and keeps the answer under the name $(1).
ask = status=0; \
  ue-detect $(OUT)/$(2) --verdict $(3) --sharpen --json --report $(OUT)/$(1).json $(quiet) < $(OUT)/$(4) -o $(OUT)/$(1).txt \
    || status=$$?; \
  case $$status in 0|3|4) echo $$status > $(OUT)/$(1).status;; *) exit $$status;; esac

$(OUT)/held-out.txt $(OUT)/held-out.json $(OUT)/held-out.status &: $(OUT)/half1.rec $(OUT)/judge.classifier
	$(call step,verdict 2 of 4: pictures of the other half with the detail of others)
	$(call ask,held-out,judge.classifier,--held-out,half1.rec)

$(OUT)/learner.classifier: $(OUT)/sample.rec $(OUT)/learner.options $(OUT)/steps.options
	$(fresh)
	ue-squeeze sharpen $(quiet) < $< \
	  | cls-train $(learner) $(call training,$<,$(VERDICT_STEPS),$(VERDICT_BATCH)) $(checkpoint) $(quiet) -o $@
	$(done)

# The answer of the first classifier, or of the second where that calls the set poisoned, or cannot tell what the first calls
# clean. A line that calls make runs under `make -n` too, and does nothing else.
told = grep -qx 3 $(OUT)/held-out.status 2> /dev/null
$(OUT)/questions.txt $(OUT)/questions.json $(OUT)/questions.status &: $(OUT)/held-out.status
	@$(told) || $(call say,verdict 3 of 4: a classifier of all records)
	$(told) || $(MAKE) --no-print-directory -f $(here) $(OUT)/learner.classifier
	answer=held-out; \
	if ! $(told); then \
	  $(call ask,learnt,learner.classifier,--learnt,sample.rec); \
	  case $$(cat $(OUT)/held-out.status)$$status in 03|04|43) answer=learnt;; esac; \
	fi; \
	for part in txt json status; do cp $(OUT)/$$answer.$$part $(OUT)/questions.$$part; done

# A detector by the published rule: perturbations of the set, and a classifier that learns them and then knows the records that
# bear them.
$(OUT)/m0: $(OUT)/sample.rec $(OUT)/stage0.options $(OUT)/stage0-length.options
	$(fresh)
	dvae-fit $(stage0) --epochs $(or $(EPOCHS0),$$(( ($(DETECTOR_STEPS) * 4 - 1) / $(call records,$<) + 1 ))) \
	  --log $(OUT)/m0.log $(checkpoint) $(quiet) < $< -o $@
	$(done)

$(OUT)/detector.classifier: $(OUT)/sample.rec $(OUT)/m0 $(OUT)/apply.options $(OUT)/detector.options
	$(fresh)
	dvae-apply $(OUT)/m0 --add $(apply) $(quiet) < $(OUT)/sample.rec \
	  | cls-train $(detector) $(checkpoint) $(quiet) -o $@
	$(done)

# Two groups of pictures: from what the judge makes of detail, and where they lie 5 deviations apart or more and that does not
# tell which is the perturbed one, from what the detector knows. A group that is smaller than what the questions found poisoned
# is none. Groups of scores count for nothing: scores of a judge that has learnt no poison fall into groups by class.
mark = $$(sed 's/.*"marked_by":"\([a-z]*\)".*/\1/; q' $(OUT)/questions.json | grep -x '[a-z]*' || echo median)
least = $$(sed -n 's/.*"least_share":\([0-9.e-]*\).*/\1/p' $(OUT)/questions.json | grep . || echo 0)
found = ue-detect $(1) --threshold auto --least-share $(least) --report $(OUT)/found.txt \
  --verdict-file $(OUT)/found.groups $(quiet) < $(DATA) -o $(OUT)/found.rec; echo $(firstword $(1)) > $(OUT)/found.model
parted = grep -qs '^found without ground truth: by' $(OUT)/$(1).txt
apart = [ "$$(sed -n 's/.*two groups lie \([0-9]*\)\..*/\1/p' $(OUT)/found.txt 2> /dev/null)" -ge 5 ] 2> /dev/null
wants-detector = ! $(call parted,found) && $(apart)

# They get their names when it is known which classifier's they are: a detector takes minutes, in which make may be killed.
$(OUT)/grouped.rec $(OUT)/grouped.txt $(OUT)/grouped.model $(OUT)/groups.txt &: $(DATA) $(OUT)/questions.json \
    $(OUT)/stage0.options $(OUT)/stage0-length.options $(OUT)/detector.options
	$(call step,verdict 4 of 4: groups of pictures)
	$(call found,$(OUT)/judge.classifier --sharpen --detail $(mark))
	if $(wants-detector); then $(MAKE) --no-print-directory -f $(here) $(OUT)/detector.classifier; fi
	if $(wants-detector); then $(call found,$(OUT)/detector.classifier); fi
	mv $(OUT)/found.txt $(OUT)/grouped.txt; mv $(OUT)/found.model $(OUT)/grouped.model
	mv $(OUT)/found.groups $(OUT)/groups.txt; mv $(OUT)/found.rec $(OUT)/grouped.rec

# What groups tell is the better answer, since it has a share; where there are none the questions answer.
$(OUT)/verdict.txt $(OUT)/verdict.json $(OUT)/verdict.status &: $(OUT)/groups.txt $(OUT)/questions.txt
	if $(call parted,grouped); then status=3; answer=groups; else status=$$(cat $(OUT)/questions.status); answer=questions; fi; \
	cp $(OUT)/$$answer.txt $(OUT)/verdict.txt; \
	sentence=$$(cat $(OUT)/verdict.txt); \
	printf '{"finding":"%s","sentence":"%s","questions":%s}\n' "$${sentence%%:*}" "$$sentence" \
	  "$$(cat $(OUT)/questions.json)" > $(OUT)/verdict.json; \
	echo $$status > $(OUT)/verdict.status

verdict: $(OUT)/verdict.txt
	@cat $(OUT)/verdict.txt; exit $$(cat $(OUT)/verdict.status)

ifneq ($(auto),)
$(OUT)/detected.rec $(OUT)/detected.txt $(OUT)/scope &: \
  $(OUT)/grouped.rec $(OUT)/grouped.model $(OUT)/verdict.status $(OUT)/detect.options
	if $(call parted,grouped); then \
	  echo flagged > $(OUT)/scope; cp $(OUT)/grouped.txt $(OUT)/detected.txt; \
	  cp $(OUT)/grouped.rec $(OUT)/detected.part; mv $(OUT)/detected.part $(OUT)/detected.rec; \
	else \
	  if [ "$$(cat $(OUT)/verdict.status)" = 3 ]; then echo all; else echo flagged; fi > $(OUT)/scope; \
	  ue-detect $$(cat $(OUT)/grouped.model) --scored --threshold none --report $(OUT)/detected.txt $(quiet) \
	    < $(OUT)/grouped.rec -o $(OUT)/detected.rec; \
	fi
else
$(OUT)/detected.rec $(OUT)/detected.txt $(OUT)/scope &: $(DATA) $(OUT)/detector.classifier $(OUT)/detect.options
	echo flagged > $(OUT)/scope
	ue-detect $(OUT)/detector.classifier --threshold $(THRESHOLD) --report $(OUT)/detected.txt $(quiet) < $(DATA) \
	  -o $(OUT)/detected.rec
endif

# Of a poisoned set whose poisoned records cannot be told from others no record is flagged, and all are purified.
whole = [ "$$(cat $(OUT)/scope)" = all ]
only = $$($(whole) || echo --only-flagged)

untold := No record is flagged, since none stands apart from the others: all are purified.
$(OUT)/report.txt: $(OUT)/detected.txt $(OUT)/scope $(if $(auto),$(OUT)/verdict.txt)
	{ cat $(OUT)/detected.txt; $(if $(auto),echo; cat $(OUT)/verdict.txt; if $(whole); then echo "$(untold)"; fi;) } > $@.part
	mv $@.part $@

# Purification of what was flagged, or of all, in two stages (purify.mk). Stage one sees flagged records alone, as the paper has it:
# among others it would learn their perturbations at a part of their strength. Stage two sees all, with those perturbations
# subtracted: it has to learn pictures, and few of them teach it less. It starts from the mean of the latent, where the
# paper draws from it: that noise would set purified pictures further apart from the clean ones beside them. Where none
# is flagged the models are empty files, and the set stays as it is.
none := ue-rec info --json $(OUT)/unlearnable.rec | grep '"kind":"images","records":0,' > /dev/null

$(OUT)/unlearnable.rec: $(OUT)/detected.rec $(OUT)/scope
	if $(whole); then cp $(OUT)/detected.rec $@.part; mv $@.part $@; else \
	  ue-rec select flag $(quiet) $(OUT)/detected.rec -o $@; fi

$(OUT)/m1: $(OUT)/unlearnable.rec $(OUT)/stage1.options
	$(fresh)
	if $(none); then : > $@; else \
	  dvae-fit $(stage1) --log $(OUT)/m1.log $(checkpoint) $(quiet) < $(OUT)/unlearnable.rec -o $@; fi
	$(done)

$(OUT)/p1.rec: $(OUT)/detected.rec $(OUT)/scope $(OUT)/m1 $(OUT)/apply.options
	if $(none); then cp $(OUT)/detected.rec $@.part; mv $@.part $@; else \
	  dvae-apply $(OUT)/m1 --subtract $(only) $(apply) $(quiet) < $(OUT)/detected.rec -o $@; fi

$(OUT)/m2: $(OUT)/p1.rec $(OUT)/stage2.options
	$(fresh)
	if $(none); then : > $@; else dvae-fit $(stage2) --log $(OUT)/m2.log $(checkpoint) $(quiet) < $(OUT)/p1.rec -o $@; fi
	$(done)

$(OUT)/purified.rec: $(OUT)/p1.rec $(OUT)/scope $(OUT)/m2
	if $(none); then cp $(OUT)/p1.rec $@.part; mv $@.part $@; else \
	  dvae-apply $(OUT)/m2 --subtract --latent mean $(only) --dtype f32 $(quiet) < $(OUT)/p1.rec \
	    | dvae-apply $(OUT)/m2 --reconstruct --latent mean $(only) $(quiet) -o $@; fi

# Evaluation: a classifier trained on each set, and its accuracy on clean test records.
$(OUT)/mixed.classifier: $(DATA) $(OUT)/data.options $(OUT)/classifier.options
	$(fresh)
	cls-train $(classifier) $(checkpoint) $(quiet) < $(DATA) -o $@
	$(done)

$(OUT)/purified.classifier: $(OUT)/purified.rec $(OUT)/classifier.options
	$(fresh)
	cls-train $(classifier) $(checkpoint) $(quiet) < $(OUT)/purified.rec -o $@
	$(done)

sets := $(if $(CLEAN),clean) mixed purified

evaluate: $(OUT)/report.txt $(sets:%=$(OUT)/%.json)
	@cat $(OUT)/report.txt
	@$(call table,$(sets))

ifeq ($(DATA),)
$(error DATA is not set: name the records, as in make -f $(here) DATA=mixed.rec)
endif
