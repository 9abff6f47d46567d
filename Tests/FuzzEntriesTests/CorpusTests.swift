import Fixtures
import Foundation
import FuzzEntries
import Testing

/// The stored corpus, which has every crasher that was ever found, through the functions that are fuzzed.
@Suite struct CorpusTests {
  static let folder = Repository.root.appending(path: "Fuzz/Corpus")

  static func files(of entry: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder.appending(path: entry), includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
  }

  @Test(arguments: FuzzEntry.all.map(\.name)) func storedInputGivesNoFinding(_ name: String) throws {
    let entry = try #require(FuzzEntry.named(name))
    let files = try Self.files(of: name)
    #expect(files.count >= 12)
    for file in files {
      let bytes = [UInt8](try Data(contentsOf: file))
      // A trap ends the process: the last name printed is that of the input.
      print("\(name): \(file.lastPathComponent)")
      #expect(throws: Never.self, "\(file.lastPathComponent)") { try bytes.withUnsafeBytes { _ = try entry.run($0) } }
    }
  }

  @Test func everyFolderOfTheCorpusIsOfAnEntry() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(folders) == Set(FuzzEntry.all.map(\.name) + FuzzEntry.absent))
  }

  /// An input of no bytes, of zeros, of one repeated byte: what a corpus easily forgets.
  @Test(arguments: FuzzEntry.all.map(\.name)) func dullInputGivesNoFinding(_ name: String) throws {
    let entry = try #require(FuzzEntry.named(name))
    for byte in [0, 0x20, 0x22, 0x2F, 0x30, 0x5B, 0x7B, 0x80, 0xFF] as [UInt8] {
      for count in [0, 1, 2, 90, 500] {
        let bytes = Array(repeating: byte, count: min(count, entry.maxBytes))
        try bytes.withUnsafeBytes { _ = try entry.run($0) }
      }
    }
  }
}
