import Random

/// One picture of the built-in set: an outline of random place, size, tilt and colour on a random background.
///
/// Outlines are faint and small, so that to tell them apart takes long to learn, and backgrounds are calm, so that a
/// perturbation is quick to learn: as with photographs, a classifier takes the shortcut where there is one.
///
/// All arithmetic is IEEE single precision with `+ - * /` and `sqrt` only, so the bytes are the same on every machine.
struct ShapePicture {
  /// Width and height in pixels.
  static let side = 32

  private let outline: ShapeOutline
  private let frame: Frame
  private let paint: Paint
  private let background: Background
  private let noise: Float
  private var random: RandomStream

  /// Draws the lots of one picture; the pixels follow in `write`.
  init(outline: ShapeOutline, random: RandomStream) {
    var random = random
    self.outline = outline
    background = Background(&random)
    frame = Frame(&random)
    paint = Paint(against: background.color(frame.centerX, frame.centerY), &random)
    noise = random.uniform(0.004, 0.012)
    self.random = random
  }

  /// Appends the picture's three planes, red, green, blue, row by row.
  func append(to pixels: inout [UInt8]) {
    var random = random
    let first = pixels.count
    let area = Self.side * Self.side
    pixels.append(contentsOf: repeatElement(0, count: 3 * area))
    for row in 0..<Self.side {
      for column in 0..<Self.side {
        let x = Float(column) + 0.5
        let y = Float(row) + 0.5
        let coverage = frame.coverage(of: outline, x, y)
        var color = background.color(x, y)
        if coverage > 0 { color += (paint.color(x - frame.centerX, y - frame.centerY) - color) * coverage }
        color += Self.grain(random.nextBits()) * noise
        let bytes = Self.bytes(color)
        let place = first + row * Self.side + column
        pixels[place] = bytes.x
        pixels[place + area] = bytes.y
        pixels[place + 2 * area] = bytes.z
      }
    }
  }

  /// Noise of one pixel, variance about 1 in each channel: a part the channels share, as in a dark photograph, and a
  /// part of each channel's own; four bytes of one random word.
  private static func grain(_ bits: UInt32) -> SIMD3<Float> {
    let own = SIMD3<Float>(Float(bits & 255), Float(bits >> 8 & 255), Float(bits >> 16 & 255))
    let shared = Float(bits >> 24)
    return (own + SIMD3(repeating: shared) - 255) * (1 / 104)
  }

  private static func bytes(_ color: SIMD3<Float>) -> SIMD3<UInt8> {
    let scaled = (color * 255 + 0.5).clamped(lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: 255))
    return SIMD3<UInt8>(truncatingIfNeeded: SIMD3<Int32>(scaled, rounding: .towardZero))
  }
}

/// Where the outline's own coordinates lie in the picture.
private struct Frame {
  let centerX: Float
  let centerY: Float
  private let toU: SIMD2<Float>
  private let toV: SIMD2<Float>
  private let reach: Float

  init(_ random: inout RandomStream) {
    let radius = random.uniform(6, 9)
    let stretch = random.uniform(0.85, 1.15)
    // The tangent of half the angle gives sine and cosine as fractions: half a turn, and the other half by the sign.
    let half = random.uniform(-1, 1)
    let scale = (random.uniform() < 0.5 ? 1 : -1) / (1 + half * half)
    let cosine = (1 - half * half) * scale
    let sine = 2 * half * scale
    let side = Float(ShapePicture.side)
    centerX = random.uniform(radius * 0.95, side - radius * 0.95)
    centerY = random.uniform(radius * 0.95, side - radius * 0.95)
    toU = SIMD2(cosine, sine) * (stretch / radius)
    toV = SIMD2(-sine, cosine) / (stretch * radius)
    reach = radius * 1.4
  }

  /// The part of the pixel around (x, y) that the outline covers, in sixteenths.
  @inline(__always)
  func coverage(of outline: ShapeOutline, _ x: Float, _ y: Float) -> Float {
    let dx = x - centerX
    let dy = y - centerY
    guard dx * dx + dy * dy <= reach * reach else { return 0 }
    let u = toU.x * dx + toU.y * dy
    let v = toV.x * dx + toV.y * dy
    var hits = 0
    for sample in 0..<16 {
      let stepX = Float(sample & 3) * 0.25 - 0.375
      let stepY = Float(sample >> 2) * 0.25 - 0.375
      if outline.contains(u + toU.x * stepX + toU.y * stepY, v + toV.x * stepX + toV.y * stepY) { hits += 1 }
    }
    return Float(hits) * (1 / 16)
  }
}

/// The colour of an outline's inside: lighter or darker than the background, of any hue, with a slight gradient.
private struct Paint {
  private let base: SIMD3<Float>
  private let slopeX: SIMD3<Float>
  private let slopeY: SIMD3<Float>

  init(against background: SIMD3<Float>, _ random: inout RandomStream) {
    let brightness = (background.x + background.y + background.z) * (1 / 3)
    let contrast = random.uniform(0.12, 0.3)
    let isLighter = brightness < 0.35 || (brightness < 0.65 && random.uniform() < 0.5)
    let tint = random.color(-0.1, 0.1)
    let gray = SIMD3<Float>(repeating: brightness + (isLighter ? contrast : -contrast))
    base = gray + tint - SIMD3(repeating: (tint.x + tint.y + tint.z) * (1 / 3))
    slopeX = random.color(-0.002, 0.002)
    slopeY = random.color(-0.002, 0.002)
  }

  func color(_ dx: Float, _ dy: Float) -> SIMD3<Float> {
    base + slopeX * dx + slopeY * dy
  }
}

