internal import CCrossdockPlugin

// A host that is older than this SDK has fewer callbacks and hands over shorter structures: what it does not have is not touched.

extension UnsafePointer<crossdock_host> {
  func hasMember<Member>(_ member: KeyPath<crossdock_host, Member>) -> Bool {
    covers(size: pointee.struct_size, member)
  }

  func log(_ level: Int32, _ text: String) {
    var text = text
    text.withUTF8 { pointee.log(pointee.context, level, crossdock_bytes(data: $0.baseAddress, count: $0.count)) }
  }

  func count(_ name: StaticString, _ add: UInt64) {
    guard hasMember(\.count) else { return }
    name.withCString { pointee.count(pointee.context, $0, add) }
  }

  func metric(_ name: StaticString, _ value: Double) {
    guard hasMember(\.metric) else { return }
    name.withCString { pointee.metric(pointee.context, $0, value) }
  }

  /// A host of before writes its checkpoints when it likes.
  func wantCheckpoint() {
    guard hasMember(\.want_checkpoint) else { return }
    pointee.want_checkpoint(pointee.context)
  }

  /// - Throws: `PluginError` when the host refuses it, or is too old to know of it.
  func reject(_ record: Int, _ reason: String) throws {
    guard hasMember(\.reject) else { throw PluginError("this host is too old for a decoder") }
    var reason = reason
    let answer = reason.withUTF8 {
      pointee.reject(pointee.context, UInt32(record), crossdock_bytes(data: $0.baseAddress, count: $0.count))
    }
    guard answer == Int32(CROSSDOCK_OK) else { throw PluginError("the host refused to reject record \(record)") }
  }
}

extension UnsafePointer<crossdock_batch> {
  func hasMember<Member>(_ member: KeyPath<crossdock_batch, Member>) -> Bool {
    covers(size: pointee.struct_size, member)
  }
}

extension UnsafePointer {
  fileprivate func covers<Member>(size: UInt32, _ member: KeyPath<Pointee, Member>) -> Bool {
    guard let offset = MemoryLayout<Pointee>.offset(of: member) else { return false }
    return offset + MemoryLayout<Member>.size <= Int(size)
  }
}

extension StaticString {
  fileprivate func withCString(_ body: (UnsafePointer<CChar>) -> Void) {
    utf8Start.withMemoryRebound(to: CChar.self, capacity: utf8CodeUnitCount + 1) { body($0) }
  }
}
