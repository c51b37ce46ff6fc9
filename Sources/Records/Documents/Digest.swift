import COpenSSL

/// SHA-256 of bytes, as `sha256sum` prints it.
enum Digest {
  /// "sha256:" and 64 hexadecimal digits.
  ///
  /// - Throws: `Failure` of kind `software` where the cryptographic library has no SHA-256.
  static func sha256(_ bytes: [UInt8]) throws -> String { try bytes.withUnsafeBytes { try sha256($0) } }

  /// The same of bytes that lie elsewhere.
  static func sha256(_ bytes: UnsafeRawBufferPointer) throws -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard EVP_Digest(bytes.baseAddress, bytes.count, &digest, &count, EVP_sha256(), nil) == 1 else {
      throw Failure(.software, "the cryptographic library cannot compute SHA-256")
    }
    let digits = digest.prefix(Int(count)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return "sha256:" + digits.joined()
  }
}
