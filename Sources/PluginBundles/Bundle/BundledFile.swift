internal import JSONText
internal import Platform
internal import Records

/// What a manifest says of one file of its bundle.
package struct BundledFile: Sendable, Equatable {
  package var path: String
  package var bytes: Int
  /// 64 small hexadecimal digits.
  package var sha256: String
  package var isExecutable: Bool

  init(path: String, bytes: Int, sha256: String, isExecutable: Bool) {
    self.path = path
    self.bytes = bytes
    self.sha256 = sha256
    self.isExecutable = isExecutable
  }

  init(of file: BundleFile) {
    self.init(
      path: file.path, bytes: file.bytes.count, sha256: Hexadecimal.text(Sodium.sha256(file.bytes)),
      isExecutable: file.isExecutable)
  }

  func describes(_ file: BundleFile) -> Bool {
    // The size first: the hash is the dear part.
    file.path == path && file.isExecutable == isExecutable && isContents(file.bytes)
  }

  private func isContents(_ contents: some Collection<UInt8>) -> Bool {
    contents.count == bytes && Hexadecimal.text(Sodium.sha256(contents)) == sha256
  }

  /// What is wrong with the file in a folder; nil when it is as it was packed.
  func damage(in folder: String) -> String? {
    guard let contents = try? Files.read("\(folder)/\(path)", limit: BundleLimits.maxFileBytes) else {
      return "\(path) is missing"
    }
    return isContents(contents) ? nil : "\(path) was changed"
  }
}

extension BundledFile {
  static func list(_ value: JSONValue, _ place: String) throws(CrossdockError) -> [BundledFile] {
    guard let elements = value.array, elements.count < BundleLimits.maxFiles else {
      throw ObjectReader.failure(place, "\"files\" is no array of fewer than \(BundleLimits.maxFiles) files")
    }
    var files: [BundledFile] = []
    for element in elements {
      let reader = try ObjectReader(
        element, "\(place), file \(files.count + 1)", known: ["path", "bytes", "sha256", "executable"])
      let path = try reader.text("path")
      if let problem = PluginPath.problem(path) {
        throw ObjectReader.failure(place, "\"\(path.prefix(128))\" \(problem)")
      }
      files.append(
        BundledFile(
          path: path, bytes: try reader.integer("bytes", 0...BundleLimits.maxFileBytes),
          sha256: try reader.text("sha256", maxBytes: 64), isExecutable: try reader.flag("executable")))
    }
    return files
  }
}

extension JSONWriter {
  mutating func member(_ name: String, files: [BundledFile]) {
    member(
      name,
      array: { json in
        for file in files {
          json.object {
            $0.member("path", file.path)
            $0.member("bytes", file.bytes)
            $0.member("sha256", file.sha256)
            $0.member("executable", file.isExecutable)
          }
        }
      })
  }
}
