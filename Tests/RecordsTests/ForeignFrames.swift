import CZstd

@testable import Records

/// One zstd frame as another program may write it.
func foreignFrame(_ content: [UInt8], size: Bool, checksum: Bool, level: Int32 = 3) -> [UInt8] {
  let context = ZSTD_createCCtx()
  defer { ZSTD_freeCCtx(context) }
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, size ? 1 : 0)
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum ? 1 : 0)
  return [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(content.count)) { buffer, count in
    count = ZSTD_compress2(context, buffer.baseAddress, buffer.count, content, content.count)
  }
}

/// A skippable frame.
func skippable(_ payload: [UInt8], magic: UInt32 = 0x184D_2A50) -> [UInt8] {
  littleEndian(magic) + littleEndian(UInt32(payload.count)) + payload
}
