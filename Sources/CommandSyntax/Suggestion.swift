/// The word that was probably meant.
package enum Suggestion {
  /// The candidate with the fewest edits (insert, delete, replace, swap of neighbours); nil when even that one has more
  /// edits than a third of the word's letters, at least one, or shares nothing with it. The start of a candidate counts as one edit.
  package static func nearest(to word: String, of candidates: [String]) -> String? {
    let typed = Array(word.utf8)
    let allowed = max(1, typed.count / 3)
    var best: (edits: Int, candidate: String)?
    for candidate in candidates {
      let letters = Array(candidate.utf8)
      let isStart = typed.count >= 3 && letters.starts(with: typed)
      let edits = isStart ? 1 : distance(typed, letters)
      if edits <= allowed, edits < typed.count, edits < best?.edits ?? Int.max { best = (edits, candidate) }
    }
    return best?.candidate
  }

  /// Optimal string alignment distance.
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var edits = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { edits = min(edits, beforeLast[j - 1] + 1) }
        row.append(edits)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
