import Records
import Testing

@testable import ControlAPI

struct ChangesCursorTests {
  private let epoch = Epoch(counter: 3, high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)

  @Test(arguments: [0, 1, 42, 1 << 40, UInt64(Int64.max) - 1])
  func cursorReadsBackAsItWasWritten(sequence: UInt64) {
    let cursor = ChangesCursor(epoch: epoch, sequence: sequence)
    let text = cursor.text(agent: "dock-7", stream: "scans")
    #expect(text.utf8.count == ChangesCursor.letterCount)
    #expect(ChangesCursor(text, agent: "dock-7", stream: "scans") == cursor)
  }

  @Test func cursorOfAnotherAgentOrStreamIsRefused() {
    let text = ChangesCursor(epoch: epoch, sequence: 7).text(agent: "dock-7", stream: "scans")
    #expect(ChangesCursor(text, agent: "dock-8", stream: "scans") == nil)
    #expect(ChangesCursor(text, agent: "dock-7", stream: "scan") == nil)
  }

  /// Every letter replaced by every other: 50 × 63 texts.
  @Test func everyChangedLetterIsFoundOut() {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let text = Array(ChangesCursor(epoch: epoch, sequence: 7).text(agent: "a", stream: "s"))
    for at in text.indices {
      for letter in alphabet where letter != text[at] {
        var changed = text
        changed[at] = letter
        #expect(ChangesCursor(String(changed), agent: "a", stream: "s") == nil)
      }
    }
  }

  @Test func sequenceThatNoJournalCanHaveIsRefused() {
    for sequence in [UInt64(Int64.max), .max] {
      let text = ChangesCursor(epoch: epoch, sequence: sequence).text(agent: "a", stream: "s")
      #expect(ChangesCursor(text, agent: "a", stream: "s") == nil)
    }
  }

  @Test func everyOtherLengthIsRefused() {
    let text = ChangesCursor(epoch: epoch, sequence: 7).text(agent: "a", stream: "s")
    for length in 0..<text.count { #expect(ChangesCursor(String(text.prefix(length)), agent: "a", stream: "s") == nil) }
    #expect(ChangesCursor(text + "A", agent: "a", stream: "s") == nil)
  }
}
