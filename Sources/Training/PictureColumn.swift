import Compute
import Records

extension Tensor {
  /// Pictures [N, H, W, C] in [0, 1] from the raw bytes of records' images, which are U8 or F32 and planar.
  ///
  /// Precondition: `bytes` holds `count` pictures of `shape` [C, H, W].
  package convenience init(pictures bytes: [UInt8], type: ElementType, count: Int, shape: [Int], tape: Tape? = nil) {
    let whole = [count] + shape
    switch type {
    case .f32:
      let floats = Column(type: .f32, shape: whole, bytes: bytes).floats
      self.init(planar: floats, shape: whole, tape: tape, requiresGradient: false)
    default:
      self.init(planar: bytes, shape: whole, tape: tape, requiresGradient: false)
    }
  }
}
