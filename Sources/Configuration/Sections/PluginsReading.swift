import Records

extension SectionReader {
  static let maxTrustKeys = 16
  static let maxKeyFileBytes = 4096

  func plugins(dataDirectory: String) -> PluginsSection {
    let store = store(PluginsOptions.rows, dataDirectory)
    return PluginsSection(
      folder: store.folder, trustKeys: store.keys, allowUnsigned: store.allowUnsigned,
      host: path(PluginsOptions.host)?.value)
  }

  func models(dataDirectory: String) -> ModelsSection {
    let store = store(ModelsOptions.rows, dataDirectory)
    return ModelsSection(folder: store.folder, trustKeys: store.keys, allowUnsigned: store.allowUnsigned)
  }

  private func store(
    _ rows: StoreRows, _ dataDirectory: String
  ) -> (folder: String, keys: [TrustKey], allowUnsigned: Bool) {
    let given = strings(rows.trustKeys) ?? []
    if given.count > Self.maxTrustKeys {
      context.error(position(of: rows.trustKeys), "\"trust_keys\" has more than \(Self.maxTrustKeys) entries")
    }
    var keys: [TrustKey] = []
    for text in given {
      guard let key = trustKey(text, rows.noun) else { continue }
      if keys.contains(where: { $0.text == key.text }) {
        context.error(text.position, "this key stands twice in \"trust_keys\"")
      }
      keys.append(key)
    }
    let allowUnsigned = boolean(rows.allowUnsigned) ?? false
    if allowUnsigned {
      context.warning(
        position(of: rows.allowUnsigned), "\(rows.noun)s without a signature can be installed",
        hint: "on a box in use, name the keys in \"trust_keys\" instead")
    }
    let folder = path(rows.folder)?.value ?? FileContents.path(rows.defaultFolder, in: dataDirectory)
    return (folder, keys, allowUnsigned)
  }

  /// The key itself, or a file with it on a line of its own, as `minisign -G` writes it.
  private func trustKey(_ given: Located<String>, _ noun: String) -> TrustKey? {
    if Self.isPublicKey(given.value) { return TrustKey(text: given.value, origin: context.file) }
    guard !given.value.isEmpty, !given.value.utf8.contains(0) else {
      context.error(given.position, "\"trust_keys\" has an entry that is neither a key nor a path")
      return nil
    }
    let path = FileContents.path(given.value, in: context.folder)
    switch FileContents.read(path, maxBytes: Self.maxKeyFileBytes) {
    case .failure(let failure):
      context.error(
        given.position, "\"trust_keys\": cannot read \"\(printable(path))\": \(failure.reason)",
        hint: given.value.hasPrefix("RW") ? "if it is meant to be a key: it is damaged" : "")
      return nil
    case .success(let contents):
      let lines = String(decoding: contents.bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      if let key = lines.lazy.map(String.init).first(where: Self.isPublicKey) {
        return TrustKey(text: key, origin: path)
      }
      context.error(
        given.position, "\"trust_keys\": \"\(printable(path))\" holds no public key in minisign's format",
        hint: "crossdock \(noun) sign --new-key FILE writes FILE and FILE.pub; this is the place of the second")
      return nil
    }
  }

  /// Two letters for the algorithm, eight bytes of key number, thirty-two of key.
  private static func isPublicKey(_ text: String) -> Bool {
    guard text.hasPrefix("RW"), let bytes = Base64.decode(text.utf8) else { return false }
    return bytes.count == TrustKey.bytes && bytes.starts(with: "Ed".utf8)
  }
}
