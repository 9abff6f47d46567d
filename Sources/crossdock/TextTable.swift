/// Columns for people, as wide as their widest cell.
enum TextTable {
  /// Nothing for no rows. An empty line goes before.
  static func section(_ head: [String], _ rows: [[String]]) -> String {
    guard !rows.isEmpty else { return "" }
    let all = [head] + rows
    let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    var out = "\n"
    for cells in all {
      var line = ""
      for (column, cell) in cells.enumerated() {
        line += cell
        if column < cells.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 2) }
      }
      while line.hasSuffix(" ") { line.removeLast() }
      out += line + "\n"
    }
    return out
  }

  static func bytes(_ count: some BinaryInteger) -> String {
    for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where count >= size {
      let tenths = Int((Double(count) / Double(size) * 10).rounded())
      return "\(tenths / 10).\(tenths % 10) \(unit)"
    }
    return "\(count) B"
  }
}
