import Foundation
import Testing

@Suite(.enabled(if: PluginFolder.hasCompiler, "there is no C compiler"), .serialized)
struct RunTests {
  private func counter(_ folder: PluginFolder) throws -> HostChild {
    try HostChild(["run", "--folder", folder.path, try folder.compile("counter")])
  }

  @Test func modelIsServedFromHelloToClose() throws {
    let folder = try PluginFolder()
    let child = try counter(folder)
    let hello = try child.receive()
    #expect(hello.kind == .hello && hello.number == 0)
    var reader = PayloadReader(hello.payload)
    #expect(reader.number(UInt32.self) == 1 && reader.number(UInt32.self) == 1)
    #expect([reader.text(), reader.text(), reader.text()] == ["counter", "1.2.3", "counts"])
    #expect(reader.number(UInt32.self) == 2)
    #expect(reader.number(UInt32.self) == 2 && reader.text() == "step" && reader.number(UInt32.self) == 1)
    #expect([reader.text(), reader.text()] == ["1", "How much each record counts."])
    #expect(reader.number(UInt32.self) == 1 && reader.text() == "label" && reader.number(UInt32.self) == 0)

    let opened = try child.request(.open, Payloads.open(integers: ["step": 2], writes: ["counts"]))
    #expect(opened.status == 0)
    #expect(opened.logLines.contains { $0.hasPrefix("confined: ") })
    let first = try child.request(
      .batch, Payloads.batch(["1", "\"two\""], sources: [0, 1], values: [1.5, -2], newSources: ["a", "bb"]))
    #expect(first.status == 0)
    #expect(
      first.outputs.map(\.body) == [
        #"{"count":2,"value":1.5,"body":1,"sequence":1}"#, #"{"count":2,"value":-2,"body":"two","sequence":2}"#,
      ])
    #expect(first.outputs.map(\.source) == ["a", "bb"])
    #expect(first.outputs.map(\.stream) == ["counts", "counts"])
    #expect(first.outputs.map(\.eventTimeNs) == [1000, 1001])
    #expect(first.measures(.count) == ["records": 2])
    #expect(first.measures(.metric) == ["value": (-2.0).bitPattern])
    // A source keeps its number; new ones follow on.
    let second = try child.request(.batch, Payloads.batch(["3", "4"], sources: [2, 1], newSources: ["ccc"], first: 3))
    #expect(second.outputs.map(\.source) == ["ccc", "bb"])
    #expect(second.outputs.last?.body.contains(#""count":4"#) == true)
    // What it prints is text for the log, not bytes between the frames.
    #expect(try child.request(.checkpoint).status == 0)
    try child.send(Frame(kind: .close, number: 9, payload: []).bytes)
    #expect(child.end() == 0)
    #expect(child.errors.contains("what a plugin prints is no frame"))
  }

  @Test func checkpointBringsTheCountsIntoAnotherProcess() throws {
    let folder = try PluginFolder()
    let before = try counter(folder)
    _ = try before.receive()
    try before.request(.open, Payloads.open(integers: ["step": 1]))
    try before.request(.batch, Payloads.batch(["1", "2", "3"], newSources: ["a"]))
    let saved = try before.request(.checkpoint)
    #expect(saved.status == 0 && saved.state.count == 8000)

    let after = try counter(folder)
    _ = try after.receive()
    try after.request(.open, Payloads.open(integers: ["step": 1]))
    #expect(try after.request(.restore, Array(saved.state.dropLast())).status == 3)
    #expect(try after.request(.restore, saved.state).status == 0)
    let answer = try after.request(.batch, Payloads.batch(["4"], newSources: ["a"]))
    #expect(answer.outputs.map(\.body) == [#"{"count":4,"value":0,"body":4,"sequence":1}"#])
  }

  @Test func optionsThatCannotBeUsedAreAnAnswer() throws {
    let folder = try PluginFolder()
    let child = try counter(folder)
    _ = try child.receive()
    let answer = try child.request(.open, Payloads.open(integers: ["step": 0]))
    #expect(answer.status == 2)
    #expect(answer.logLines.contains("step is 0"))
  }

  @Test func largeBatchesComeWhole() throws {
    let folder = try PluginFolder()
    let child = try counter(folder)
    _ = try child.receive()
    try child.request(.open, Payloads.open(integers: ["step": 1]))
    // Outputs of some 1.4 MB: several OUTPUT frames.
    let bodies = (0..<9000).map { "\"\(String(repeating: "x", count: 100))\($0)\"" }
    try child.request(.batch, Payloads.batch(bodies, newSources: ["a"]))
    let answer = try child.request(.batch, Payloads.batch(bodies))
    #expect(answer.payloads(.output).count > 3)
    #expect(answer.outputs.count == 9000)
    #expect(answer.outputs.last?.body.contains("8999") == true)
  }

  @Test func decoderUplinkAndFeedAnswerInTheirWays() throws {
    let folder = try PluginFolder()
    func start(_ role: String) throws -> HostChild {
      let library = try folder.compile("roles", options: ["-DROLE=CROSSDOCK_ROLE_\(role)"])
      let child = try HostChild(["run", "--folder", folder.path, library])
      _ = try child.receive()
      try child.request(.open, Payloads.open(writes: role == "UPLINK" ? [] : ["out"]))
      return child
    }
    let decoder = try start("DECODER")
    let decoded = try decoder.request(.batch, Payloads.batch(["=1", "?", "=3"], newSources: ["a"]))
    #expect(decoded.status == 0)
    #expect(decoded.outputs.map(\.body) == ["1", "3"])
    #expect(decoded.rejects == ["1 it does not begin with ="])
    // Without checkpoint() and restore() there is nothing to keep.
    #expect(try decoder.request(.checkpoint).state.isEmpty)
    #expect(try decoder.request(.restore, []).status == 0)
    #expect(try decoder.request(.restore, [1]).status == 3)

    let uplink = try start("UPLINK")
    #expect(try uplink.request(.batch, Payloads.batch(["1"], newSources: ["a"])).status == 5)
    let delivered = try uplink.request(.batch, Payloads.batch(["1"]))
    #expect(delivered.status == 0 && delivered.outputs.isEmpty && delivered.rejects.isEmpty)

    let feed = try start("FEED")
    let fed = try feed.request(.batch, Payloads.batch([], nowNs: 7, monotonicNs: 8, waitUs: 9))
    #expect(fed.outputs.map(\.body) == [#"{"now":7,"monotonic":8,"wait":9,"count":0}"#])
  }

  @Test(arguments: [
    ("a frame of type 77", Frame(kind: .open, number: 1, payload: []).bytes.replacing(at: 4, with: 77)),
    ("a batch before OPEN", Frame(kind: .batch, number: 1, payload: Payloads.batch(["1"])).bytes),
    ("more than 64 MiB", Frame(kind: .open, number: 1, payload: []).bytes.replacing(at: 3, with: 5)),
    ("an OPEN that ends early", Frame(kind: .open, number: 1, payload: [9, 0, 0, 0]).bytes),
  ])
  func framesThatBreakTheRulesEndIt(_ name: String, _ bytes: [UInt8]) throws {
    let folder = try PluginFolder()
    let child = try counter(folder)
    _ = try child.receive()
    try child.send(bytes)
    #expect(child.end() == 76, "\(name)")
  }

  @Test func endOfInputEndsIt() throws {
    let folder = try PluginFolder()
    let child = try counter(folder)
    _ = try child.receive()
    let monitors = child.children
    #expect(monitors.count == 1)
    child.closeInput()
    #expect(child.end() == 0)
    #expect(eventually { monitors.allSatisfy { kill($0, 0) != 0 } }, "the monitor ends with it")
  }

  @Test(arguments: [
    (["-DCRASHES_WHEN_LOADED"], 128 + SIGSEGV, ""),
    (["-DSTRUCT_SIZE=8"], 71, "its descriptor has 8 bytes"),
    (["-DABI=2"], 71, "it was built for ABI 2"),
    (["-DITS_ROLE=9"], 71, "its role 9 is not known"),
    (["-DREFUSES_THIS_ABI"], 71, "it does not run on ABI 1"),
  ])
  func whatCannotBeLoadedIsSaid(_ options: [String], _ code: Int32, _ reason: String) throws {
    let folder = try PluginFolder()
    let library = try folder.compile("broken", options: options)
    let child = try HostChild(["run", "--folder", folder.path, library])
    #expect(child.end() == code)
    #expect(reason.isEmpty || child.errors.contains(reason), "\(child.errors)")
    let described = try HostChild(["describe", library])
    #expect(described.end() == (code == 71 ? 65 : code))
  }

  @Test func constructorsRunConfined() throws {
    let folder = try PluginFolder()
    let library = try folder.compile("broken", options: ["-DOPENS_WHEN_LOADED"])
    let confined = try HostChild(["run", "--folder", folder.path, library])
    _ = try confined.receive()
    #expect(confined.hasSaid("constructor: denied"))
    let declared = try HostChild(["run", "--folder", folder.path, "--read", "/etc/passwd", library])
    _ = try declared.receive()
    #expect(declared.hasSaid("constructor: opened"))
  }

  @Test func abortInOpenEndsItAtOnce() throws {
    let folder = try PluginFolder()
    let child = try HostChild([
      "run", "--folder", folder.path, try folder.compile("broken", options: ["-DABORTS_IN_OPEN"]),
    ])
    _ = try child.receive()
    #expect(throws: HostChild.Ended.self) { try child.request(.open, Payloads.open()) }
    #expect(child.end() == 128 + SIGABRT)
  }

  /// The deadline is the agent's; what the host owes it is that it can be killed, in a loop and in close().
  @Test func hangingPluginsCanBeKilledWithTheirMonitors() throws {
    let folder = try PluginFolder()
    let library = try folder.compile("broken")
    for kind in [Frame.Kind.batch, .close] {
      let child = try HostChild(["run", "--folder", folder.path, library])
      _ = try child.receive()
      try child.request(.open, Payloads.open())
      let monitors = child.children
      try child.send(
        Frame(kind: kind, number: 2, payload: kind == .batch ? Payloads.batch(["1"], newSources: ["a"]) : []).bytes)
      #expect(throws: HostChild.Ended.self) { try child.receive(within: 0.2) }
      #expect(child.isAlive)
      kill(child.pid, SIGKILL)
      #expect(child.end() == 128 + SIGKILL)
      #expect(eventually { monitors.allSatisfy { kill($0, 0) != 0 } })
    }
  }

  @Test func pluginDiesWithTheAgent() throws {
    let folder = try PluginFolder()
    // A shell in the agent's place, which the host is a child of.
    let agent = try HostChild(
      ["run", "--folder", folder.path, try folder.compile("counter")], through: ["/bin/sh", "-c", "\"$@\"; exit", "sh"])
    _ = try agent.receive()
    let host = try #require(agent.children.first)
    let monitor = try #require(agent.children(of: host).first)
    kill(agent.pid, SIGKILL)
    #expect(agent.end() == 128 + SIGKILL)
    #expect(eventually { kill(host, 0) != 0 && kill(monitor, 0) != 0 })
  }

  @Test func wrongUseIsSaid() throws {
    for arguments in [
      [], ["run"], ["run", "--memory-mb", "many", "x.so"], ["run", "--connect", "udp:1.2.3.4:5", "x.so"],
      ["run", "--nothing", "1", "x.so"], ["exec"],
    ] {
      let child = try HostChild(arguments)
      #expect(child.end() == 64, "\(arguments)")
      #expect(!child.errors.isEmpty)
    }
  }
}
