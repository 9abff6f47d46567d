import ControlAPI
import Records

/// The input as a cursor's text, as an epoch's text, and as the numbers of a cursor that is written and read again.
enum CursorEntry {
  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    var answer = 0
    if let text = String(validating: bytes, as: UTF8.self) {
      if let cursor = ChangesCursor(text, agent: "a", stream: "s") {
        // base64 has spare bits at its end: another text of the same bytes would be another name for one cursor.
        try require(cursor.text(agent: "a", stream: "s") == text, "two texts of one cursor")
        answer += 1
      }
      if let epoch = Epoch(text) {
        try require(epoch.description == text, "two texts of one epoch")
        answer += 2
      }
    }
    if let decoded = Base64.decode(Array(bytes), .url) {
      try require(Base64.encode(decoded, .url) == Array(bytes), "two texts of the same bytes")
    }
    try require(Base64.decode(Base64.encode(Array(bytes))) == Array(bytes), "base64 does not come back")
    var input = FuzzInput(bytes)
    let epoch = Epoch(
      counter: UInt32(input.number(bytes: 4)), high: input.number(bytes: 8), low: input.number(bytes: 8))
    let cursor = ChangesCursor(epoch: epoch, sequence: input.number(bytes: 8) >> 2)
    let text = cursor.text(agent: "a", stream: "s")
    try require(ChangesCursor(text, agent: "a", stream: "s") == cursor, "\(text) does not come back")
    try require(ChangesCursor(text, agent: "as", stream: "") == nil, "a cursor of another stream")
    return answer + text.utf8.count
  }
}
