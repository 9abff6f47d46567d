// The tar inside a bundle: POSIX ustar in one canonical form, so that a set of files has exactly one archive and any tar can
// list and unpack it.
//
//   entry     header of 512 bytes, the file's bytes, zeros up to a multiple of 512
//   header    bytes 0–99 name, 100 mode "0000644\0" or "0000755\0", 108 and 116 owners "0000000\0", 124 size in 11 octal digits
//             and \0, 136 time "00000000000\0", 148 checksum in 6 octal digits, \0 and a space, 156 type "0", 257 "ustar\0" "00",
//             329 and 337 devices "0000000\0"; the rest is zeros
//   order     `manifest.json`, then the others by their bytes, strictly ascending
//   end       1024 zeros, and nothing after them
//
// Valid if and only if writing the entries again gives the same bytes. So there are no links, devices, folders, long names,
// owners or times to be careful about: an archive that has them is not one. Folders come from the paths.
import Records

enum TarArchive {
  static let blockBytes = 512

  /// - Throws: when a path, the order or a size is not as above.
  static func encode(_ files: [BundleFile]) throws(CrossdockError) -> [UInt8] {
    try check(files)
    var out: [UInt8] = []
    out.reserveCapacity(files.reduce(2 * blockBytes) { $0 + blockBytes + padded($1.bytes.count) })
    for file in files {
      out += header(path: file.path, isExecutable: file.isExecutable, size: file.bytes.count)
      out += file.bytes
      out += [UInt8](repeating: 0, count: padded(file.bytes.count) - file.bytes.count)
    }
    out += [UInt8](repeating: 0, count: 2 * blockBytes)
    guard out.count <= BundleLimits.maxArchiveBytes else {
      throw failure("the files have more than \(BundleLimits.maxArchiveBytes) bytes together")
    }
    return out
  }

  static func decode(_ bytes: [UInt8]) throws(CrossdockError) -> [BundleFile] {
    guard bytes.count <= BundleLimits.maxArchiveBytes, bytes.count % blockBytes == 0, bytes.count >= 2 * blockBytes
    else { throw failure("its archive has \(bytes.count) bytes, which no archive of a bundle has") }
    let end = bytes.count - 2 * blockBytes
    guard bytes[end...].allSatisfy({ $0 == 0 }) else { throw failure("its archive does not end as it should") }
    var files: [BundleFile] = []
    var at = 0
    while at < end {
      guard files.count < BundleLimits.maxFiles else { throw failure("more than \(BundleLimits.maxFiles) files") }
      let head = bytes[at..<(at + blockBytes)]
      let name = head.prefix(100).prefix { $0 != 0 }
      let path = String(decoding: name, as: UTF8.self)
      let isExecutable = head[at + 104] == UInt8(ascii: "7")
      guard let size = octal(head[(at + 124)..<(at + 135)]), size <= BundleLimits.maxFileBytes else {
        throw failure("entry \(files.count + 1) has no valid size")
      }
      guard head.elementsEqual(header(path: path, isExecutable: isExecutable, size: size)) else {
        throw failure("entry \(files.count + 1) is not a plain file in canonical form")
      }
      let first = at + blockBytes
      let next = first + padded(size)
      guard next <= end else { throw failure("entry \(files.count + 1) goes beyond the end") }
      guard bytes[(first + size)..<next].allSatisfy({ $0 == 0 }) else {
        throw failure("entry \(files.count + 1) is not padded with zeros")
      }
      files.append(BundleFile(path: path, isExecutable: isExecutable, slice: bytes[first..<(first + size)]))
      at = next
    }
    try check(files)
    return files
  }

  private static func check(_ files: [BundleFile]) throws(CrossdockError) {
    guard files.count <= BundleLimits.maxFiles else { throw failure("more than \(BundleLimits.maxFiles) files") }
    guard files.first?.path == BundleManifestFile.name else {
      throw failure("its first file is not \(BundleManifestFile.name)")
    }
    var last: String?
    var folders: Set<Substring> = []
    for file in files {
      if let problem = PluginPath.problem(file.path) { throw failure("\"\(file.path.prefix(128))\" \(problem)") }
      guard file.bytes.count <= BundleLimits.maxFileBytes else {
        throw failure("\"\(file.path)\" has more than \(BundleLimits.maxFileBytes) bytes")
      }
      if file.path == BundleManifestFile.name, last != nil { throw failure("two files of the name \(file.path)") }
      if let last, last != BundleManifestFile.name,
        !Array(last.utf8).lexicographicallyPrecedes(Array(file.path.utf8))
      {
        throw failure("\"\(file.path)\" is out of order or stands twice")
      }
      last = file.path
      var path = file.path[...]
      while let slash = path.lastIndex(of: "/") {
        path = path[..<slash]
        folders.insert(path)
      }
    }
    for file in files where folders.contains(file.path[...]) {
      throw failure("\"\(file.path)\" is a file and a folder")
    }
  }

  private static func header(path: String, isExecutable: Bool, size: Int) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: blockBytes)
    func put(_ text: String, at place: Int) {
      for (offset, byte) in text.utf8.enumerated() where place + offset < blockBytes { block[place + offset] = byte }
    }
    for (offset, byte) in path.utf8.prefix(100).enumerated() { block[offset] = byte }
    put(isExecutable ? "0000755" : "0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(octal(size, digits: 11), at: 124)
    put("00000000000", at: 136)
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar\u{0}00", at: 257)
    put("0000000", at: 329)
    put("0000000", at: 337)
    put(octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + "\u{0} ", at: 148)
    return block
  }

  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  private static func octal(_ digits: ArraySlice<UInt8>) -> Int? {
    var number = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
      number = number * 8 + Int(digit - UInt8(ascii: "0"))
    }
    return number
  }

  private static func padded(_ count: Int) -> Int { (count + blockBytes - 1) / blockBytes * blockBytes }

  private static func failure(_ reason: String) -> CrossdockError {
    CrossdockError("read the bundle", at: "its archive", reason: reason, exitCode: .badInput)
  }
}
