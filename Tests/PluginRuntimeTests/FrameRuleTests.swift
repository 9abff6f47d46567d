import Fixtures
import Foundation
import Logging
import Records
import Testing

@testable import PluginRuntime

/// A frame that breaks the rules of docs/plugin-frames.md ends the process, whatever it is.
@Suite struct FrameRuleTests {
  /// A program that says hello and then answers each request with the frames that it is given: KIND:PAYLOAD in hexadecimal.
  private static let program = """
    #!/usr/bin/python3
    import os, struct, sys
    def send(kind, number, payload):
        frame = struct.pack("<IHHQ", len(payload), kind, 0, number) + payload
        os.write(1, frame + b"\\0" * (-len(frame) % 8))
    def read(count):
        data = b""
        while len(data) < count:
            part = os.read(0, count - len(data))
            if not part: sys.exit(0)
            data += part
        return data
    text = lambda value: struct.pack("<I", len(value)) + value
    send(129, 0, struct.pack("<II", 1, ROLE) + text(b"p") + text(b"1.0.0") + text(b"s") + struct.pack("<I", 0) + b"MORE")
    while True:
        length, kind, _, number = struct.unpack("<IHHQ", read(16))
        read(length + -length % 8)
        for one in "FRAMES".split():
            kind, payload = one.split(":")
            send(int(kind), number, bytes.fromhex(payload))
    """

  private static let answer = "130:0000000000000000"

  private func session(_ frames: String, role: Int, in folder: TemporaryFolder, more: String = "") throws
    -> PluginSession
  {
    let path = "\(folder.path)/program"
    let text = Self.program.replacing("FRAMES", with: frames).replacing("ROLE", with: "\(role)")
      .replacing("MORE", with: more)
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    var launch = PluginLaunch(hostPath: path, artefact: .program(["x"]), folder: folder.path)
    (launch.limits.startMs, launch.limits.batchMs, launch.limits.memoryMb) = (120_000, 120_000, 512)
    return try PluginSession(launch, writes: [], log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// What becomes of an `open` that is answered with these frames.
  private func failure(_ frames: String, role: Int = 2) throws -> PluginFailure? {
    let folder = try TemporaryFolder()
    let session = try session(frames, role: role, in: folder)
    do throws(PluginFailure) {
      _ = try session.open(options: [], streams: [])
      return nil
    } catch { return error }
  }

  @Test(arguments: [
    ("130:00000000", "a frame ends too early"),
    ("130:0000000001000000", "an ANSWER whose second number is not 0"),
    ("130:000000000000000000", "a frame with 1 bytes too many"),
    ("135:00 \(answer)", "state with a request that is no checkpoint"),
    ("131:00000000 \(answer)", "output with a request that is no batch"),
    ("137: \(answer)", "wantCheckpoint with a request that is no batch"),
    ("136:0000000000000000 \(answer)", "reject with a request that is no batch"),
    ("133:01000000000000000100000061ff \(answer)", "a frame with 1 bytes too many"),
  ])
  func frameThatBreaksTheRulesEndsTheProcess(frames: String, reason: String) throws {
    #expect(try failure(frames) == .malformed(reason))
  }

  @Test func frameThatKeepsTheRulesDoesNot() throws {
    #expect(try failure("133:010000000000000001000000" + "61 \(Self.answer)") == nil)
  }

  /// Also of a model, whose rejects count for nothing.
  @Test(arguments: [1, 2]) func rejectOfARecordThatIsNotThereEndsTheProcess(role: Int) throws {
    let folder = try TemporaryFolder()
    let session = try session("136:00286bee00000000 \(Self.answer)", role: role, in: folder)
    #expect(throws: PluginFailure.malformed("a reject of record 4000000000 of a batch of 0")) {
      _ = try session.process(RecordBatch(), newSources: [])
    }
  }

  @Test func stateBelongsToACheckpoint() throws {
    let folder = try TemporaryFolder()
    let session = try session("135:0102 135:03 \(Self.answer)", role: 1, in: folder)
    #expect(try session.checkpoint() == [1, 2, 3])
  }

  @Test func helloWithBytesTooManyIsNoHello() throws {
    let folder = try TemporaryFolder()
    #expect(throws: PluginFailure.malformed("a frame with 4 bytes too many")) {
      _ = try session(Self.answer, role: 1, in: folder, more: "abcd")
    }
  }
}
