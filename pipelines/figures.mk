# Figures by gnuplot, each one target from records to SVG.
#
#     make -f pipelines/figures.mk curves LOGS='out/m1.log out/m2.log' OUT=out    # loss, PSNR, KLD, accuracy by epoch
#     make -f pipelines/figures.mk accuracy-psnr DATA=poisoned.rec TEST=test.rec  # VAE against JPEG, as PAPER's Figure 2
#     make -f pipelines/figures.mk accuracy-kld  DATA=poisoned.rec TEST=test.rec  # by KL target, as PAPER's Figure 6
#
# Without DATA, TEST and LOGS the built-in shapes are poisoned and a small model is trained, so that each can be tried in
# some minutes; the settings below are small too. The published ones are WIDTH=64 LATENT=256 RECIPE=published EPOCHS=
# CLASSIFIER_WIDTH=64 CLASSIFIER_EPOCHS=60 CLASSIFIER_BATCH=128 CLASSIFIER_OPTIONS=

# Where everything is written.
OUT ?= figures
GNUPLOT ?= gnuplot
# The poisoned records, and clean test records.
DATA ?= $(OUT)/shapes-lsp.rec
TEST ?= $(OUT)/shapes-test.rec
# What `curves` shows: files that --log wrote.
LOGS ?= $(OUT)/dvae.log
# The VAEs' KL targets in nats a cell, and JPEG's qualities.
KLDS ?= 0.25 0.5 1 2 4
QUALITIES ?= 5 10 30 70
# Their sizes and training.
WIDTH ?= 16
LATENT ?= 32
RECIPE ?= fast
EPOCHS ?= 3
# The classifier trained on each set.
CLASSIFIER_WIDTH ?= 16
CLASSIFIER_EPOCHS ?= 15
CLASSIFIER_BATCH ?= 64
CLASSIFIER_OPTIONS ?= --no-augmentation
# The built-in set.
COUNT ?= 2000

include $(dir $(lastword $(MAKEFILE_LIST)))settings.mk

$(if $(STEPS)$(STEPS1)$(STEPS2),$(error figures.mk trains by epochs; give EPOCHS))

stage := $(EPOCHS:%=--epochs %) $(fit)

.PHONY: all curves accuracy-psnr accuracy-kld
all: curves accuracy-psnr accuracy-kld
curves: $(OUT)/curves.svg
accuracy-psnr: $(OUT)/accuracy-psnr.svg
accuracy-kld: $(OUT)/accuracy-kld.svg

# Lists of what a figure shows.
lists := $(KLDS) / $(QUALITIES)
shown := $(LOGS)

$(OUT)/shapes-lsp.rec:
	@mkdir -p $(@D)
	ue-decode shapes --count $(COUNT) --seed 1 | ue-craft lsp --norm 1.5 -o $@

$(OUT)/shapes-test.rec:
	@mkdir -p $(@D)
	ue-decode shapes --count 1000 --seed 2 -o $@

$(OUT)/dvae.log: $(DATA) $(OUT)/data.options $(OUT)/stage.options
	dvae-fit --kld 0.5 $(stage) --log $@ < $(DATA) > $(OUT)/dvae

# The poisoned set through a VAE's bottleneck, and through JPEG.
$(KLDS:%=$(OUT)/vae-%.rec): $(OUT)/vae-%.rec: $(DATA) $(OUT)/data.options $(OUT)/stage.options
	dvae-fit --model vae --kld $* $(stage) < $(DATA) -o $(OUT)/vae-$*
	dvae-apply $(OUT)/vae-$* --reconstruct --seed $(SEED) < $(DATA) -o $@

$(QUALITIES:%=$(OUT)/jpeg-%.rec): $(OUT)/jpeg-%.rec: $(DATA) $(OUT)/data.options
	ue-squeeze jpeg --quality $* < $(DATA) -o $@

# A set's PSNR and its classifier's accuracy on clean pictures in per cent, on one line behind its setting.
$(OUT)/%.point: $(OUT)/%.rec $(TEST) $(OUT)/test.options $(OUT)/classifier.options
	cls-train $(classifier) < $(OUT)/$*.rec -o $(OUT)/$*.classifier
	psnr=$$(ue-rec diff --json --columns image $(DATA) $(OUT)/$*.rec | sed -n 's/.*"psnr":\([0-9.eE+-]*\),.*/\1/p'); \
	accuracy=$$(cls-eval $(OUT)/$*.classifier --json < $(TEST) \
	  | sed -n 's/"classes".*//; s/.*"accuracy":\([0-9.eE+-]*\),.*/\1/p'); \
	test -n "$$psnr" -a -n "$$accuracy"; \
	echo "$(*:vae-%=%) $$psnr $$accuracy" | sed 's/^jpeg-//' | awk '{ print $$1, $$2, 100 * $$3 }' > $@.part
	mv $@.part $@

