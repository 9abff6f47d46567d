import Fixtures
import Foundation
import Testing

/// Models of the reference libraries with rows and what the libraries made of them, as tools/parity_models.py wrote
/// them.
struct ReferenceModels {
  struct Entry: Decodable {
    let name: String
    let file: String
    let rows: Int
    let inputs: Int
    let outputs: Int
    let tolerance: Double
    let names: [String]
  }

  let folder: URL
  let entries: [Entry]

  /// Runs the script. `PARITY_SEED` chooses others, `PARITY_COUNT` more of them.
  init(family: String, folder: URL) throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["PARITY_SEED"] ?? "20"
    print("models of \(family): PARITY_SEED=\(seed)")
    let python = try Self.run(Repository.root.appending(path: "tools/setup").path, ["--python"])
      .trimmingCharacters(in: .whitespacesAndNewlines)
    var arguments = [
      Repository.root.appending(path: "tools/parity_models.py").path, folder.path, "--seed", seed, "--family", family,
    ]
    if let count = environment["PARITY_COUNT"] { arguments += ["--count", count] }
    _ = try Self.run(python, arguments)
    self.folder = folder
    entries = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: folder.appending(path: "index.json")))
  }

  func bytes(_ entry: Entry) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: entry.file))) }

  func doubles(_ entry: Entry, _ kind: String) throws -> [Double] {
    let data = try Data(contentsOf: folder.appending(path: "\(entry.file).\(kind)"))
    return stride(from: 0, to: data.count, by: 8).map { at in
      Double(bitPattern: (0..<8).reduce(0) { $0 | UInt64(data[data.startIndex + at + $1]) << UInt64(8 * $1) })
    }
  }

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> String {
    let ended = try ProgramRun(program, arguments)
    guard ended.code == 0 else { throw Failed(description: "\(program) ended with \(ended.code): \(ended.errors)") }
    return ended.output
  }
}
