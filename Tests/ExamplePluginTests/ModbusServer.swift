import Fixtures
import Foundation
import Testing

/// The Modbus server of the feed's tests, as a child process.
final class ModbusServer {
  let process = Process()
  let input = Pipe()
  let port: Int64

  init(_ folder: ExampleFolder) throws {
    let made = try run("/usr/bin/make", ["-s", "-C", folder.path, ".build/modbus-server"])
    try #require(made.code == 0, "\(made.output)")
    process.executableURL = URL(filePath: "\(folder.path)/.build/modbus-server")
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line = ""
    while !line.hasSuffix("\n") {
      let part = output.fileHandleForReading.availableData
      try #require(!part.isEmpty, "the server ended")
      line += String(decoding: part, as: UTF8.self)
    }
    port = try #require(Int64(line.dropLast()))
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