$(OUT)/vae.points: $(KLDS:%=$(OUT)/vae-%.point) $(OUT)/lists.options
	cat $(KLDS:%=$(OUT)/vae-%.point) > $@.part
	mv $@.part $@

$(OUT)/jpeg.points: $(QUALITIES:%=$(OUT)/jpeg-%.point) $(OUT)/lists.options
	cat $(QUALITIES:%=$(OUT)/jpeg-%.point) > $@.part
	mv $@.part $@

look := set terminal svg size 640,440 background 'white'; set grid; set key bottom; set yrange [0:100];

$(OUT)/accuracy-psnr.svg: $(OUT)/vae.points $(OUT)/jpeg.points
	$(GNUPLOT) -e "$(look) set output '$@.new'; set xlabel 'PSNR of the training set, dB'; \
	  set ylabel 'clean test accuracy, %'; \
	  plot '$(OUT)/vae.points' using 2:3 with linespoints pt 7 title 'VAE', \
	    '' using 2:3:1 with labels offset 0,1 font ',9' notitle, \
	    '$(OUT)/jpeg.points' using 2:3 with linespoints pt 5 title 'JPEG', \
	    '' using 2:3:1 with labels offset 0,1 font ',9' notitle"
	mv $@.new $@

$(OUT)/accuracy-kld.svg: $(OUT)/vae.points
	$(GNUPLOT) -e "$(look) set output '$@.new'; set logscale x 2; set xlabel 'KL target, nats a cell'; \
	  set ylabel 'clean test accuracy, %'; set y2label 'PSNR, dB'; set ytics nomirror; set y2tics; \
	  plot '$(OUT)/vae.points' using 1:3 with linespoints pt 7 title 'accuracy', \
	    '' using 1:2 axes x1y2 with linespoints pt 6 dashtype 2 title 'PSNR'"
	mv $@.new $@

# A log's epochs as a table: epoch, loss, PSNR, KLD, accuracy; what a log has not is a NaN, which gnuplot leaves out. A D-VAE's
# log has no accuracy and a classifier's nothing but: only what some log has is drawn.
$(OUT)/curves.svg: $(LOGS) $(OUT)/shown.options
	@for log in $(LOGS); do \
	  awk -v file="$$log" ' \
	    function figure(name) { \
	      return match($$0, "\"" name "\":-?[0-9.eE+-]+") \
	        ? substr($$0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : "NaN" } \
	    /"event":"epoch"/ { print figure("epoch"), figure("loss"), figure("psnr"), figure("kld"), figure("accuracy"); count++ } \
	    END { if (!count) { print file ": has no epochs" > "/dev/stderr"; exit 1 } }' $$log; \
	  echo; echo; \
	done > $(OUT)/curves.table
	@curve() { awk -v column=$$1 '$$column != "" && $$column != "NaN" { found = 1 } END { exit !found }' $(OUT)/curves.table \
	  || return 0; \
	  echo "set ylabel '$$2'; $$3; plot for [i=1:words(names)] '$(OUT)/curves.table' index i-1 using 1:$$1 with lines" \
	    "title word(names, i); unset logscale; unset yrange"; }; \
	{ curve 2 loss 'set logscale y; set key top'; curve 3 'PSNR, dB' 'set key bottom'; \
	  curve 4 'KLD, nats a cell' 'set key center; set yrange [0:*]'; \
	  curve 5 'accuracy, %' 'set key bottom; set yrange [0:100]'; } > $(OUT)/curves.plots; \
	count=$$(wc -l < $(OUT)/curves.plots); \
	trap 'rm -f $@.new' EXIT; \
	{ echo "set terminal svg size $$((320 * count)),320 background 'white'; set output '$@.new'; set grid"; \
	  echo "set multiplot layout 1,$$count; set xlabel 'epoch'; names = '$(notdir $(LOGS))'"; \
	  cat $(OUT)/curves.plots; echo 'unset multiplot'; } | $(GNUPLOT); \
	mv $@.new $@
