/// Convolutions by Winograd's minimal filtering: 3×3 with stride 1 and padding 1, and 4×4 with stride 2 and padding 1.
///
/// y = Aᵀ[Σ_c (G w Gᵀ) ⊙ (Bᵀ x B)]A for every 4×4 tile of y. Each position of a transformed tile is one matrix product
/// over tiles and channels. The adjoint of a 3×3 convolution is the same with turned filters.
///
/// A 4×4 convolution with stride 2 is the sum of four 2×2 ones: the pixels of x with even or odd row and even or odd
/// column (its four planes) each meet four of the sixteen taps. Its adjoint writes each plane by a 2×2 convolution.
enum WinogradConvolution {
  /// Which of the two the shape is, if either.
  enum Kind {
    case threeByThree
    case fourByFourStride2
  }

  /// The algorithm's kind for a convolution; nil where it does not serve.
  static func kind(_ shape: ConvolutionShape) -> Kind? {
    guard
      shape.padding == 1, WinogradTiles<ThreeTaps>.serves(channels: shape.inputChannels),
      WinogradTiles<ThreeTaps>.serves(channels: shape.outputChannels)
    else { return nil }
    if shape.kernel == 3, shape.stride == 1 { return .threeByThree }
    let even = shape.height % 2 == 0 && shape.width % 2 == 0
    return shape.kernel == 4 && shape.stride == 2 && even ? .fourByFourStride2 : nil
  }

  /// y ← x ⋆ w and the epilogue.
  static func forward(
    _ shape: ConvolutionShape, _ kind: Kind, x: Storage, weight: Storage, y: Storage, _ epilogue: Epilogue
  ) {
    shape.check(x: x, y: y, weight: weight)
    let target = plane(y, ofOutputsOf: shape)
    switch kind {
    case .threeByThree:
      let filter = WinogradFilter<ThreeTaps>(
        weight, [forwardView(shape)], channels: shape.inputChannels, columns: shape.outputChannels)
      WinogradProduct.run(
        batch: shape.batch, [.init(plane: plane(x, ofInputsOf: shape), before: (1, 1))], filter, into: target, epilogue)
    case .fourByFourStride2:
      let filter = WinogradFilter<TwoTaps>(
        weight, parities.map { gatheringView(shape, $0) }, channels: shape.inputChannels, columns: shape.outputChannels)
      let sources = parities.map { parity in
        WinogradProduct<TwoTaps>.Source(plane: plane(x, ofInputsOf: shape, parity), before: (parity.row, parity.column))
      }
      WinogradProduct.run(batch: shape.batch, sources, filter, into: target, epilogue)
    }
  }

  /// dx ← the adjoint of y = x ⋆ w applied to dy, and the epilogue.
  static func adjoint(
    _ shape: ConvolutionShape, _ kind: Kind, dy: Storage, weight: Storage, dx: Storage, _ epilogue: Epilogue
  ) {
    shape.check(x: dx, y: dy, weight: weight)
    let source = plane(dy, ofOutputsOf: shape)
    switch kind {
    case .threeByThree:
      let filter = WinogradFilter<ThreeTaps>(
        weight, [turnedView(shape)], channels: shape.outputChannels, columns: shape.inputChannels)
      WinogradProduct.run(
        batch: shape.batch, [.init(plane: source, before: (1, 1))], filter, into: plane(dx, ofInputsOf: shape), epilogue
      )
    case .fourByFourStride2:
      for parity in parities {
        let filter = WinogradFilter<TwoTaps>(
          weight, [scatteringView(shape, parity)], channels: shape.outputChannels, columns: shape.inputChannels)
        WinogradProduct.run(
          batch: shape.batch, [.init(plane: source, before: before(parity))], filter,
          into: plane(dx, ofInputsOf: shape, parity), epilogue)
      }
    }
  }

  /// dw ← (accumulate ? dw : 0) + Σ x·dy over pictures and pixels, the exact adjoint of the filter's part.
  static func weightGradient(
    _ shape: ConvolutionShape, _ kind: Kind, _ parts: BatchParts, x: Storage, dy: Storage, dw: Storage,
    accumulate: Bool
  ) {
    shape.check(x: x, y: dy, weight: dw)
    precondition(parts.records == shape.batch, "parts of \(parts.records) records for \(shape.batch) pictures")
    switch kind {
    case .threeByThree:
      WinogradWeightGradient<ThreeTaps>.run(
        parts,
        [
          .init(
            source: plane(x, ofInputsOf: shape), before: (1, 1), target: plane(dy, ofOutputsOf: shape),
            view: forwardView(shape))
        ], dw: dw, accumulate: accumulate)
    case .fourByFourStride2:
      // The gradient of the adjoint: there each plane has a filter of its own, small enough to stay in a cache.
      let pairs = parities.map { parity in
        WinogradWeightGradient<TwoTaps>.PlanePair(
          source: plane(dy, ofOutputsOf: shape), before: before(parity), target: plane(x, ofInputsOf: shape, parity),
          view: scatteringView(shape, parity))
      }
      WinogradWeightGradient.run(parts, pairs, dw: dw, accumulate: accumulate)
    }
  }

  /// Whether a plane of x has its odd rows or columns (1) or the even ones (0).
  private typealias Parity = (row: Int, column: Int)
  private static let parities: [Parity] = [(0, 0), (0, 1), (1, 0), (1, 1)]

  private static func plane(
    _ x: Storage, ofInputsOf shape: ConvolutionShape, _ parity: Parity? = nil
  ) -> WinogradPlane {
    WinogradPlane(
      pictures: x, height: shape.height, width: shape.width, channels: shape.inputChannels,
      step: parity == nil ? 1 : 2, row: parity?.row ?? 0, column: parity?.column ?? 0)
  }

  private static func plane(_ y: Storage, ofOutputsOf shape: ConvolutionShape) -> WinogradPlane {
    WinogradPlane(
      pictures: y, height: shape.outputHeight, width: shape.outputWidth, channels: shape.outputChannels)
  }

  /// Even rows of x are written from y's row of the same place and the one before it, odd ones from that of the same place
  /// and the next.
  private static func before(_ parity: Parity) -> (rows: Int, columns: Int) { (1 - parity.row, 1 - parity.column) }

  /// Sums over the input channels.
  private static func forwardView(_ shape: ConvolutionShape) -> FilterView {
    FilterView(first: 0, inner: 9, outer: 9 * shape.inputChannels, tapRow: 3, tapColumn: 1)
  }

  /// Sums over the output channels, with filters turned by 180°.
  private static func turnedView(_ shape: ConvolutionShape) -> FilterView {
    FilterView(first: 8, inner: 9 * shape.inputChannels, outer: 9, tapRow: -3, tapColumn: -1)
  }

  /// The four of sixteen taps with which a plane of x adds to y: row i of y meets rows 2i − 1 … 2i + 2 of x, so an odd row
  /// meets taps 0 and 2, an even one taps 1 and 3.
  private static func gatheringView(_ shape: ConvolutionShape, _ parity: Parity) -> FilterView {
    FilterView(
      first: (1 - parity.row) * 4 + 1 - parity.column, inner: 16, outer: 16 * shape.inputChannels, tapRow: 8,
      tapColumn: 2)
  }

  /// The same four taps in the other order, with which y is added to a plane of x.
  private static func scatteringView(_ shape: ConvolutionShape, _ parity: Parity) -> FilterView {
    FilterView(
      first: (3 - parity.row) * 4 + 3 - parity.column, inner: 16 * shape.inputChannels, outer: 16, tapRow: -8,
      tapColumn: -2)
  }
}
