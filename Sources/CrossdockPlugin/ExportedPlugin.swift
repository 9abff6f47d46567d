// Turns a type that conforms to `Model`, `Decoder`, `Uplink` or `Feed` into the C descriptor of crossdock_plugin.h.
//
// C function pointers capture nothing, so the plugin's type travels as `plugin_data`: a box that the descriptor points to.
// Descriptors, option tables and boxes are made once a type and live as long as the process, as static constants would.
public import CCrossdockPlugin

public enum ExportedPlugin {
  /// The descriptor for the host's ABI, or nil when this build cannot run on it.
  public static func entry<P: Model>(_ model: P.Type, hostABI: UInt32) -> UnsafePointer<crossdock_plugin>? {
    hostABI >= CROSSDOCK_ABI_VERSION ? descriptor(model) : nil
  }
  public static func entry<P: Decoder>(_ decoder: P.Type, hostABI: UInt32) -> UnsafePointer<crossdock_plugin>? {
    hostABI >= CROSSDOCK_ABI_VERSION ? descriptor(decoder) : nil
  }
  public static func entry<P: Uplink>(_ uplink: P.Type, hostABI: UInt32) -> UnsafePointer<crossdock_plugin>? {
    hostABI >= CROSSDOCK_ABI_VERSION ? descriptor(uplink) : nil
  }
  public static func entry<P: Feed>(_ feed: P.Type, hostABI: UInt32) -> UnsafePointer<crossdock_plugin>? {
    hostABI >= CROSSDOCK_ABI_VERSION ? descriptor(feed) : nil
  }

  /// The descriptor of a plugin that is linked into the host's own program.
  public static func descriptor<P: Model>(_ model: P.Type) -> UnsafePointer<crossdock_plugin> {
    make(model, UInt32(CROSSDOCK_ROLE_MODEL)) { model, host, batch in
      try model.process(PluginBatch(batch), into: PluginOutput(host: host))
    }
  }
  public static func descriptor<P: Decoder>(_ decoder: P.Type) -> UnsafePointer<crossdock_plugin> {
    make(decoder, UInt32(CROSSDOCK_ROLE_DECODER)) { decoder, host, batch in
      let output = PluginOutput(host: host)
      for message in PluginBatch(batch) {
        do {
          try decoder.decode(message, into: output)
        } catch let reason as PluginReject {
          try output.reject(message, reason.description)
        }
      }
    }
  }
  public static func descriptor<P: Uplink>(_ uplink: P.Type) -> UnsafePointer<crossdock_plugin> {
    make(uplink, UInt32(CROSSDOCK_ROLE_UPLINK)) { uplink, host, batch in
      try uplink.deliver(PluginBatch(batch), PluginTurn(host: host, batch: batch))
    }
  }
  public static func descriptor<P: Feed>(_ feed: P.Type) -> UnsafePointer<crossdock_plugin> {
    make(feed, UInt32(CROSSDOCK_ROLE_FEED)) { feed, host, batch in
      try feed.poll(PluginTurn(host: host, batch: batch), into: PluginOutput(host: host))
    }
  }

  private static func make<P: Plugin>(
    _ type: P.Type, _ role: UInt32,
    _ work: @escaping (P, UnsafePointer<crossdock_host>, UnsafePointer<crossdock_batch>) throws -> Void
  ) -> UnsafePointer<crossdock_plugin> {
    let manifest = P.manifest
    let options = UnsafeMutablePointer<crossdock_option>.allocate(capacity: max(1, manifest.options.count))
    for (i, option) in manifest.options.enumerated() {
      (options + i).initialize(
        to: crossdock_option(
          struct_size: UInt32(MemoryLayout<crossdock_option>.size), type: option.kind.rawValue,
          key: permanentCString(option.key), default_value: option.defaultValue.map(permanentCString),
          help: permanentCString(option.help)))
    }
    let factory = PluginFactory { context, host in
      let plugin = try P(context)
      return PluginInstance(plugin: plugin, host: host) { try work(plugin, host, $0) }
    }
    let descriptor = UnsafeMutablePointer<crossdock_plugin>.allocate(capacity: 1)
    descriptor.initialize(
      to: crossdock_plugin(
        struct_size: UInt32(MemoryLayout<crossdock_plugin>.size), abi_version: CROSSDOCK_ABI_VERSION,
        role: role, option_count: UInt32(manifest.options.count),
        name: permanentCString(manifest.name), version: permanentCString(manifest.version),
        summary: permanentCString(manifest.summary), options: options,
        plugin_data: Unmanaged.passRetained(factory).toOpaque(), open: openInstance, restore: restoreInstance,
        process: processBatch, checkpoint: writeCheckpoint, close: closeInstance))
    return UnsafePointer(descriptor)
  }
}

final class PluginFactory {
  let make: (PluginContext, UnsafePointer<crossdock_host>) throws -> PluginInstance

