import Records

/// The check that pictures are numbers in [0, 1] before they enter a model.
public enum FinitePictures {
  /// - Throws: a data failure for the first record of an F32 column that holds a NaN, an infinity or a value outside
  ///   [0, 1]; `failure` words it with its place.
  public static func check(_ image: Column, _ failure: (_ record: Int, _ words: String) -> Failure) throws {
    guard image.type == .f32 else { return }
    let floats = image.floats
    // A NaN fails the comparison too.
    guard let index = floats.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) else { return }
    let record = index / max(1, image.recordShape.reduce(1, *))
    throw failure(record, "a picture holds \(floats[index]); F32 pictures are numbers in [0, 1]")
  }
}
