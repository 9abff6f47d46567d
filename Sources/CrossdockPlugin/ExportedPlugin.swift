// Turns a `Model` type into the C descriptor of crossdock_plugin.h.
//
// C function pointers capture nothing, so the model's type travels as `plugin_data`: a box that the descriptor points to.
// Descriptors, option tables and boxes are made once a type and live as long as the process, as static constants would.
public import CCrossdockPlugin

public enum ExportedPlugin {
  /// The descriptor for the host's ABI, or nil when this build cannot run on it.
  public static func entry<M: Model>(_ model: M.Type, hostABI: UInt32) -> UnsafePointer<crossdock_plugin>? {
    hostABI >= CROSSDOCK_ABI_VERSION ? descriptor(model) : nil
  }

  /// The descriptor of a model that is linked into the host's own program.
  public static func descriptor<M: Model>(_ model: M.Type) -> UnsafePointer<crossdock_plugin> {
    let manifest = M.manifest
    let options = UnsafeMutablePointer<crossdock_option>.allocate(capacity: max(1, manifest.options.count))
    for (i, option) in manifest.options.enumerated() {
      (options + i).initialize(
        to: crossdock_option(
          struct_size: UInt32(MemoryLayout<crossdock_option>.size), type: option.kind.rawValue,
          key: permanentCString(option.key), default_value: option.defaultValue.map(permanentCString),
          help: permanentCString(option.help)))
    }
    let factory = ModelFactory { try M($0) }
    let descriptor = UnsafeMutablePointer<crossdock_plugin>.allocate(capacity: 1)
    descriptor.initialize(
      to: crossdock_plugin(
        struct_size: UInt32(MemoryLayout<crossdock_plugin>.size), abi_version: CROSSDOCK_ABI_VERSION,
        role: UInt32(CROSSDOCK_ROLE_MODEL), option_count: UInt32(manifest.options.count),
        name: permanentCString(manifest.name), version: permanentCString(manifest.version),
        summary: permanentCString(manifest.summary), options: options,
        plugin_data: Unmanaged.passRetained(factory).toOpaque(), open: openInstance, restore: restoreInstance,
        process: processBatch, checkpoint: writeCheckpoint, close: closeInstance))
    return UnsafePointer(descriptor)
  }
}

final class ModelFactory {
  let make: (PluginContext) throws -> any Model

  init(make: @escaping (PluginContext) throws -> any Model) {
    self.make = make
  }
}

/// What `*instance` points to.
final class ModelInstance {
  let model: any Model
  let host: UnsafePointer<crossdock_host>

  init(model: any Model, host: UnsafePointer<crossdock_host>) {
    self.model = model
    self.host = host
  }

  func log(_ level: PluginContext.LogLevel, _ text: String) {
    logLine(host, level, text)
  }

  static func from(_ instance: UnsafeMutableRawPointer?) -> ModelInstance {
    guard let instance else { preconditionFailure("the host called into an instance that is not open") }
    return Unmanaged<ModelInstance>.fromOpaque(instance).takeUnretainedValue()
  }
}

private func logLine(_ host: UnsafePointer<crossdock_host>, _ level: PluginContext.LogLevel, _ text: String) {
  var text = text
  text.withUTF8 {
    host.pointee.log(host.pointee.context, level.rawValue, crossdock_bytes(data: $0.baseAddress, count: $0.count))
  }
}

private func permanentCString(_ text: String) -> UnsafePointer<CChar> {
  let bytes = Array(text.utf8CString)
  let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
  copy.initialize(from: bytes, count: bytes.count)
  return UnsafePointer(copy)
}

private let openInstance:
  @convention(c) (
    UnsafeMutableRawPointer?, UnsafePointer<crossdock_host>?, UnsafePointer<crossdock_open>?,
    UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Int32 = { data, host, open, instance in
    guard let data, let host, let open, let instance else { return Int32(CROSSDOCK_FAILED) }
    let factory = Unmanaged<ModelFactory>.fromOpaque(data).takeUnretainedValue()
    do {
      let context = PluginContext(host: host, open: open.pointee)
      let made = ModelInstance(model: try factory.make(context), host: host)
      instance.pointee = Unmanaged.passRetained(made).toOpaque()
      return Int32(CROSSDOCK_OK)
    } catch {
      logLine(host, .error, "\(error)")
      return Int32(CROSSDOCK_BAD_OPTIONS)
    }
  }

private let restoreInstance: @convention(c) (UnsafeMutableRawPointer?, crossdock_bytes) -> Int32 = { instance, bytes in
  let instance = ModelInstance.from(instance)
  do {
    try instance.model.restore(Array(UnsafeBufferPointer(start: bytes.data, count: bytes.count)))
    return Int32(CROSSDOCK_OK)
  } catch {
    instance.log(.warning, "the checkpoint cannot be used: \(error)")
    return Int32(CROSSDOCK_BAD_CHECKPOINT)
  }
}

private let processBatch: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<crossdock_batch>?) -> Int32 = {
  instance, batch in
  let instance = ModelInstance.from(instance)
  guard let batch else { return Int32(CROSSDOCK_FAILED) }
  do {
    try instance.model.process(PluginBatch(batch), into: PluginOutput(host: instance.host))
    return Int32(CROSSDOCK_OK)
  } catch {
    instance.log(.error, "\(error)")
    return Int32(CROSSDOCK_FAILED)
  }
}

private let writeCheckpoint: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { instance in
  let instance = ModelInstance.from(instance)
  instance.model.checkpoint().withUnsafeBufferPointer {
    instance.host.pointee.write(instance.host.pointee.context, crossdock_bytes(data: $0.baseAddress, count: $0.count))
  }
  return Int32(CROSSDOCK_OK)
}

private let closeInstance: @convention(c) (UnsafeMutableRawPointer?) -> Void = { instance in
  guard let instance else { return }
  Unmanaged<ModelInstance>.fromOpaque(instance).release()
}

extension PluginContext {
  init(host: UnsafePointer<crossdock_host>, open: crossdock_open) {
    var options: [String: Value] = [:]
    for value in UnsafeBufferPointer(start: open.options, count: Int(open.option_count)) {
      let key = String(cString: value.key)
      switch PluginOption.Kind(rawValue: value.type) {
      case .string?: options[key] = .string(value.text.string)
      case .integer?: options[key] = .integer(value.integer)
      case .number?: options[key] = .number(value.number)
      case .boolean?: options[key] = .boolean(value.integer != 0)
      case .file?, .files?:
        let file = File(
          path: value.text.string, contents: Array(UnsafeBufferPointer(start: value.file.data, count: value.file.count))
        )
        if case .files(let files)? = options[key] {
          options[key] = .files(files + [file])
        } else {
          options[key] = .files([file])
        }
      case nil: continue
      }
    }
    let streams = UnsafeBufferPointer(start: open.streams, count: Int(open.stream_count)).map { stream in
      Stream(
        name: String(cString: stream.name),
        columns: (0..<Int(stream.column_count)).compactMap { stream.columns[$0].map(String.init(cString:)) })
    }
    let writes = (0..<Int(open.write_count)).compactMap { open.writes[$0].map(String.init(cString:)) }
    self.init(options: options, streams: streams, writes: writes) { level, text in logLine(host, level, text) }
  }
}

extension crossdock_bytes {
  fileprivate var string: String { String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self) }
}
