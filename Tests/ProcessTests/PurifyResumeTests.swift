import TestSupport
import Testing

/// What `ue-purify` leaves where it is stopped or fails, and what the same command then makes of it.
extension PurifyTests {
  /// Ctrl-C, as a terminal sends it: to all processes of the job.
  @Test func theSameCommandGoesOn() throws {
    let line = "ue-purify a.rec -o b.rec WIDTH=2 LATENT=2 EPOCHS=20 BATCH=8"
    let stopped = try shell(
      """
      set -m
      \(line) &
      while ! [ -e b.rec.stages/m1.checkpoint ]; do sleep 0.02; done
      kill -INT -- -$!
      wait $!
      """)
    #expect(stopped.status == 130, "\(stopped.errorText)")
    #expect(stopped.errorText.contains("the stages so far are in b.rec.stages"), "\(stopped.errorText)")
    #expect(try shell("\(line) --dry-run").status == 0)
    let going = try shell(line)
    #expect(
      going.status == 0 && going.errorText.contains("m1.checkpoint: the training goes on after "), "\(going.errorText)")
    #expect(try shell("ue-purify a.rec WIDTH=2 LATENT=2 EPOCHS=20 BATCH=8 > c.rec").status == 0)
    #expect(try batch("b.rec").image == batch("c.rec").image)
    #expect(try folder.names() == ["a.rec", "b.rec", "c.rec", "read.rec"])
  }

  /// Whatever stage it stopped after, and with any setting that its trial, of one epoch, cannot take.
  @Test(arguments: ["m2", "purified.rec"]) func theSameCommandGoesOnAfterAStage(_ missing: String) throws {
    let line = "ue-purify a.rec -o b.rec --keep K WIDTH=2 LATENT=2 EPOCHS=4 BATCH=8 WARM_UP=1"
    #expect(try shell(line).status == 0)
    let made = try batch("b.rec").image
    let going = try shell("rm b.rec K/\(missing) && \(line)")
    #expect(going.status == 0 && going.errorText.contains("24 pictures of 8×8: about "), "\(going.errorText)")
    #expect(!going.errorText.contains("epoch 1/4") || missing == "m2", "\(going.errorText)")
    #expect(try batch("b.rec").image == made)
  }

  @Test func stagesAreOfOneRun() throws {
    let result = try shell("mkdir K && : > K/ue-purify && flock K/ue-purify ue-purify a.rec -o b.rec --keep K")
    #expect(result.status == 73 && result.errorText.contains("K: another run is at work there"), "\(result.errorText)")
    #expect(try folder.names() == ["K", "a.rec"])
  }

  /// The models of a verdict are kept too, and what stopped is gone on with.
  @Test func theSameCheckGoesOn() throws {
    let line = "ue-purify --check a.rec VERDICT_STEPS=100000"
    let moments = [
      "[ -e a.rec.check.stages/judge.classifier.checkpoint ]",
      "grep -q 'judge.classifier.checkpoint: the training goes on after ' words",
    ]
    for moment in moments {
      let stopped = try shell(
        """
        set -m
        \(line) 2> words &
        while ! \(moment); do jobs %1 > /dev/null 2>&1 || break; sleep 0.02; done
        kill -INT -- -$!
        wait $!
        """)
      let words = String(decoding: try folder.read("words"), as: UTF8.self)
      #expect(stopped.status == 130, "\(words)")
      #expect(words.contains("the stages so far are in a.rec.check.stages"), "\(words)")
    }
  }

  /// A checkpoint of other options is no start for these.
  @Test func aChangedSettingBeginsAnew() throws {
    let made = try shell(
      """
      mkdir out; S="RECIPE=fast QUIET=1 EPOCHS=1 BATCH=8"
      dvae-fit --kld 1 --epochs 1 --batch 8 --width 4 --latent 2 -q --checkpoint out/m1.checkpoint a.rec > m &&
      sleep 0.05 && make -s -f "$P"/purify.mk DATA=a.rec OUT=out WIDTH=2 LATENT=2 $S && ls out
      """)
    #expect(made.status == 0, "\(made.errorText)")
    #expect(!made.text.contains("checkpoint"))
  }

  /// As another program stops it, which knows of none of the processes below.
  @Test func stoppedFromOutsideItLeavesNoneAtWork() throws {
    let stopped = try shell(
      """
      ue-purify a.rec -o b.rec WIDTH=2 LATENT=2 STEPS=1000000 BATCH=8 &
      while ! [ -e b.rec.stages/m1.checkpoint ]; do sleep 0.02; done
      kill $!
      wait $!; status=$?
      flock -n b.rec.stages/ue-purify echo free
      exit $status
      """)
    #expect(stopped.status == 143 && stopped.text == "free\n", "\(stopped.errorText)")
    #expect(stopped.errorText.contains("the stages so far are in b.rec.stages"), "\(stopped.errorText)")
  }

  /// Pictures written before the disk is full would be taken for all of them, and keep the same command from its work.
  @Test func aFolderIsWholeOrEmpty() throws {
    let line = "ue-purify in -o out \(Self.sizes)"
    let failed = try shell(
      """
      ue-encode folder -q in a.rec; mkdir full
      printf '#!/bin/bash\nmkdir -p out/cat; echo > out/cat/1.png; echo "out: No space left" >&2; exit 74\n' > full/ue-encode
      chmod +x full/ue-encode; PATH=$PWD/full:$PATH; \(line)
      """)
    #expect(failed.status == 74 && failed.errorText.contains("the stages so far are in out.stages"), "\(failed.errorText)")
    #expect(try shell("ls -A out").text == "")
    #expect(try shell("\(line) && ls out/*/* | wc -l").text == "24\n")
  }
}
