import CLinux
import Foundation
import Testing

/// Programs of their own: the same confinement, the same reports.
@Suite(
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "there is no python3"), .serialized)
struct ExecTests {
  let folder: PluginFolder

  init() throws {
    folder = try PluginFolder()
    _ = try folder.copy("program.py")
  }

  private func start(_ confinement: [String], _ orders: String...) throws -> HostChild {
    try HostChild(["exec", "--folder", folder.path] + confinement + ["--", "python3", "program.py"] + orders)
  }

  /// How the orders went.
  private func results(_ child: HostChild) throws -> [String] {
    var reader = PayloadReader(try child.receive().payload)
    _ = (reader.number(UInt32.self), reader.number(UInt32.self), reader.text(), reader.text())
    return reader.text().split(separator: "\n").map(String.init)
  }

  @Test func programIsServedAndEnds() throws {
    let child = try start([], "hello", "import json", "import asyncio", "import ssl", "environment")
    #expect(
      try results(child) == [
        "hello", "ok", "ok", "ok",
        "HOME LANG OMP_NUM_THREADS OPENBLAS_NUM_THREADS PATH PYTHONDONTWRITEBYTECODE PYTHONNOUSERSITE TMPDIR",
      ])
    #expect(try child.request(.open, Payloads.open()).status == 0)
    try child.send(Frame(kind: .close, number: 2, payload: []).bytes)
    #expect(child.end() == 0)
    #expect(child.errors.contains("confined: "))
    #expect(!child.errors.contains("crossdock-denied"), "its own start is nothing that it may not do: \(child.errors)")
  }

  @Test func folderMayBeARelativePath() throws {
    let place = FileManager.default.currentDirectoryPath
    let up = place.split(separator: "/").map { _ in ".." }.joined(separator: "/")
    let child = try HostChild(["exec", "--folder", up + folder.path, "--", "python3", "program.py", "hello"])
    #expect(try results(child) == ["hello"])
  }

  @Test func programIsDeniedWhatItDidNotDeclare() throws {
    let listener = try Listener()
    let file = try folder.write("file", "text")
    let orders = [
      "read /etc/shadow", "read \(file)", "write \(folder.outside)/new", "connect 127.0.0.1:\(listener.port)", "fork",
      "run /bin/true", "kill \(getpid())", "memory 2000", "exec /bin/sh",
    ]
    let denied = try HostChild(["exec", "--folder", folder.path, "--", "python3", "program.py"] + orders)
    var expected = [String](repeating: "PermissionError", count: orders.count)
    expected[7] = "MemoryError"
    #expect(try results(denied) == expected)
    for what in ["open /etc/shadow", "open \(file)", "exec /bin/sh", "kill \(getpid())"] {
      #expect(denied.hasSaid("crossdock-denied: 1 \(what)\n"), "\(what)")
    }

    let allowed = try start(
      [
        "--read", file, "--write", folder.outside, "--connect", "tcp:127.0.0.1:\(listener.port)", "--processes", "2",
        "--exec-path", "/bin/true",
      ],
      "read \(file)", "write \(folder.outside)/new", "connect 127.0.0.1:\(listener.port)", "fork", "run /bin/true",
      "environment")
    #expect(try results(allowed).prefix(5) == ["ok", "ok", "x", "ok", "ok"])
  }

  @Test func onlyTheStartsOwnExecIsFree() throws {
    let denied = try start([], "exec /bin/sh")
    #expect(try results(denied) == ["PermissionError"])
    let allowed = try start(["--processes", "1", "--exec-path", "/bin/sh"], "exec /bin/sh")
    #expect(allowed.hasSaid("executed\n"))
  }

  /// What is not a frame reaches the agent as it is: refusing it is the agent's part.
  @Test func malformedFramesAreSeen() throws {
    let child = try start([], "malformed")
    #expect(throws: HostChild.Ended.self) { try child.receive() }
  }

  @Test func programThatIsNotThereIsSaid() throws {
    let child = try HostChild(["exec", "--folder", folder.path, "--", "no-such-program"])
    #expect(child.end() == 71)
    #expect(child.errors.contains("no-such-program"))
  }

  @Test func programDiesWithWhoeverStartedIt() throws {
    let child = try start([], "hello")
    _ = try child.receive()
    let monitors = child.children
    #expect(monitors.count == 1)
    kill(child.pid, SIGKILL)
    #expect(child.end() == 128 + SIGKILL)
    #expect(eventually { monitors.allSatisfy { kill($0, 0) != 0 } })
  }
}
