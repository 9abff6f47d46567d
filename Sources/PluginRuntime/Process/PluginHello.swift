internal import CCrossdockPlugin
package import Records

/// What a plugin's process says of itself before anything else.
package struct PluginHello: Sendable {
  package var role: PluginManifest.Role
  package var name: String
  package var version: String
  package var summary: String
  package var options: [PluginDescriptor.Option]

  static let maxOptions = 256

  init(_ payload: UnsafeRawBufferPointer) throws(PluginFailure) {
    var reader = PluginFrameReader(payload)
    let abi = try reader.integer(UInt32.self)
    guard abi == CROSSDOCK_ABI_VERSION else {
      throw .cannotStart("it was built for ABI \(abi), this agent has \(CROSSDOCK_ABI_VERSION)")
    }
    let number = try reader.integer(UInt32.self)
    guard let role = PluginManifest.Role(number: number) else { throw .cannotStart("its role \(number) is not known") }
    self.role = role
    name = PrintableText.line(try reader.text())
    version = PrintableText.line(try reader.text())
    summary = PrintableText.line(try reader.text())
    options = []
    let count = try reader.integer(UInt32.self)
    guard count <= Self.maxOptions else { throw .malformed("\(count) options") }
    for _ in 0..<count {
      let type = try reader.integer(UInt32.self)
      let key = PrintableText.line(try reader.text())
      let hasDefault = try reader.integer(UInt32.self) != 0
      let text = try reader.string()
      options.append(
        PluginDescriptor.Option(
          key: key, type: type, defaultValue: hasDefault ? text : nil, help: PrintableText.line(try reader.text())))
    }
    try reader.end()
  }
}
