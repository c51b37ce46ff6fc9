import Foundation
import Records
import SmallPictures
import TestSupport
import Testing

@testable import Formats

/// Forms of pictures that are read by a library each, from files that Pillow 13 wrote: 5×4 pixels of red 50·x, green 60·y and
/// blue 17·x·y, all but the last two losslessly.
@Suite struct PictureFormTests {
  /// What Pillow makes of the CMYK file: `convert("RGB")`.
  private static let colors =
    "////6vry1vXmw/DZsOvOnubCjOG3e9ysa9ehW9KXTM2NPsiDMMN6I75xFrloC7Rf/+/36urq1ubew+HSsNzGnti8jNOwe86l"
    + "a8qaW8WQTMCGPrt9MLdzI7JrFq1iC6la/9/v6tvi1tbWw9LKsM6/nsmzjMWpe8Cea7yUW7iKTLOAPq92MKttI6ZlFqJcC51U"
    + "/9Dn6szb1sjPw8TDsMC3nrysjLihe7OXa6+NW6uDTKd5PqNwMJ9nI5tfFpdWC5NO/7/f6rvT1rjHw7S7sLCwnqyljKmae6WQ"
    + "a6GGW518TJpzPpZqMJJhI45ZFotRC4dJ/6/X6qzL1qi/w6W0sKGpnp6ejJqTe5eJa5R/W5B2TI1tPolkMIZbI4JTFn9LC3xD"
    + "/5/P6pzD1pm3w5assJOhno+XjIyMe4mCa4Z5W4NvTIBlPn1dMHpVI3ZNFnNFC3A9/4/H6oy71omww4elsISanoGPjH6Fe3t7"
    + "a3lyW3ZpTHNgPnBXMG1PI2tHFmg/C2U4/3+/6n2z1nqow3idsHWTnnOIjHB+e250a2trW2liTGZZPmRRMGFJI19BFlw5C1oy"
    + "/2+36m2s1mugw2iWsGaLnmSCjGJ3e2Bua15kW1tbTFlTPldLMFVDI1M8FlE0C04s/1+v6l2k1luZw1mOsFiEnlZ6jFRwe1Jn"
    + "a1BeW05VTExMPktEMEk8I0c1FkUuC0Mn/1Cn6k6c1k2Rw0uHsEp8nkhzjEdpe0Vga0NXW0JOTEBGPj8+MD02IzwvFjooCzgh"
    + "/z+f6j6U1j2Jwzt/sDp1njlrjDhiezZZazVQWzRITDNAPjE4MDAwIy8pFi4iCywc/y+X6i6M1i2Cwyx4sCtunipkjClbeylS"
    + "ayhJWydBTCY5PiUxMCQqIyMjFiIcCyEW/x+P6h6E1h55wx1wsB1mnhxdjBtUextLaxpDWxo6TBkyPhgrMBgkIxcdFhYWCxYQ"
    + "/w+H6g991g5yww5osA5fng5WjA1New1Eaw08Www0TAwsPgwlMAseIwsXFgsRCwsL"

  private static func bytes(_ text: String) -> [UInt8] { Data(base64Encoded: text).map { Array($0) } ?? [] }

