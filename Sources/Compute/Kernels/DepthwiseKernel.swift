import Threads

/// Depthwise 3×3 convolution, one picture a piece. A vector of channels at a time walks along the rows of a picture
/// with its nine filters and its sum in registers; rows outside the picture are rows of zeros.
struct DepthwiseKernel {
  let window: WindowShape

  private var channels: Int { window.channels }
  private static let taps = WindowShape.size * WindowShape.size

  private func check(x: Storage, weight: Storage, y: Storage) {
    precondition(
      x.count == window.batch * window.pictureCount && y.count == window.batch * window.outputCount
        && weight.count == Self.taps * channels,
      "depthwise convolution \(window) of \(x.count) by \(weight.count) into \(y.count) elements")
  }

  private var vectors: StrideTo<Int> { stride(from: 0, to: channels, by: Vector.scalarCount) }

  /// y ← x ⋆ w (+ the epilogue's bias), rectified where the epilogue says so; it has no addend.
  func forward(_ x: Storage, weight: Storage, y: Storage, _ epilogue: Epilogue = Epilogue()) {
    check(x: x, weight: weight, y: y)
    precondition(epilogue.addend == nil, "a depthwise convolution with an addend")
    let filters = filtersByTap(weight)
    let shifts = epilogue.bias ?? Storage.zeros(count: channels)
    Profile.span("depthwise convolution", work) {
      slide(over: x, beside: y) { rows, c, output in
        let filter = Taps(filters.base + c, channels)
        let shift = shifts.base.vector(c)
        rows.forEachColumn { column in
          var sum = column.sum(filter, shift)
          if epilogue.rectified {
            sum.replace(with: 0, where: sum .< 0)
            sum.replace(with: epilogue.ceiling, where: sum .> epilogue.ceiling)
          }
          y.base.put(sum, output + column.index * channels, lanes: channels - c)
        }
      }
    }
  }

  /// dx ← the adjoint of `forward` applied to dy (+ dx where `accumulate`).
  func adjoint(_ dy: Storage, weight: Storage, dx: Storage, accumulate: Bool) {
    check(x: dx, weight: weight, y: dy)
    Profile.span("adjoint of depthwise convolution", work) {
      if window.stride == 1 {
        adjointByTurnedFilters(dy, weight: weight, dx: dx, accumulate: accumulate)
      } else {
        adjointByTaps(dy, weight: weight, dx: dx, accumulate: accumulate)
      }
    }
  }

  /// With a stride of 1 the adjoint is the convolution by the filters turned round.
  private func adjointByTurnedFilters(_ dy: Storage, weight: Storage, dx: Storage, accumulate: Bool) {
    let filters = filtersByTap(weight, turned: true)
    slide(over: dy, beside: dx) { rows, c, output in
      let filter = Taps(filters.base + c, channels)
      rows.forEachColumn { column in
        dx.base.put(
          column.sum(filter, Vector()), output + column.index * channels, lanes: channels - c, accumulate: accumulate)
      }
    }
  }

  /// Each pixel of dy adds to those of dx that its window met.
  private func adjointByTaps(_ dy: Storage, weight: Storage, dx: Storage, accumulate: Bool) {
    let filters = filtersByTap(weight)
    Parallel.forEachPiece(window.batch) { picture in
      let source = dy.base + picture * window.outputCount
      let target = dx.base + picture * window.pictureCount
      if !accumulate { target.update(repeating: 0, count: window.pictureCount) }
      window.forEachTap { tap, input, output in
        let filter = filters.base + tap * channels
        for c in vectors {
          let sum = target.vector(input + c).addingProduct(source.vector(output + c), filter.vector(c))
          target.put(sum, input + c, lanes: channels - c)
        }
      }
    }
  }

