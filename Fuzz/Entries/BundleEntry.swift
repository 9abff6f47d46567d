import PluginBundles
import Records

/// A bundle of plugins or of trained models. Byte 0: 0 the rest is a bundle; 1 its tar as it came; 2 the tar with checksums put right,
/// so that what lies behind them is reached; otherwise a manifest.
enum BundleEntry<Manifest: BundleContents> {
  private static var block: Int { 512 }

  @Sendable static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    var input = FuzzInput(bytes)
    let choice = input.byte()
    return try run(choice, Array(input.rest))
  }

  static func run(_ choice: UInt8, _ rest: [UInt8]) throws(FuzzFinding) -> Int {
    switch choice {
    case 0: return try again(try? FileBundle<Manifest>(decoding: rest), archive: nil)
    case 1: return try again(try? FileBundle<Manifest>(archive: rest), archive: rest)
    case 2:
      let mended = mended(rest)
      return try again(try? FileBundle<Manifest>(archive: mended), archive: mended)
    default:
      guard let manifest = try? Manifest(json: rest, place: BundleManifestFile.name) else { return 0 }
      try require(manifest.encoded() == rest, "a manifest has another text when it is written again")
      return manifest.files.count + 1
    }
  }

  private static func again(_ bundle: FileBundle<Manifest>?, archive: [UInt8]?) throws(FuzzFinding) -> Int {
    guard let bundle else { return 0 }
    do {
      let written = try bundle.archive()
      guard archive == nil || written == archive else { throw FuzzFinding("another archive when it is written again") }
      for file in bundle.files where PluginPath.problem(file.path) != nil {
        throw FuzzFinding("the path \(file.path) is accepted")
      }
      return written.count
    } catch {
      throw FuzzFinding("\(error)")
    }
  }

  /// Every block that looks like a header gets the checksum of a header.
  private static func mended(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var at = 0
    while at + block <= bytes.count {
      if bytes[at + 257..<at + 262].elementsEqual("ustar".utf8) {
        for i in 148..<156 { bytes[at + i] = 0x20 }
        let sum = String(bytes[at..<at + block].reduce(0) { $0 + Int($1) }, radix: 8)
        let text = Array((String(repeating: "0", count: max(0, 6 - sum.utf8.count)) + sum).utf8) + [0, 0x20]
        for (i, byte) in text.prefix(8).enumerated() { bytes[at + 148 + i] = byte }
      }
      at += block
    }
    return bytes
  }
}
