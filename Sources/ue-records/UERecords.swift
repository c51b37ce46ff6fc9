import CommandSupport
import ue_decode
import ue_encode
import ue_rec
import ue_squeeze

/// The tools that compute no networks, and therefore start without the library of linear algebra.
@main
enum UERecords {
  static func main() {
    MultiCallProgram([ue_decode.command, ue_encode.command, ue_squeeze.command, ue_rec.command]).run()
  }
}
