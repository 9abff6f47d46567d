import Testing

/// The hostile plugin in a host, and orders to it.
final class Hostile {
  let child: HostChild
  private var hasSource = false

  private(set) var logLines: [String] = []

  init(_ library: String, _ folder: PluginFolder, _ confinement: [String] = [], through launcher: [String] = []) throws
  {
    child = try HostChild(["run", "--folder", folder.path] + confinement + [library], through: launcher)
    let hello = try child.receive()
    #expect(hello.kind == .hello)
    let opened = try child.request(.open, Payloads.open())
    #expect(opened.status == 0)
    logLines = opened.logLines
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
    try child.send(
      Frame(kind: .batch, number: 99, payload: Payloads.batch([order], newSources: hasSource ? [] : ["s"])).bytes)
    return child.end()
  }
}
