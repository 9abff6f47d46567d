/// Finds the lines and columns of members in the text of a JSON document, by their paths: `locations[3].y`. Of a path that leads
/// nowhere (a member that is missing) the last part that is there is found. The document must be valid JSON.
///
/// One pass over the text, however many paths there are: they are a tree, which is walked beside the document's.
enum JSONPlaces {
  static func find(_ paths: [String], in bytes: [UInt8]) -> [(line: Int, column: Int)] {
    var tree = Tree()
    let leaves = paths.map { tree.insert($0) }
    bytes.withUnsafeBufferPointer { text in
      var scanner = Scanner(text: text)
      scanner.skipSpace()
      tree.offsets[0] = scanner.at
      scanner.value(0, &tree)
    }
    let offsets = leaves.map { leaf in
      var node = leaf
      while tree.offsets[node] < 0 { node = tree.parents[node] }
      return tree.offsets[node]
    }
    return places(of: offsets, in: bytes)
  }

  private static func places(of offsets: [Int], in bytes: [UInt8]) -> [(line: Int, column: Int)] {
    var places = [(line: Int, column: Int)](repeating: (1, 1), count: offsets.count)
    var (at, line, lineStart) = (0, 1, 0)
    for index in offsets.indices.sorted(by: { offsets[$0] < offsets[$1] }) {
      while at < offsets[index] {
        if bytes[at] == 0x0A { (line, lineStart) = (line + 1, at + 1) }
        at += 1
      }
      places[index] = (line, at - lineStart + 1)
    }
    return places
  }

  private enum Part: Hashable {
    case key([UInt8])
    case index(Int)
  }

  /// Parts of paths; node 0 is the document.
  private struct Tree {
    var children: [[Part: Int]] = [[:]]
    var parents = [0]
    /// Where a part was found in the text; -1: not found.
    var offsets = [-1]

    mutating func insert(_ path: String) -> Int {
      var node = 0
      for part in Self.parts(path) {
        if let child = children[node][part] {
          node = child
          continue
        }
        children[node][part] = children.count
        children.append([:])
        parents.append(node)
        offsets.append(-1)
        node = children.count - 1
      }
      return node
    }

    private static func parts(_ path: String) -> [Part] {
      var parts: [Part] = []
      for step in path.split(separator: ".") {
        let pieces = step.split(separator: "[", omittingEmptySubsequences: false)
        if let key = pieces.first, !key.isEmpty { parts.append(.key(Array(key.utf8))) }
        for piece in pieces.dropFirst() {
          if let index = Int(piece.dropLast()) { parts.append(.index(index)) }
        }
      }
      return parts
    }
  }

  private struct Scanner {
    let text: UnsafeBufferPointer<UInt8>
    var at = 0

    init(text: UnsafeBufferPointer<UInt8>) {
      self.text = text
    }

    mutating func skipSpace() {
      while at < text.count, text[at] == 0x20 || text[at] == 0x09 || text[at] == 0x0A || text[at] == 0x0D { at += 1 }
    }

    /// Over the value here, noting where the parts below a node of the tree begin (a member: its key).
    mutating func value(_ node: Int, _ tree: inout Tree) {
      guard at < text.count, !tree.children[node].isEmpty,
        text[at] == UInt8(ascii: "{") || text[at] == UInt8(ascii: "[")
      else { return skipValue() }
      let isObject = text[at] == UInt8(ascii: "{")
      at += 1
      var index = 0
      while true {
        skipSpace()
        guard at < text.count, text[at] != UInt8(ascii: "}"), text[at] != UInt8(ascii: "]") else { break }
        let place = at
        var part = Part.index(index)
        if isObject {
          skipValue()
          part = .key(Array(text[min(place + 1, at - 1)..<at - 1]))
          skipSpace()
          at += 1
          skipSpace()
        }
        if let child = tree.children[node][part] {
          if tree.offsets[child] < 0 { tree.offsets[child] = place }
          value(child, &tree)
        } else {
          skipValue()
        }
        skipSpace()
        if at < text.count, text[at] == UInt8(ascii: ",") { at += 1 }
        index += 1
      }
      at += 1
    }

    private mutating func skipValue() {
      var depth = 0
      repeat {
        guard at < text.count else { return }
        switch text[at] {
        case UInt8(ascii: "\""):
          at += 1
          while at < text.count, text[at] != UInt8(ascii: "\"") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
          at += 1
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          depth += 1
          at += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          depth -= 1
          at += 1
        default:
          if depth > 0 {
            at += 1
          } else {
            while at < text.count, !Self.ends(text[at]) { at += 1 }
          }
        }
      } while depth > 0
    }

    /// What follows a number or a word.
    private static func ends(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D: true
      default: false
      }
    }
  }
}
