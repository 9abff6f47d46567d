import Fixtures
import Foundation
import Records
import Seeded
import Testing

@testable import PluginBundles

@Suite struct ArchiveTests {
  private static func randomFiles(_ generator: inout SeededNumbers) -> [BundleFile] {
    var paths: Set<String> = []
    for _ in 0..<Int.random(in: 0...12, using: &generator) {
      let parts = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
        String(
          (0..<Int.random(in: 1...9, using: &generator)).map { _ in "abcXYZ019-_.+".randomElement(using: &generator)! })
      }
      paths.insert(parts.joined(separator: "/"))
    }
    // A name is a file or a folder.
    let files = paths.filter { path in PluginPath.problem(path) == nil && !paths.contains { $0.hasPrefix(path + "/") } }
    return files.map { path in
      let count = [0, 1, 511, 512, 513, Int.random(in: 0...5000, using: &generator)].randomElement(using: &generator)!
      return BundleFile(
        path: path, isExecutable: Bool.random(using: &generator),
        bytes: (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }
  }

  @Test func randomFilesComeBackAndTheBytesAreTheSame() throws {
    var generator = SeededNumbers()
    for _ in 0..<200 {
      var files = Self.randomFiles(&generator)
      files.append(BundleFile(path: "bin/watch.so", bytes: [1]))
      if files.contains(where: { $0.path == "bin" || $0.path.hasPrefix("bin/watch.so/") }) { continue }
      var unique: [String: BundleFile] = [:]
      for file in files { unique[file.path] = file }
      let made = try PluginBundle(plugin: plugin(), files: Array(unique.values), createdNs: 5_000_000_000)
      let bytes = try made.encoded()
      let again = try PluginBundle(
        plugin: plugin(), files: Array(unique.values).shuffled(using: &generator), createdNs: 5_999_999_999)
      #expect(try again.encoded() == bytes)
      let read = try PluginBundle(decoding: bytes)
      #expect(read.manifest == made.manifest)
      #expect(read.files == made.files)
    }
  }

  /// Any tar reads what is written here.
  @Test func tarListsAndUnpacksIt() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/a.tar.zst"
    try Data(try bundle().encoded()).write(to: URL(filePath: path))
    let listed = try run("/usr/bin/env", ["tar", "--zstd", "-tvf", path])
    #expect(listed.code == 0)
    let names = listed.output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    #expect(names == ["manifest.json", "bin/watch.so", "plugin.toml", "testcases/one/input.ndjson"])
    #expect(listed.output.contains("-rwxr-xr-x 0/0"))
    #expect(try run("/usr/bin/env", ["tar", "--zstd", "-xf", path, "-C", folder.path]).code == 0)
    #expect(try String(contentsOfFile: "\(folder.path)/bin/watch.so", encoding: .utf8) == "code of 1.0.0")
  }

  /// Archives by another hand: whatever is not the canonical form is refused.
  @Test(arguments: [
    ["--format=gnu"], ["--format=pax"], ["--format=ustar", "--mtime=@5"], ["--format=ustar", "--mode=0600"],
    ["--format=ustar", "--owner=1"],
  ])
  func otherTarsAreRefused(options: [String]) throws {
    let folder = try TemporaryFolder()
    try Data("{}".utf8).write(to: URL(filePath: "\(folder.path)/manifest.json"))
    let base = ["--mtime=@0", "--mode=0644", "--owner=0", "--group=0", "--numeric-owner"]
    let path = "\(folder.path)/a.tar"
    let made = try run(
      "/usr/bin/env", ["tar"] + base + options + ["-C", folder.path, "-b", "1", "-cf", path, "manifest.json"])
    #expect(made.code == 0, "\(made.output)")
    #expect(throws: CrossdockError.self) { try TarArchive.decode([UInt8](try Data(contentsOf: URL(filePath: path)))) }
  }

