#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import JSONText
  import Platform
  import Records

  /// Rows of names and numbers to a file or the standard output, as CSV (RFC 4180, lines end with LF) or NDJSON. Numbers are the shortest
  /// texts that give the same double again; what is not defined is empty, in JSON null.
  final class FeatureTable {
    private static let flushBytes = 64 << 10

    private let isCSV: Bool
    private let output: FileOutput?
    private let path: String?
    private var names: [[UInt8]] = []
    private var bytes: [UInt8] = []
    private var column = 0
    /// Where the row begins in `bytes`.
    private var rowStart = 0

    init(isCSV: Bool, path: String?) throws(CrossdockError) {
      self.isCSV = isCSV
      self.path = path
      bytes.reserveCapacity(2 * Self.flushBytes)
      guard let path else {
        output = nil
        return
      }
      do throws(CrossdockError) {
        output = try FileOutput(path: path, mode: 0o644)
      } catch {
        throw Self.cannotWrite(error)
      }
    }

    private static func cannotWrite(_ error: CrossdockError) -> CrossdockError {
      var error = error
      error.exitCode = .cannotWrite
      return error
    }

    /// The names of the columns, once, before the first row.
    func begin(_ names: [String]) throws(CrossdockError) {
      if isCSV {
        for (i, name) in names.enumerated() {
          if i > 0 { bytes.append(UInt8(ascii: ",")) }
          Self.append(field: name.utf8, to: &bytes)
        }
        bytes.append(0x0A)
        rowStart = bytes.count
      } else {
        self.names = names.map { name in
          var json = JSONWriter()
          json.value(name)
          return json.bytes + [UInt8(ascii: ":")]
        }
      }
    }

    // MARK: a row

    @inline(__always)
    private func separate() {
      if isCSV {
        if column > 0 { bytes.append(UInt8(ascii: ",")) }
      } else {
        bytes.append(column > 0 ? UInt8(ascii: ",") : UInt8(ascii: "{"))
        bytes.append(contentsOf: names[column])
      }
      column += 1
    }

    @inline(__always)
    func append(_ number: Double) {
      separate()
      guard number.isFinite else {
        if !isCSV { bytes.append(contentsOf: "null".utf8) }
        return
      }
      Self.append(number, to: &bytes)
    }

    /// In NDJSON a number stays a number.
    func append(_ text: UnsafeBufferPointer<UInt8>) {
      separate()
      if isCSV {
        Self.append(field: text, to: &bytes)
      } else if let value = try? JSONValue.parse(Array(text)), value.number != nil {
        bytes.append(contentsOf: text)
      } else {
        var json = JSONWriter()
        json.value(utf8: text)
        bytes.append(contentsOf: json.bytes)
      }
    }

    /// A text, also where it looks like a number.
    func append(words text: UnsafeBufferPointer<UInt8>) {
      guard !isCSV else { return append(text) }
      separate()
      var json = JSONWriter()
      json.value(utf8: text)
      bytes.append(contentsOf: json.bytes)
    }

    func append(_ text: String) {
      var text = text
      text.withUTF8 { append($0) }
    }

    /// The row's bytes stay in the buffer until it is full.
    func endRow() throws(CrossdockError) {
      if !isCSV { bytes.append(UInt8(ascii: "}")) }
      bytes.append(0x0A)
      column = 0
      if bytes.count >= Self.flushBytes { try flush() }
      rowStart = bytes.count
    }

    /// The row's bytes out of the buffer, to be written later with `append(row:)`.
    func takeRow() -> [UInt8] {
      if !isCSV { bytes.append(UInt8(ascii: "}")) }
      bytes.append(0x0A)
      column = 0
      defer { bytes.removeSubrange(rowStart...) }
      return Array(bytes[rowStart...])
    }

    func append(row: [UInt8]) throws(CrossdockError) {
      bytes.append(contentsOf: row)
      if bytes.count >= Self.flushBytes { try flush() }
    }

    func flush() throws(CrossdockError) {
      if let output {
        do throws(CrossdockError) {
          try output.write(bytes)
        } catch {
          throw Self.cannotWrite(error)
        }
      } else {
        Terminal.write(bytes: bytes)
      }
      bytes.removeAll(keepingCapacity: true)
    }

    func finish() throws(CrossdockError) {
      try flush()
      do throws(CrossdockError) {
        try output?.finish()
      } catch {
        throw Self.cannotWrite(error)
      }
    }

    // MARK: texts

    @inline(__always)
    static func append(_ number: Double, to bytes: inout [UInt8]) {
      if let whole = Int64(exactly: number), whole.magnitude < 1 << 53, whole != 0 || number.sign == .plus {
        append(whole, to: &bytes)
        return
      }
      var text = number.description
      text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    private static func append(_ whole: Int64, to bytes: inout [UInt8]) {
      if whole < 0 { bytes.append(UInt8(ascii: "-")) }
      var rest = whole.magnitude
      let first = bytes.count
      repeat {
        bytes.append(UInt8(truncatingIfNeeded: 0x30 + rest % 10))
        rest /= 10
      } while rest > 0
      bytes[first...].reverse()
    }

    private static func append(field text: some Collection<UInt8>, to bytes: inout [UInt8]) {
      let needsQuotes = text.contains {
        $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ",") || $0 == 0x0D || $0 == 0x0A
      }
      guard needsQuotes else { return bytes.append(contentsOf: text) }
      bytes.append(UInt8(ascii: "\""))
      for byte in text {
        if byte == UInt8(ascii: "\"") { bytes.append(byte) }
        bytes.append(byte)
      }
      bytes.append(UInt8(ascii: "\""))
    }
  }
#endif
