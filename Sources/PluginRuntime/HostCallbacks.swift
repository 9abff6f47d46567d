internal import CCrossdockPlugin
internal import Glibc
internal import Records

/// The table that a plugin calls back through; `context` is the model.
enum HostCallbacks {
  static func table() -> crossdock_host {
    crossdock_host(
      struct_size: UInt32(MemoryLayout<crossdock_host>.size), abi_version: CROSSDOCK_ABI_VERSION, context: nil,
      log: { HostCallbacks.model($0).receiveLog($1, PrintableText.line($2.buffer)) },
      emit: { context, output in
        guard let output, output.pointee.struct_size >= MemoryLayout<crossdock_output>.size else {
          return Int32(CROSSDOCK_REFUSED)
        }
        return HostCallbacks.model(context).receiveOutput(output.pointee)
      },
      write: { HostCallbacks.model($0).receiveCheckpoint($1) },
      remaining_us: { HostCallbacks.model($0).remainingUs },
      count: { context, name, add in
        if let name { HostCallbacks.model(context).receiveCount(HostCallbacks.text(name), add) }
      },
      metric: { context, name, value in
        if let name { HostCallbacks.model(context).receiveMetric(HostCallbacks.text(name), value) }
      },
      reject: {
        HostCallbacks.model($0).receiveReject($1, PrintableText.line($2.buffer, most: PluginReject.maxReason))
      },
      want_checkpoint: { HostCallbacks.model($0).receiveWishForCheckpoint() })
  }

  /// Of a counter or a figure.
  private static let maxNameBytes = 128

  private static func text(_ name: UnsafePointer<CChar>) -> String {
    let bytes = UnsafeRawBufferPointer(start: name, count: strnlen(name, maxNameBytes))
    return PrintableText.line(bytes)
  }

  private static func model(_ context: UnsafeMutableRawPointer?) -> InProcessModel {
    guard let context else { preconditionFailure("a plugin called back without its context") }
    return Unmanaged<InProcessModel>.fromOpaque(context).takeUnretainedValue()
  }
}