  @Test func linksAndFoldersAreRefused() throws {
    let file = BundleFile(path: "manifest.json", bytes: [])
    let whole = try TarArchive.encode([file, BundleFile(path: "x", bytes: [])])
    for type in "12345670LKgx".utf8 {
      var bytes = whole
      bytes[512 + 156] = type
      Self.mendChecksum(&bytes, at: 512)
      if type == UInt8(ascii: "0") {
        #expect(try TarArchive.decode(bytes).count == 2)
      } else {
        #expect(throws: CrossdockError.self) { try TarArchive.decode(bytes) }
      }
    }
  }

  @Test(arguments: [
    "/etc/passwd", "../x", "a/../b", "a/./b", "a//b", "a/", "", "a b", "a\\b", "1/2/3/4/5/6/7/8/9",
    String(repeating: "p", count: 101),
  ])
  func pathThatLeadsElsewhereIsRefused(path: String) throws {
    let files = [BundleFile(path: "manifest.json", bytes: []), BundleFile(path: path, bytes: [])]
    #expect(throws: CrossdockError.self) { try TarArchive.encode(files) }
    // Planted in an archive that is otherwise right.
    var bytes = try TarArchive.encode([files[0], BundleFile(path: "x", bytes: [])])
    for (i, byte) in path.utf8.prefix(100).enumerated() { bytes[512 + i] = byte }
    if path.isEmpty { bytes[512] = 0 }
    Self.mendChecksum(&bytes, at: 512)
    if path.utf8.count <= 100 { #expect(throws: CrossdockError.self) { try TarArchive.decode(bytes) } }
  }

  @Test(arguments: [
    ["x"], ["manifest.json", "b", "a"], ["manifest.json", "a", "a"], ["manifest.json", "a", "manifest.json"],
    ["manifest.json", "a", "a/b"], ["a", "manifest.json"], [],
  ])
  func wrongOrderAndDoubleNamesAreRefused(paths: [String]) {
    #expect(throws: CrossdockError.self) { try TarArchive.encode(paths.map { BundleFile(path: $0, bytes: []) }) }
  }

  @Test func everyChangedByteOfTheArchiveIsRefused() throws {
    let made = try bundle()
    let archive = try TarArchive.encode(
      [BundleFile(path: "manifest.json", bytes: made.manifest.encoded())] + made.files)
    var accepted: [Int] = []
    for place in archive.indices {
      var bytes = archive
      bytes[place] ^= 0x20
      if (try? PluginBundle(decoding: ZstdFrame.compress(bytes))) == made { accepted.append(place) }
      if (try? PluginBundle(decoding: ZstdFrame.compress(bytes))) != nil, bytes != archive {
        // Only the manifest's own text can change and stay a manifest; a signature holds that.
        #expect((512..<512 + made.manifest.encoded().count).contains(place))
      }
    }
    #expect(accepted == [])
  }

  @Test func bombIsRefusedBeforeItIsUnpacked() throws {
    let bytes = try ZstdFrame.compress([UInt8](repeating: 0, count: BundleLimits.maxArchiveBytes + 512))
    #expect(bytes.count < 100_000)
    #expect {
      try PluginBundle(decoding: bytes)
    } throws: { "\($0)".contains("says more than") }
  }

  @Test func truncatedAndExtendedBundlesAreRefused() throws {
    let bytes = try bundle().encoded()
    for count in [0, 3, 4, 20, bytes.count / 2, bytes.count - 1] {
      #expect(throws: CrossdockError.self) { try PluginBundle(decoding: Array(bytes[..<count])) }
    }
    #expect(throws: CrossdockError.self) { try PluginBundle(decoding: bytes + [0]) }
    #expect(throws: CrossdockError.self) { try PluginBundle(decoding: bytes + bytes) }
  }

  static func mendChecksum(_ bytes: inout [UInt8], at start: Int) {
    for i in 148..<156 { bytes[start + i] = 0x20 }
    let sum = bytes[start..<(start + 512)].reduce(0) { $0 + Int($1) }
    let text = String(sum, radix: 8)
    let field = Array((String(repeating: "0", count: 6 - text.count) + text).utf8) + [0, 0x20]
    for (i, byte) in field.enumerated() { bytes[start + 148 + i] = byte }
  }
}