  private static func file(_ name: String) throws -> [UInt8] { try #require(SmallPictures.files[name]) }

  /// Whether this build has the library that the form of a name wants.
  private static func isRead(_ name: String) -> Bool {
    let form = PictureForm.allCases.first { name.contains($0.rawValue) }
    return form.map { (try? Picture.decode(SmallPictures.files[$0.rawValue] ?? [])) != nil } ?? true
  }

  private func pixels(_ change: (_ place: Int, [UInt8]) -> [UInt8] = { $1 }) -> [UInt8] {
    (0..<20).flatMap { place -> [UInt8] in
      let (x, y) = (place % 5, place / 5)
      return change(place, [UInt8(x * 50), UInt8(y * 60), UInt8(x * y * 17 & 255)])
    }
  }

  @Test(arguments: [
    "bmp", "bmp from the top", "bmp palette", "webp", "gif", "gif interlaced", "gif of two", "tiff", "tiff deflate",
  ])
  func everyFormGivesTheSamePixels(_ name: String) throws {
    guard Self.isRead(name) else { return }
    let decoded = try Picture.decode(Self.file(name))
    #expect(decoded.picture == Picture(width: 5, height: 4, channels: 3, pixels: pixels()) && decoded.warning == nil)
  }

  /// Every second pixel is transparent.
  @Test(arguments: ["webp alpha", "tiff alpha"]) func transparencyIsLaidOverWhite(_ name: String) throws {
    guard Self.isRead(name) else { return }
    let white = pixels { ($0 % 5 + $0 / 5) % 2 == 1 ? [255, 255, 255] : $1 }
    #expect(try Picture(decoding: Self.file(name)).pixels == white)
  }

  /// A BMP of two rows of one pixel, (1, 2, 3) below (200, 100, 50), with a header of any length.
  private static func bmp(length: Int, bits: Int, masks: [Int] = [], isFromTop: Bool = false, opacity: [Int] = [9, 9])
    -> [UInt8]
  {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var header = number(length, 4) + number(1, 4) + number(isFromTop ? -2 : 2, 4) + number(1, 2) + number(bits, 2)
    header += number(masks.isEmpty ? 0 : 3, 4) + number(0, 20) + masks.flatMap { number($0, 4) }
    header += [UInt8](repeating: 0, count: max(0, length - header.count))
    let rows: [[UInt8]] = [[3, 2, 1], [50, 100, 200]]
    let pixels = zip(rows, opacity).map { $0 + [bits == 32 ? UInt8($1) : 0] }
    let start = 14 + header.count
    return Array("BM".utf8) + number(start + 8, 4) + number(0, 4) + number(start, 4) + header
      + (isFromTop ? pixels.reversed() : pixels).flatMap { $0 }
  }

  /// Editors write the longer headers of Windows 95 on, cameras and screenshots the masks.
  @Test func headersOfAnyLengthAreRead() throws {
    let colors = [0xFF_0000, 0xFF00, 0xFF]
    let alpha = colors + [0xFF00_0000]
    let expected: [UInt8] = [200, 100, 50, 1, 2, 3]
    for length in [40, 52, 56, 108, 124] {
      for isFromTop in [false, true] {
        func pixels(_ bits: Int, _ masks: [Int] = [], _ opacity: [Int] = [9, 9]) throws -> [UInt8] {
          try Picture(
            decoding: Self.bmp(length: length, bits: bits, masks: masks, isFromTop: isFromTop, opacity: opacity)
          ).pixels
        }
        #expect(try pixels(24) == expected && pixels(32) == expected, "\(length)")
        #expect(try pixels(32, colors) == expected, "\(length)")
        guard length >= 56 else { continue }
        #expect(try pixels(32, alpha, [0, 255]) == [200, 100, 50, 255, 255, 255], "\(length)")
        #expect(try pixels(32, alpha, [0, 0]) == expected, "\(length)")
      }
    }
    let own = #expect(throws: PictureError.self) {
      try Picture(decoding: Self.bmp(length: 108, bits: 32, masks: alpha.reversed()))
    }
    #expect(own?.description == "BMP: its colours have masks of their own; save it with 24 bits a pixel")
    for length in [52, 56, 108, 124] {
      let whole = Self.bmp(length: length, bits: 32, masks: alpha)
      for count in whole.indices { _ = try? Picture(decoding: Array(whole[..<count])) }
    }
  }

