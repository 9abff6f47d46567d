/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each at cost 1.
enum EditDistance {
  static func between(_ a: String, _ b: String) -> Int {
    let a = Array(a.utf8)
    let b = Array(b.utf8)
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in 0..<b.count {
        var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }

  /// The candidate that a misspelled word most likely meant; the candidates' order decides between equals.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    guard word.utf8.count <= 128 else { return nil }
    let nearest = candidates.map { ($0, between(word, $0)) }.min { $0.1 < $1.1 }
    guard let (name, distance) = nearest, distance <= max(2, word.utf8.count / 3),
      distance < name.utf8.count || (distance == 1 && word.hasPrefix(name))
    else {
      // `memory` for `memory_mb`: what is left out is the end, mostly a unit.
      return word.utf8.count < 3 ? nil : candidates.first { $0.hasPrefix("\(word)_") }
    }
    return name
  }

  /// `did you mean "topic"?`, or nothing when no candidate is near.
  static func suggestion(for word: String, among candidates: [String]) -> String {
    nearest(to: word, among: candidates).map { "did you mean \"\($0)\"?" } ?? ""
  }
}