/// A background: four corner colours blended, waves across it, and blotches.
private struct Background {
  private static let cells = 5

  private let corner: SIMD3<Float>
  private let alongX: SIMD3<Float>
  private let alongY: SIMD3<Float>
  private let twist: SIMD3<Float>
  private let waves: Waves
  private let waveColor: SIMD3<Float>
  private let blotches: [SIMD3<Float>]

  init(_ random: inout RandomStream) {
    let middle = random.color(0.35, 0.65)
    let corners = (0..<4).map { _ in middle + random.color(-0.02, 0.02) }
    corner = corners[0]
    alongX = corners[1] - corners[0]
    alongY = corners[2] - corners[0]
    twist = corners[3] - corners[2] - corners[1] + corners[0]
    waves = Waves(&random)
    waveColor = random.color(0.3, 1) * random.uniform(0, 0.01)
    let strength = random.uniform(0, 0.01)
    blotches = (0..<Self.cells * Self.cells).map { _ in
      (SIMD3(repeating: random.uniform(-1, 1)) + random.color(-0.6, 0.6)) * strength
    }
  }

  func color(_ x: Float, _ y: Float) -> SIMD3<Float> {
    let across = x * (1 / Float(ShapePicture.side))
    let down = y * (1 / Float(ShapePicture.side))
    let blend = corner + alongX * across + alongY * down + twist * (across * down)
    return blend + waveColor * waves.height(x, y) + blotch(across, down)
  }

  /// Values of a coarse lattice, joined by smooth steps.
  private func blotch(_ across: Float, _ down: Float) -> SIMD3<Float> {
    let last = Self.cells - 1
    let column = min(Int(across * Float(last)), last - 1)
    let row = min(Int(down * Float(last)), last - 1)
    let s = Self.smooth(across * Float(last) - Float(column))
    let t = Self.smooth(down * Float(last) - Float(row))
    let place = row * Self.cells + column
    let top = blotches[place] + (blotches[place + 1] - blotches[place]) * s
    let bottom = blotches[place + Self.cells] + (blotches[place + Self.cells + 1] - blotches[place + Self.cells]) * s
    return top + (bottom - top) * t
  }

  private static func smooth(_ t: Float) -> Float { t * t * (3 - 2 * t) }
}

/// Stripes, or the product of two sets of stripes: checks.
private struct Waves {
  private let first: SIMD3<Float>
  private let second: SIMD3<Float>
  private let isChecked: Bool

  init(_ random: inout RandomStream) {
    first = Self.stripes(&random)
    second = Self.stripes(&random)
    isChecked = random.uniform() < 0.5
  }

  /// Waves a pixel along x and along y, and the phase: wavelengths from 4 pixels up.
  private static func stripes(_ random: inout RandomStream) -> SIMD3<Float> {
    SIMD3(random.uniform(-0.17, 0.17), random.uniform(-0.17, 0.17), random.uniform(8, 9))
  }

  /// Height of the waves at a point, -1...1.
  func height(_ x: Float, _ y: Float) -> Float {
    let stripes = Self.triangle(first.x * x + first.y * y + first.z)
    return isChecked ? stripes * Self.triangle(second.x * x + second.y * y + second.z) : stripes
  }

  /// The triangle wave of period 1 between -1 and 1.
  private static func triangle(_ phase: Float) -> Float {
    4 * (phase - phase.rounded(.down) - 0.5).magnitude - 1
  }
}

extension RandomStream {
  /// Three channels, each uniform in [low, high).
  fileprivate mutating func color(_ low: Float, _ high: Float) -> SIMD3<Float> {
    let red = uniform(low, high)
    let green = uniform(low, high)
    let blue = uniform(low, high)
    return [red, green, blue]
  }
}

/// The ten outlines of the built-in set, each a region of the plane within about one unit of the origin; v points down.
enum ShapeOutline: Int, CaseIterable {
  case disc, ring, crescent, square, triangle, star, cross, bars, hourglass, corner

  /// Whether the point lies inside the outline.
  ///
  /// Only sums, products and comparisons: the answer is the same on every machine.
  @inline(__always)
  func contains(_ u: Float, _ v: Float) -> Bool {
    let width = u.magnitude
    let height = v.magnitude
    let square = u * u + v * v
    switch self {
    case .disc: return square <= 0.72
    case .ring: return square <= 0.9 && square >= 0.3
    case .crescent: return square <= 0.9 && (u - 0.5) * (u - 0.5) + v * v >= 0.55
    case .square: return max(width, height) <= 0.78
    case .triangle: return v <= 0.6 && width * 1.7320508 <= (v + 1.1)
    case .star: return Self.isInStar(u, v)
    case .cross: return min(width, height) <= 0.28 && max(width, height) <= 0.95
    case .bars: return width <= 0.9 && height >= 0.26 && height <= 0.8
    case .hourglass: return height <= 0.85 && width <= height * 0.9 + 0.06
    case .corner: return max(width, height) <= 0.8 && (u <= -0.2 || v >= 0.2)
    }
  }

  /// The five-pointed star: the points on the inner side of at least four of the five lines through its tips.
  private static func isInStar(_ u: Float, _ v: Float) -> Bool {
    let offset: Float = 0.36
    let outside =
      (v > offset ? 1 : 0)
      + (0.9510565 * u + 0.309017 * v > offset ? 1 : 0)
      + (0.58778524 * u - 0.809017 * v > offset ? 1 : 0)
      + (-0.58778524 * u - 0.809017 * v > offset ? 1 : 0)
      + (-0.9510565 * u + 0.309017 * v > offset ? 1 : 0)
    return outside <= 1
  }
}
