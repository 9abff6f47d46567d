internal import JSONText

/// The way from a document's root to a value or a key, and where that stands in the text.
package struct JSONPath {
  package enum Step {
    case key(String)
    case index(Int)
  }

  package var steps: [Step] = []

  package func appending(_ step: Step) -> JSONPath { JSONPath(steps: steps + [step]) }

  /// `features[2].statistic`
  package var text: String {
    var text = ""
    for step in steps {
      switch step {
      case .key(let key): text += text.isEmpty ? key : ".\(key)"
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }

  /// The offset of the value, or of its key. The text is known to be JSON: it has been parsed. Where the path ends early (a
  /// member is missing), the place of the innermost value that is there.
  package func offset(in bytes: [UInt8], ofKey isKey: Bool) -> Int {
    var scanner = PlaceScanner(bytes: bytes)
    scanner.skipSpace()
    for (depth, step) in steps.enumerated() {
      let wantsKey = isKey && depth == steps.count - 1
      guard let place = scanner.enter(step, wantsKey: wantsKey) else { return scanner.at }
      scanner.at = place
    }
    return scanner.at
  }
}

/// Walks over JSON text that is known to be well-formed.
private struct PlaceScanner {
  let bytes: [UInt8]
  var at = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func skipSpace() {
    while at < bytes.count, bytes[at] <= 0x20 { at += 1 }
  }

  /// The place of a member's value (or key) or an element of the value at `at`, which does not move.
  func enter(_ step: JSONPath.Step, wantsKey: Bool) -> Int? {
    var inner = self
    guard at < bytes.count, bytes[at] == UInt8(ascii: "{") || bytes[at] == UInt8(ascii: "[") else { return nil }
    inner.at += 1
    var index = 0
    while true {
      inner.skipSpace()
      guard inner.at < bytes.count, bytes[inner.at] != UInt8(ascii: "}"), bytes[inner.at] != UInt8(ascii: "]") else {
        return nil
      }
      let keyPlace = inner.at
      var key: String?
      if bytes[at] == UInt8(ascii: "{") {
        inner.skipString()
        key = (try? JSONValue.parse(Array(bytes[keyPlace..<inner.at])))?.string
        inner.skipSpace()
        inner.at += 1
        inner.skipSpace()
      }
      switch step {
      case .key(let wanted) where key.map { $0.utf8.elementsEqual(wanted.utf8) } ?? false:
        return wantsKey ? keyPlace : inner.at
      case .index(let wanted) where key == nil && wanted == index: return inner.at
      default: break
      }
      inner.skipValue()
      inner.skipSpace()
      if inner.at < bytes.count, bytes[inner.at] == UInt8(ascii: ",") { inner.at += 1 }
      index += 1
    }
  }

  private mutating func skipString() {
    at += 1
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
    at += 1
  }

  private mutating func skipValue() {
    var depth = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        skipString()
        if depth == 0 { return }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return }
        depth -= 1
        if depth == 0 {
          at += 1
          return
        }
      case UInt8(ascii: ","):
        if depth == 0 { return }
      default: break
      }
      at += 1
    }
  }
}