  /// dw[c, tap] ← Σ x·dy (+ dw where `accumulate`): floats within a row, then within a picture, doubles across the
  /// pictures of a part.
  func weightGradient(_ dy: Storage, x: Storage, _ batch: BatchParts, dw: Storage, accumulate: Bool) {
    check(x: x, weight: dw, y: dy)
    precondition(batch.records == window.batch, "parts of \(batch.records) records for \(window.batch) pictures")
    let count = Self.taps * channels
    let sums = Storage.zeros(count: window.batch * count)
    Profile.span("weight gradient of depthwise convolution", work) {
      slide(over: x, beside: dy) { rows, c, output in
        var sum = Taps()
        rows.forEachColumn { sum.add($0, dy.base.vector(output + $0.index * channels)) }
        sum.add(to: sums.base + rows.picture * count + c, channels, lanes: channels - c)
      }
    }
    addParts(of: sums, batch, to: dw, accumulate: accumulate)
  }

  /// dw[c, tap] ← (accumulate ? dw : 0) + the sums [picture, tap, c]: doubles within a part, then the parts' tree.
  private func addParts(of sums: Storage, _ batch: BatchParts, to dw: Storage, accumulate: Bool) {
    let count = Self.taps * channels
    Parallel.forEachRange(of: count, length: 1 << 10) { range in
      let total = SumTree.sum(0..<batch.count) { part in
        var total = [Double](repeating: 0, count: range.count)
        for picture in batch.records(of: part) {
          let source = sums.base + picture * count + range.lowerBound
          for index in total.indices { total[index] += Double(source[index]) }
        }
        return total.map { Float($0) }
      } adding: { left, right in
        for index in left.indices { left[index] += right[index] }
      }
      for (index, value) in zip(range, total) {
        let place = index % channels * Self.taps + index / channels
        dw.base[place] = (accumulate ? dw.base[place] : 0) + value
      }
    }
  }

  private var work: Profile.Work {
    Profile.Work(floatingPointOperations: 2 * Double(Self.taps) * Double(window.batch * window.outputCount))
  }

  /// The filters as [tap, channel], in the taps' order or from the last to the first.
  private func filtersByTap(_ weight: Storage, turned: Bool = false) -> Storage {
    let result = Storage.zeros(count: weight.count + Vector.scalarCount)
    for c in 0..<channels {
      for tap in 0..<Self.taps {
        let place = turned ? Self.taps - 1 - tap : tap
        result.base[place * channels + c] = weight.base[c * Self.taps + tap]
      }
    }
    return result
  }

  /// Calls `body` for every row of the result and every vector of channels, with the three rows of x beneath the window
  /// and the place of the result's first pixel, from that channel on.
  ///
  /// A vector of channels walks through memory in steps of a pixel, which no processor foresees: what the next row
  /// needs, of x and of the array in step with the result, is fetched meanwhile.
  @inline(__always)
  private func slide(
    over x: Storage, beside result: Storage, _ body: (_ rows: WindowRows, _ channel: Int, _ output: Int) -> Void
  ) {
    let rowLength = window.width * channels
    let zeros = Storage.zeros(count: rowLength + Vector.scalarCount)
    Parallel.forEachPiece(window.batch) { picture in
      let source = x.base + picture * window.pictureCount
      func row(_ index: Int) -> UnsafeMutablePointer<Float> {
        (0..<window.height).contains(index) ? source + index * rowLength : zeros.base
      }
      for i in 0..<window.outputHeight {
        let top = i * window.stride - WindowShape.padding
        let output = picture * window.outputCount + i * window.outputWidth * channels
        let next = (source + (top + WindowShape.size) * rowLength, result.base + output + window.outputWidth * channels)
        for c in vectors {
          let rows = WindowRows(
            picture: picture, rows: (row(top) + c, row(top + 1) + c, row(top + 2) + c),
            next: (UnsafePointer(next.0 + c), UnsafePointer(next.1 + c)), window: window)
          body(rows, c, output + c)
        }
      }
    }
  }
}

/// A vector of channels of the three rows beneath a window.
private struct WindowRows {
  let picture: Int
  let rows: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
  /// The first pixels of the row below the three and of the result's next row, which are fetched and not read.
  let next: (x: UnsafePointer<Float>, result: UnsafePointer<Float>)
  let window: WindowShape

