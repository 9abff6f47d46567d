import Records
import Seeded
import Testing

@Suite struct EpochTests {
  @Test func textReadsBack() throws {
    let epoch = Epoch(counter: 7, high: 0x0123_4567_89AB_CDEF, low: 1)
    #expect(epoch.description == "7-0123456789abcdef0000000000000001")
    #expect(Epoch(epoch.description) == epoch)
    var random = SeededNumbers(for: "EpochTests")
    for _ in 0..<500 {
      let epoch = Epoch(counter: UInt32.random(in: 0 ... .max, using: &random), high: random.next(), low: random.next())
      #expect(Epoch(epoch.description) == epoch)
    }
  }

  @Test(arguments: [
    "", "1", "1-", "-0123456789abcdef0000000000000001", "1-0123456789abcdef000000000000000",
    "x-0123456789abcdef0000000000000001",
    "1-0123456789abcdef00000000000000012", "1-0123456789abcdeg0000000000000001",
    "4294967296-0123456789abcdef0000000000000001",
    "+1-0123456789abcdef0000000000000001", "01-0123456789abcdef0000000000000001", "1-+123456789abcdef0000000000000001",
    "1-0123456789ABCDEF0000000000000001", "1-0123456789abcdef+000000000000001", "1-é123456789abcdef000000000000000",
  ]) func otherTextIsRefused(_ text: String) {
    #expect(Epoch(text) == nil)
  }
}

@Suite struct StreamDefinitionTests {
  @Test(arguments: ["a", "vibration", "hall-a_2.raw", "_quarantine", "0", "-", String(repeating: "x", count: 64)])
  func nameIsValid(_ name: String) {
    #expect(StreamDefinition.isValidName(name))
  }

  @Test(arguments: [
    "", ".", ".hidden", "..", "a b", "a/b", "größe", "a\n", "a\u{0}", "a+", String(repeating: "x", count: 65),
  ])
  func nameIsRefused(_ name: String) {
    #expect(!StreamDefinition.isValidName(name))
  }

  @Test func ownStreamsHaveValidNames() {
    for stream in [StreamDefinition.quarantine, .tombstones] {
      #expect(StreamDefinition.isValidName(stream.name) && stream.name.hasPrefix("_"))
    }
  }
}

@Suite struct RecordWordTests {
  @Test func classesAreOrderedByWorthAndReadBack() {
    #expect(StreamClass.allCases.sorted() == [.telemetry, .summary, .scan, .decision, .alert])
    for streamClass in StreamClass.allCases { #expect(StreamClass(name: streamClass.name) == streamClass) }
    #expect(StreamClass(name: "Alert") == nil)
  }

  /// The bits are those of crossdock_plugin.h and of stored records.
  @Test func flagsKeepTheirBitsAndNames() {
    #expect(RecordFlags.names.map { $0.0.rawValue } == [1, 2, 4, 8, 16])
    #expect(
      RecordFlags.names.map { $0.1 } == [
        "clock_unsynchronised", "event_time_missing", "event_time_clamped", "retained", "derived",
      ])
  }

  @Test func bodyFormatsKeepTheirNumbersAndNames() {
    #expect(BodyFormat.json.rawValue == 0 && BodyFormat.json.name == "json")
    #expect(BodyFormat.bytes.rawValue == 1 && BodyFormat.bytes.name == "bytes")
  }

  @Test func errorSaysWhatWhereWhyAndWhatToDo() {
    let error = CrossdockError("open the journal", at: "/x/journal.db", reason: "locked", hint: "stop the other agent")
    #expect(error.description == "cannot open the journal: /x/journal.db: locked\n  hint: stop the other agent")
    #expect(error.exitCode == .failure && !error.isRetryable)
    #expect(CrossdockError("a", at: "b", reason: "c").description == "cannot a: b: c")
  }

  @Test func exitCodesAreTheDocumentedOnes() {
    let codes: [ExitCode] = [.success, .failure, .wrongUsage, .badInput, .unavailable, .cannotWrite, .badConfiguration]
    #expect(codes.map(\.rawValue) == [0, 1, 64, 65, 69, 73, 78])
  }
}
