internal import CCrossdockPlugin
internal import Records

/// Options and streams as C structures, alive as long as this value.
final class OpenArguments {
  private var blocks: [UnsafeMutableRawPointer] = []
  private let options: [PluginOptionValue]
  private let streams: [StreamDefinition]
  private let writes: [String]

  private let identity: PluginIdentity

  init(options: [PluginOptionValue], streams: [StreamDefinition], writes: [String], identity: PluginIdentity) {
    self.identity = identity
    self.options = options
    self.streams = streams
    self.writes = writes
  }

  deinit {
    for block in blocks { block.deallocate() }
  }

  func withRaw(_ body: (UnsafePointer<crossdock_open>) -> Int32) -> Int32 {
    let values = copy(options.flatMap { optionValues($0) })
    let streams = copy(self.streams.map { stream($0) })
    let writes = copy(self.writes.map { text($0) as UnsafePointer<CChar>? })
    var open = crossdock_open(
      struct_size: UInt32(MemoryLayout<crossdock_open>.size), option_count: UInt32(values.count),
      options: values.baseAddress,
      streams: streams.baseAddress, stream_count: UInt32(streams.count), write_count: UInt32(writes.count),
      writes: writes.baseAddress, agent: text(identity.agent), epoch: text(identity.epoch),
      data_folder: text(identity.dataFolder))
    return body(&open)
  }

  private func copy<T>(_ values: [T]) -> UnsafeBufferPointer<T> {
    let block = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
    block.initialize(from: values, count: values.count)
    blocks.append(UnsafeMutableRawPointer(block))
    return UnsafeBufferPointer(start: block, count: values.count)
  }

  private func text(_ string: String) -> UnsafePointer<CChar> {
    // Never nil: `copy` allocates at least one element.
    copy(Array(string.utf8CString)).baseAddress!
  }

  private func bytes(_ bytes: [UInt8]) -> crossdock_bytes {
    crossdock_bytes(data: copy(bytes).baseAddress, count: bytes.count)
  }

  private func stream(_ stream: StreamDefinition) -> crossdock_stream {
    let columns = copy(stream.columns.map { text($0) as UnsafePointer<CChar>? })
    return crossdock_stream(
      struct_size: UInt32(MemoryLayout<crossdock_stream>.size), column_count: UInt32(columns.count),
      name: text(stream.name),
      columns: columns.baseAddress)
  }

  private func optionValues(_ option: PluginOptionValue) -> [crossdock_option_value] {
    var row = crossdock_option_value()
    row.struct_size = UInt32(MemoryLayout<crossdock_option_value>.size)
    row.key = text(option.key)
    switch option.value {
    case .string(let value):
      row.type = UInt32(CROSSDOCK_OPTION_STRING)
      row.text = bytes(Array(value.utf8))
    case .integer(let value):
      row.type = UInt32(CROSSDOCK_OPTION_INTEGER)
      row.integer = value
      row.number = Double(value)
    case .number(let value):
      row.type = UInt32(CROSSDOCK_OPTION_NUMBER)
      row.number = value
    case .boolean(let value):
      row.type = UInt32(CROSSDOCK_OPTION_BOOLEAN)
      row.integer = value ? 1 : 0
    case .files(let files):
      row.type = UInt32(CROSSDOCK_OPTION_FILES)
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
