extension SectionReader {
  /// A path, made relative to the folder of agent.conf.
  func path(_ row: OptionRow) -> Located<String>? {
    name(row).map { Located(value: FileContents.path($0.value, in: context.folder), position: $0.position) }
  }

  /// The path of a file that can be read now.
  func file(_ row: OptionRow, maxBytes: Int = 1 << 20) -> String? {
    guard let path = path(row) else { return nil }
    if case .failure(let failure) = FileContents.read(path.value, maxBytes: maxBytes) {
      context.error(path.position, "cannot read \"\(printable(path.value))\": \(failure.reason)")
      return nil
    }
    return path.value
  }

  /// The secret of one of two keys: in clear, or in a file.
  func secret(_ clear: OptionRow, _ file: OptionRow) -> Secret? {
    if isGiven(clear), let entry = table.entry(file.key) {
      context.error(entry.keyPosition, "\"\(file.key)\" and \"\(clear.key)\" exclude each other in \(header)")
      return nil
    }
    if isGiven(clear) { return name(clear).map { Secret($0.value) } }
    guard let written = name(file) else { return nil }
    return context.secret(fromFile: written.value, at: written.position)
  }

  /// Certificate and key: both or neither.
  func certificate(_ certRow: OptionRow, _ keyRow: OptionRow) -> ServerCertificate? {
    let certFile = file(certRow)
    let keyFile = file(keyRow)
    for (given, missing) in [(certRow, keyRow), (keyRow, certRow)] where isGiven(given) && !isGiven(missing) {
      let position = table.entry(given.key)?.keyPosition ?? table.position
      context.error(position, "\"\(given.key)\" needs \"\(missing.key)\" in \(header)")
    }
    guard let certFile, let keyFile else { return nil }
    return ServerCertificate(certFile: certFile, keyFile: keyFile)
  }

  func position(of row: OptionRow) -> SourcePosition {
    table.entry(row.key)?.keyPosition ?? table.position
  }
}
