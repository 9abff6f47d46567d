#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Platform
  import Records

  /// A recording of a vibration sensor: .f32 and .i16 are little-endian samples and nothing else; anything else is read as CSV, one
  /// sample a line, with or without a header.
  enum BearingRecording {
    static let maxBytes = 1 << 30

    static func read(_ path: String, column: String?, scale: Float) throws(CrossdockError) -> [Float] {
      let bytes = try Files.readInput(path, limit: maxBytes)
      let isFloat = path.hasSuffix(".f32")
      guard isFloat || path.hasSuffix(".i16") else { return try table(bytes, path, column, scale) }
      let size = isFloat ? 4 : 2
      guard bytes.count % size == 0 else {
        throw wrong(path, "its \(bytes.count) bytes are no whole number of samples of \(size) bytes")
      }
      return bytes.withUnsafeBytes { bytes in
        (0..<(bytes.count / size)).map { i in
          let sample =
            isFloat
            ? Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)))
            : Float(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * i, as: Int16.self)))
          return scale * sample
        }
      }
    }

    private static func table(
      _ bytes: [UInt8], _ path: String, _ wanted: String?, _ scale: Float
    ) throws(CrossdockError) -> [Float] {
      var samples: [Float] = []
      var column: Int?
      var width = 0
      var line = 0
      for row in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
        line += 1
        let fields = String(decoding: row, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false).map {
          $0.trimmingSpaces()
        }
        if fields == [""] { continue }
        guard let at = column else {
          let first = try firstLine(fields, path, line, wanted)
          column = first.column
          width = fields.count
          if let sample = first.sample { samples.append(scale * sample) }
          continue
        }
        guard fields.count == width else {
          throw wrong("\(path):\(line)", "\(fields.count) fields where the first line has \(width)")
        }
        guard let sample = Float(fields[at]) else {
          throw wrong("\(path):\(line)", "column \(at + 1) is \"\(fields[at].prefix(40))\", not a number")
        }
        samples.append(scale * sample)
      }
      return samples
    }

    /// Of a header, the column that was asked for; else the last one, and the line is a sample itself.
    private static func firstLine(
      _ fields: [String], _ path: String, _ line: Int, _ wanted: String?
    ) throws(CrossdockError) -> (column: Int, sample: Float?) {
      if let wanted {
        guard let column = fields.firstIndex(of: wanted) else {
          throw wrong("\(path):\(line)", "no column \"\(wanted)\"; there are \(fields.joined(separator: ", "))")
        }
        return (column, nil)
      }
      let last = fields.count - 1
      return (last, Float(fields[last]))
    }

    private static func wrong(_ place: String, _ reason: String) -> CrossdockError {
      CrossdockError("read the recording", at: place, reason: reason, exitCode: .badInput)
    }
  }

  extension Substring {
    fileprivate func trimmingSpaces() -> String {
      var part = self
      while let first = part.first, first.isWhitespace { part.removeFirst() }
      while let last = part.last, last.isWhitespace { part.removeLast() }
      return String(part)
    }
  }
#endif