  /// Calls `body` for every place of the window along the rows.
  @inline(__always)
  func forEachColumn(_ body: (WindowColumn) -> Void) {
    // The last place whose right column lies within the picture.
    let inner = (window.width - 2) / window.stride
    for index in 0..<window.outputWidth {
      prefetchNext(index)
      let place = (index * window.stride - WindowShape.padding) * window.channels
      body(
        WindowColumn(
          index: index, rows: (rows.0 + place, rows.1 + place, rows.2 + place), step: window.channels,
          hasLeft: index > 0, hasRight: window.width > 1 && index <= inner))
    }
  }

  /// Has the pixels fetched that lie below a place.
  @inline(__always)
  private func prefetchNext(_ index: Int) {
    (next.result + index * window.channels).prefetch()
    for row in 0..<window.stride {
      for column in 0..<window.stride {
        (next.x + ((row * window.width) + index * window.stride + column) * window.channels).prefetch()
      }
    }
  }
}

/// One place of a window: nine vectors, of which those outside the picture count as zeros.
private struct WindowColumn {
  let index: Int
  let rows: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
  /// Floats from one column to the next.
  let step: Int
  let hasLeft: Bool
  let hasRight: Bool

  /// The sum of the products with nine filters, and a first term.
  @inline(__always)
  func sum(_ filter: Taps, _ first: Vector) -> Vector {
    var sum = first.addingProduct(rows.0.vector(step), filter.v1).addingProduct(rows.1.vector(step), filter.v4)
      .addingProduct(rows.2.vector(step), filter.v7)
    if hasLeft {
      sum = sum.addingProduct(rows.0.vector(), filter.v0).addingProduct(rows.1.vector(), filter.v3)
        .addingProduct(rows.2.vector(), filter.v6)
    }
    if hasRight {
      sum = sum.addingProduct(rows.0.vector(2 * step), filter.v2).addingProduct(rows.1.vector(2 * step), filter.v5)
        .addingProduct(rows.2.vector(2 * step), filter.v8)
    }
    return sum
  }
}

/// Nine vectors, one a tap: filters, or sums of products.
private struct Taps {
  var (v0, v1, v2) = (Vector(), Vector(), Vector())
  var (v3, v4, v5) = (Vector(), Vector(), Vector())
  var (v6, v7, v8) = (Vector(), Vector(), Vector())

  init() {}

  /// Those that lie `step` floats apart.
  @inline(__always)
  init(_ base: UnsafeMutablePointer<Float>, _ step: Int) {
    (v0, v1, v2) = (base.vector(), base.vector(step), base.vector(2 * step))
    (v3, v4, v5) = (base.vector(3 * step), base.vector(4 * step), base.vector(5 * step))
    (v6, v7, v8) = (base.vector(6 * step), base.vector(7 * step), base.vector(8 * step))
  }

  /// Adds the products of a window and one vector.
  @inline(__always)
  mutating func add(_ column: WindowColumn, _ factor: Vector) {
    let (rows, step) = (column.rows, column.step)
    v1 = v1.addingProduct(rows.0.vector(step), factor)
    v4 = v4.addingProduct(rows.1.vector(step), factor)
    v7 = v7.addingProduct(rows.2.vector(step), factor)
    if column.hasLeft {
      v0 = v0.addingProduct(rows.0.vector(), factor)
      v3 = v3.addingProduct(rows.1.vector(), factor)
      v6 = v6.addingProduct(rows.2.vector(), factor)
    }
    if column.hasRight {
      v2 = v2.addingProduct(rows.0.vector(2 * step), factor)
      v5 = v5.addingProduct(rows.1.vector(2 * step), factor)
      v8 = v8.addingProduct(rows.2.vector(2 * step), factor)
    }
  }

  /// Adds these to nine vectors that lie `step` floats apart, of which the first `lanes` count.
  @inline(__always)
  func add(to base: UnsafeMutablePointer<Float>, _ step: Int, lanes: Int) {
    func add(_ value: Vector, _ tap: Int) { base.put(base.vector(tap * step) + value, tap * step, lanes: lanes) }
    add(v0, 0)
    add(v1, 1)
    add(v2, 2)
    add(v3, 3)
    add(v4, 4)
    add(v5, 5)
    add(v6, 6)
    add(v7, 7)
    add(v8, 8)
  }
}
