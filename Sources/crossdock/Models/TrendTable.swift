#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Platform
  import Records

  /// A CSV with a header: an asset, a time and health figures a line. Plain fields, no quotes.
  struct TrendTable {
    static let maxBytes = 1 << 30

    struct Row {
      var asset: String
      var time: Double
      /// The column that is the index, or the root of the sum of the squares of several; NaN where one is missing.
      var index: Double
    }

    let rows: [Row]

    /// - Parameters:
    ///   - by: nil: all lines are of one asset
    ///   - time: nil: the line's number
    init(_ path: String, indices: [String], by: String?, time: String?) throws(CrossdockError) {
      let bytes = try Files.readInput(path, limit: Self.maxBytes)
      var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
      guard let head = lines.popFirst() else { throw Self.wrong(path, 1, "no header") }
      let names = Self.fields(head)
      func column(_ name: String) throws(CrossdockError) -> Int {
        guard let at = names.firstIndex(of: name) else {
          throw Self.wrong(path, 1, "no column \"\(name)\"; there are \(names.joined(separator: ", "))")
        }
        return at
      }
      var indexColumns: [Int] = []
      for name in indices { indexColumns.append(try column(name)) }
      let byColumn = try by.map { name throws(CrossdockError) in try column(name) }
      let timeColumn = try time.map { name throws(CrossdockError) in try column(name) }
      var rows: [Row] = []
      var number = 1
      for line in lines {
        number += 1
        let fields = Self.fields(line)
        if fields == [""] { continue }
        guard fields.count == names.count else {
          throw Self.wrong(path, number, "\(fields.count) fields where the header has \(names.count)")
        }
        var squares = 0.0
        for at in indexColumns {
          let value = Double(fields[at]) ?? .nan
          squares += value * value
        }
        var when = Double(number - 1)
        if let timeColumn {
          guard let value = Double(fields[timeColumn]), value.isFinite else {
            throw Self.wrong(
              path, number, "column \(timeColumn + 1): \"\(fields[timeColumn].prefix(40))\" is no number")
          }
          when = value
        }
        // One column is the index as it is, with its sign; the axes of a sensor are taken together.
        let index = indexColumns.count == 1 ? Double(fields[indexColumns[0]]) ?? .nan : squares.squareRoot()
        rows.append(Row(asset: byColumn.map { fields[$0] } ?? "", time: when, index: index))
      }
      self.rows = rows
    }

    private static func fields(_ line: ArraySlice<UInt8>) -> [String] {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      return line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      }
    }

    private static func wrong(_ path: String, _ line: Int, _ reason: String) -> CrossdockError {
      CrossdockError("read the table", at: "\(path):\(line)", reason: reason, exitCode: .badInput)
    }
  }
#endif