  /// A TIFF file of one pixel, uncompressed.
  private static func tiff(_ samples: [UInt8], isGrey: Bool = false, extra: Int? = nil, format: Int = 1) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var entries = [
      (256, 1), (257, 1), (258, 8), (259, 1), (262, isGrey ? 1 : 2), (273, 8), (277, samples.count), (278, 1),
      (279, samples.count),
    ]
    if let extra { entries.append((338, extra)) }
    entries.append((339, format))
    let start = 8 + samples.count + samples.count % 2
    return Array("II*".utf8) + [0] + number(start, 4) + samples + [UInt8](repeating: 0, count: samples.count % 2)
      + number(entries.count, 2) + entries.flatMap { number($0.0, 2) + number(3, 2) + number(1, 4) + number($0.1, 4) }
      + number(0, 4)
  }

  /// Extra samples that are no alpha, such as infrared, change nothing; grey is laid over white as colours are.
  @Test func extraSamplesOfATIFFAreWhatItSays() throws {
    guard Self.isRead("tiff") else { return }
    func pixels(_ bytes: [UInt8]) throws -> [UInt8] { try Picture(decoding: bytes).pixels }
    #expect(try pixels(Self.tiff([100, 50, 20, 128], extra: 0)) == [100, 50, 20])
    #expect(try pixels(Self.tiff([100, 50, 20, 128], extra: 2)) == [177, 152, 137])
    #expect(try pixels(Self.tiff([100, 128], isGrey: true, extra: 2)) == [177, 177, 177])
    #expect(try pixels(Self.tiff([50, 128], isGrey: true, extra: 1)) == [177, 177, 177])
    #expect(try pixels(Self.tiff([100], isGrey: true)) == [100, 100, 100])
    let signed = #expect(throws: PictureError.self) { try pixels(Self.tiff([100], isGrey: true, format: 2)) }
    #expect(signed?.description.contains("signed samples") == true)
  }

  @Test func aTransparentColourOfAGIFIsWhite() throws {
    guard Self.isRead("gif") else { return }
    #expect(try Picture(decoding: Self.file("gif transparent")).pixels == pixels { $0 == 7 ? [255, 255, 255] : $1 })
  }

  @Test func sixteenBitsKeepTheHighByte() throws {
    guard Self.isRead("tiff") else { return }
    #expect(try Picture(decoding: Self.file("tiff 16")).pixels == [0x12, 0x12, 0x12, 0xFE, 0xFE, 0xFE])
  }

  @Test func anAnimationIsNamed() throws {
    guard Self.isRead("webp") else { return }
    let fault = #expect(throws: PictureError.self) { try Picture(decoding: Self.file("animated webp")) }
    #expect(fault?.description == "an animated WebP, of which no single picture is read")
  }

  @Test func inksBecomeTheColoursThatPillowMakesOfThem() throws {
    #expect(try Picture(decoding: Self.file("cmyk")).pixels == Self.bytes(Self.colors))
  }

  /// Of a file cut short, or with any byte changed, comes a picture or an error, and nothing else.
  @Test(arguments: SmallPictures.files.keys.sorted()) func damageIsNoCrash(_ name: String) throws {
    let file = try Self.file(name)
    for count in 0..<file.count { _ = try? Picture(decoding: Array(file[..<count])) }
    for place in file.indices {
      var damaged = file
      damaged[place] ^= 0xFF
      _ = try? Picture(decoding: damaged)
    }
    let half = Array(file[..<(file.count / 2)])
    #expect(throws: PictureError.self) { try Picture(decoding: half) }
  }

  /// A header may claim what no memory holds.
  @Test(arguments: ["bmp", "gif", "tiff"]) func hugeClaimsAreRefused(_ name: String) throws {
    guard Self.isRead(name) else { return }
    var file = try Self.file(name)
    let claim: [UInt8] = [0xFF, 0xFF, 0xFF, 0x7F]
    switch name {
    case "bmp": file.replaceSubrange(18..<26, with: claim + claim)
    case "gif": file.replaceSubrange(6..<10, with: [0xFF, 0xFF, 0xFF, 0xFF])
    default:
      // The first two entries of the directory are width and height, 12 bytes each behind their number.
      let directory = Int(file[4]) + 2
      for entry in 0..<2 {
        file.replaceSubrange(
          directory + 12 * entry + 2..<directory + 12 * entry + 12, with: [4, 0, 1, 0, 0, 0] + claim)
      }
    }
    let fault = #expect(throws: PictureError.self) { try Picture(decoding: file) }
    // libtiff has a limit of its own.
    let isNamed = fault?.description.contains("at most \(Picture.maximumPixels) are read") == true
    #expect(isNamed || name == "tiff", "\(fault?.description ?? "")")
  }

  @Test func formsAreToldByTheirBytes() throws {
    for (name, file) in SmallPictures.files where name != "cmyk" {
      #expect(
        PictureForm(signature: file)?.rawValue == (name.contains("webp") ? "webp" : String(name.prefix { $0 != " " })))
    }
    let unknown = #expect(throws: PictureError.self) { try Picture(decoding: [1, 2, 3]) }
    #expect(unknown?.description == "neither PNG nor JPEG, WebP, BMP, GIF or TIFF, by its first bytes")
    let empty = #expect(throws: PictureError.self) { try Picture(decoding: []) }
    #expect(empty?.description == "the file is empty")
  }

  @Test(
    arguments: [
      ("a.PNG", .png), ("a.b/c.jpg", .jpeg), ("x.jpeg", .jpeg), (".tif", .tiff), ("a.tiff", .tiff), ("a.GIF", .gif),
      ("a.png.txt", nil), ("png", nil), ("a.png/b", nil), ("e\u{301}.bmp", .bmp),
    ] as [(String, PictureForm?)]) func formsArePromisedByEndings(_ name: String, _ form: PictureForm?)
  {
    #expect(PictureForm(named: name) == form)
  }

  private func jpeg() throws -> [UInt8] {
    let samples = patternless(40 * 40 * 3)
    return try JPEG.encode(Picture(width: 40, height: 40, channels: 3, pixels: samples))
  }

  @Test func bytesBeforeAJPEGsEndMarkAreTold() throws {
    let whole = try jpeg()
    let decoded = try Picture.decode(whole.dropLast(2) + [UInt8](repeating: 1, count: 40) + whole.suffix(2))
    #expect(try decoded.picture == Picture(decoding: whole))
    #expect(decoded.warning?.contains("extraneous bytes before marker 0xd9") == true, "\(decoded.warning ?? "")")
  }

  @Test(arguments: [1, 2]) func aJPEGMayLackItsEndMark(_ missing: Int) throws {
    let whole = try jpeg()
    let decoded = try Picture.decode(whole.dropLast(missing))
    #expect(try decoded.picture == Picture(decoding: whole) && decoded.warning == "it lacks its end mark")
    let fault = #expect(throws: PictureError.self) { try Picture.decode(whole.dropLast(60)) }
    #expect(fault?.description == "damaged JPEG: it is cut short")
  }
}
