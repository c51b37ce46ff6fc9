import CommandSupport
import cls_eval
import cls_train
import dvae_apply
import dvae_fit
import ue_bench
import ue_craft
import ue_detect

/// The tools that train networks or ask them.
@main
enum UENetworks {
  static func main() {
    MultiCallProgram([
      ue_craft.command, ue_detect.command, dvae_fit.command, dvae_apply.command, cls_train.command, cls_eval.command,
      ue_bench.command,
    ]).run()
  }
}