  init(make: @escaping (PluginContext, UnsafePointer<crossdock_host>) throws -> PluginInstance) {
    self.make = make
  }
}

/// What `*instance` points to.
final class PluginInstance {
  let plugin: any Plugin
  let host: UnsafePointer<crossdock_host>
  let work: (UnsafePointer<crossdock_batch>) throws -> Void
  /// The reason of the latest retry: said once, not with every pause.
  var lastRetry = ""

  init(
    plugin: any Plugin, host: UnsafePointer<crossdock_host>,
    work: @escaping (UnsafePointer<crossdock_batch>) throws -> Void
  ) {
    self.plugin = plugin
    self.host = host
    self.work = work
  }

  static func from(_ instance: UnsafeMutableRawPointer?) -> PluginInstance {
    guard let instance else { preconditionFailure("the host called into an instance that is not open") }
    return Unmanaged<PluginInstance>.fromOpaque(instance).takeUnretainedValue()
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
    let factory = Unmanaged<PluginFactory>.fromOpaque(data).takeUnretainedValue()
    do {
      let made = try factory.make(PluginContext(host: host, open: open), host)
      instance.pointee = Unmanaged.passRetained(made).toOpaque()
      return Int32(CROSSDOCK_OK)
    } catch {
      host.log(Int32(CROSSDOCK_LOG_ERROR), "\(error)")
      return Int32(CROSSDOCK_BAD_OPTIONS)
    }
  }

private let restoreInstance: @convention(c) (UnsafeMutableRawPointer?, crossdock_bytes) -> Int32 = { instance, bytes in
  let instance = PluginInstance.from(instance)
  do {
    try instance.plugin.restore(Array(UnsafeBufferPointer(start: bytes.data, count: bytes.count)))
    return Int32(CROSSDOCK_OK)
  } catch {
    instance.host.log(Int32(CROSSDOCK_LOG_WARNING), "the checkpoint cannot be used: \(error)")
    return Int32(CROSSDOCK_BAD_CHECKPOINT)
  }
}

private let processBatch: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<crossdock_batch>?) -> Int32 = {
  instance, batch in
  let instance = PluginInstance.from(instance)
  guard let batch else { return Int32(CROSSDOCK_FAILED) }
  do {
    try instance.work(batch)
    instance.lastRetry = ""
    return Int32(CROSSDOCK_OK)
  } catch let retry as PluginRetry where instance.plugin is any Uplink || instance.plugin is any Feed {
    let reason = retry.description
    if reason != instance.lastRetry { instance.host.log(Int32(CROSSDOCK_LOG_WARNING), reason) }
    instance.lastRetry = reason
    return Int32(CROSSDOCK_RETRY)
  } catch {
    instance.host.log(Int32(CROSSDOCK_LOG_ERROR), "\(error)")
    return Int32(CROSSDOCK_FAILED)
  }
}

private let writeCheckpoint: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { instance in
  let instance = PluginInstance.from(instance)
  instance.plugin.checkpoint().withUnsafeBufferPointer {
    instance.host.pointee.write(instance.host.pointee.context, crossdock_bytes(data: $0.baseAddress, count: $0.count))
  }
  return Int32(CROSSDOCK_OK)
}

private let closeInstance: @convention(c) (UnsafeMutableRawPointer?) -> Void = { instance in
  guard let instance else { return }
  Unmanaged<PluginInstance>.fromOpaque(instance).release()
}

extension PluginContext {
  init(host: UnsafePointer<crossdock_host>, open: UnsafePointer<crossdock_open>) {
    var options: [String: Value] = [:]
    for value in UnsafeBufferPointer(start: open.pointee.options, count: Int(open.pointee.option_count)) {
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
    let streams = UnsafeBufferPointer(start: open.pointee.streams, count: Int(open.pointee.stream_count)).map {
      stream in
      Stream(
        name: String(cString: stream.name),
        columns: (0..<Int(stream.column_count)).compactMap { stream.columns[$0].map(String.init(cString:)) })
    }
    let writes = (0..<Int(open.pointee.write_count)).compactMap { open.pointee.writes[$0].map(String.init(cString:)) }
    self.init(options: options, streams: streams, writes: writes) { level, text in host.log(level.rawValue, text) }
    // Appended to the structure: a host of before does not have them.
    let need = MemoryLayout<crossdock_open>.offset(of: \crossdock_open.data_folder)! + MemoryLayout<UInt>.size
    guard open.pointee.struct_size >= need else { return }
    agent = open.pointee.agent.map { String(cString: $0) } ?? ""
    epoch = open.pointee.epoch.map { String(cString: $0) } ?? ""
    dataFolder = open.pointee.data_folder.map { String(cString: $0) } ?? ""
  }
}

extension crossdock_bytes {
  fileprivate var string: String { String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self) }
}
