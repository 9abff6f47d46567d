internal import CCrossdockPlugin

/// The journal's source names as the ABI wants them: an array of borrowed bytes that stay where they are.
package final class SourceNames {
  private static let chunkBytes = 64 << 10
  private var chunks: [UnsafeMutableRawPointer] = []
  private var used = SourceNames.chunkBytes
  private(set) var entries: [crossdock_bytes] = []

  package init() {}

  deinit {
    for chunk in chunks { chunk.deallocate() }
  }

  package var count: Int { entries.count }

  package func append(_ name: UnsafeRawBufferPointer) {
    if used + name.count > Self.chunkBytes {
      chunks.append(.allocate(byteCount: max(Self.chunkBytes, name.count), alignment: 1))
      used = 0
    }
    let place = chunks[chunks.count - 1] + used
    if let base = name.baseAddress { place.copyMemory(from: base, byteCount: name.count) }
    used += name.count
    entries.append(crossdock_bytes(data: place.assumingMemoryBound(to: UInt8.self), count: name.count))
  }
}
