/// A puller's position in central's order of arrival: hexadecimal, 16 digits each for the database's identity, the arrival
/// number, the sequence within that segment, and a checksum that finds slips. It gives no access.
struct CentralCursor: Equatable {
  var arrival: Int64
  /// Of the last record that the reader has, in segment `arrival`.
  var sequence: Int64

  static let start = CentralCursor(arrival: 0, sequence: 0)

  func text(identity: UInt64) -> String {
    let words = [identity, UInt64(arrival), UInt64(sequence)]
    return (words + [Self.checksum(words)]).map(Self.hex).joined()
  }

  enum Reading: Equatable {
    case cursor(CentralCursor)
    /// Well-formed, of another database.
    case foreign
    case malformed
  }

  static func read(_ text: String, identity: UInt64) -> Reading {
    let digits = Array(text.utf8)
    guard digits.count == 64 else { return .malformed }
    var words: [UInt64] = []
    for start in stride(from: 0, to: 64, by: 16) {
      let part = digits[start..<(start + 16)]
      guard part.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
        let word = UInt64(String(decoding: part, as: UTF8.self), radix: 16)
      else { return .malformed }
      words.append(word)
    }
    guard words[3] == checksum(Array(words[..<3])), let arrival = Int64(exactly: words[1]),
      let sequence = Int64(exactly: words[2])
    else { return .malformed }
    return words[0] == identity ? .cursor(CentralCursor(arrival: arrival, sequence: sequence)) : .foreign
  }

  private static func hex(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// FNV-1a over the words' bytes.
  private static func checksum(_ words: [UInt64]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for word in words {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        hash = (hash ^ (word >> shift & 0xFF)) &* 0x100_0000_01B3
      }
    }
    return hash
  }
}
