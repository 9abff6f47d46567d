internal import CCrossdockPlugin

/// C memory for the length of one call.
final class CArena {
  private var blocks: [UnsafeMutableRawPointer] = []

  deinit {
    for block in blocks { block.deallocate() }
  }

  func array<T>(_ values: [T]) -> UnsafePointer<T> {
    let block = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
    block.initialize(from: values, count: values.count)
    blocks.append(UnsafeMutableRawPointer(block))
    return UnsafePointer(block)
  }

  func packed<T>(_ rows: [[T]]) -> (UnsafePointer<UInt32>, UnsafePointer<T>) {
    var offsets: [UInt32] = [0]
    for row in rows { offsets.append(offsets.last! + UInt32(row.count)) }
    return (array(offsets), array(rows.flatMap { $0 }))
  }

  func cString(_ text: String) -> UnsafePointer<CChar> { array(Array(text.utf8CString)) }

  func bytes(_ bytes: [UInt8]) -> crossdock_bytes { crossdock_bytes(data: array(bytes), count: bytes.count) }

  func stream(_ stream: PluginContext.Stream) -> crossdock_stream {
    let columns = array(stream.columns.map { cString($0) as UnsafePointer<CChar>? })
    return crossdock_stream(
      struct_size: UInt32(MemoryLayout<crossdock_stream>.size), column_count: UInt32(stream.columns.count),
      name: cString(stream.name), columns: columns)
  }

  func values(key: String, kind: PluginOption.Kind, value: PluginContext.Value) -> [crossdock_option_value] {
    var row = crossdock_option_value()
    row.struct_size = UInt32(MemoryLayout<crossdock_option_value>.size)
    row.type = kind.rawValue
    row.key = cString(key)
    switch value {
    case .string(let text): row.text = bytes(Array(text.utf8))
    case .integer(let number):
      row.integer = number
      row.number = Double(number)
    case .number(let number): row.number = number
    case .boolean(let flag): row.integer = flag ? 1 : 0
    case .files(let files):
      return files.map { file in
        var row = row
        row.text = bytes(Array(file.path.utf8))
        row.file = bytes(file.contents)
        return row
      }
    }
    return [row]
  }
}
