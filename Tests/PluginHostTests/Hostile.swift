import Testing

/// The hostile plugin in a host, and orders to it.
final class Hostile {
  let child: HostChild
  private var hasSource = false

  init(_ library: String, _ folder: PluginFolder, _ confinement: [String] = []) throws {
    child = try HostChild(["run", "--folder", folder.path] + confinement + [library])
    let hello = try child.receive()
    #expect(hello.kind == .hello)
    #expect(try child.request(.open, Payloads.open()).status == 0)
  }

  func answer(_ order: String) throws -> Answer {
    let answer = try child.request(.batch, Payloads.batch([order], newSources: hasSource ? [] : ["s"]))
    hasSource = true
    return answer
  }

  /// How it went: the body of the last output.
  func order(_ order: String) throws -> String { try answer(order).outputs.last?.body ?? "nothing" }

  /// What it does not survive: the code it ends with.
  func lastOrder(_ order: String) throws -> Int32? {
    try child.send(Frame(kind: .batch, number: 99, payload: Payloads.batch([order], newSources: hasSource ? [] : ["s"])).bytes)
    return child.end()
  }
}
