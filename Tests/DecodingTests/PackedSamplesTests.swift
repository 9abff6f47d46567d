import Decoding
import Foundation
import Records
import Testing

/// Waveforms as base64 text.
@Suite struct PackedSamplesTests {
  private func options(_ format: SampleFormat) -> DecoderOptions {
    DecoderOptions(format: .json, fields: [.init("rpm", at: "/rpm")], samples: "/s", sampleFormat: format)
  }

  private func float32(_ values: [Float]) -> String {
    Data(values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) } })
      .base64EncodedString()
  }

  private func int16(_ values: [Int16]) -> String {
    Data(values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }).base64EncodedString()
  }

  @Test(arguments: 0...9)
  func packedSamplesAreThoseThatWerePacked(count: Int) throws {
    let floats = (0..<count).map { Float($0) * -1.25e-3 + (($0 == 3) ? .greatestFiniteMagnitude : 0) }
    let message = try DecodedMessage("{\"rpm\":1797,\"s\":\"\(float32(floats))\"}", options(.float32))
    #expect(message.outcome == .records(1))
    #expect(message.batch.samples == floats)
    #expect(message.columns() == [1797])
    let integers = Array([0, 1, -1, .max, .min, 256, -256, 12345, 7].prefix(count)) as [Int16]
    #expect(
      try DecodedMessage("{\"s\":\"\(int16(integers))\"}", options(.int16)).batch.samples == integers.map(Float.init))
  }

  @Test func writersThatEscapeSlashesOrLeaveOutPaddingAreUnderstood() throws {
    // 0xFFFF and 0xFFFE have slashes: "///+/w==".
    let text = int16([-1, -257, -1])
    #expect(text.contains("/"))
    let escaped = text.replacingOccurrences(of: "/", with: "\\/")
    for text in [text, escaped, text.replacingOccurrences(of: "=", with: "")] {
      #expect(try DecodedMessage("{\"s\":\"\(text)\"}", options(.int16)).batch.samples == [-1, -257, -1])
    }
  }

  @Test func numbersThatAreNotFiniteArriveAsTheyAre() throws {
    let samples = try DecodedMessage("{\"s\":\"\(float32([1, .nan, .infinity]))\"}", options(.float32)).batch.samples
    #expect(samples.count == 3 && samples[0] == 1 && samples[1].isNaN && samples[2] == .infinity)
  }

  @Test(
    arguments: [
      ("AAA*AAAA", .notBase64, 3), ("AAAA AAAA", .notBase64, 4), ("AAAA\\u0041AAA", .notBase64, 4),
      ("A", .notBase64, 1), ("AAAAA", .notBase64, 5), ("AA=", .notBase64, 2), ("AA===", .notBase64, 2),
      ("AAA=AAAA", .notBase64, 4), ("====", .notBase64, 0), ("AA==", .partOfASample, 2), ("AAAA", .partOfASample, 4),
    ] as [(String, DecodeFault.Reason, Int)])
  func otherTextIsAFaultWithItsPlace(text: String, reason: DecodeFault.Reason, offset: Int) throws {
    let message = try DecodedMessage("{\"s\":\"\(text)\"}", options(.int16))
    #expect(message.reason == reason)
    #expect(message.offset == offset + 6)
    #expect(message.isBatchAsBefore)
  }

  @Test func anArrayIsUnderstoodAndAnythingElseIsNoWaveform() throws {
    #expect(try DecodedMessage("{\"s\":[1,2]}", options(.float32)).batch.samples == [1, 2])
    for text in ["{}", "{\"s\":null}", "{\"s\":7}", "{\"s\":{}}"] {
      let message = try DecodedMessage(text, options(.float32))
      #expect(message.outcome == .records(1))
      #expect(message.batch.samples.isEmpty)
    }
    // A text where an array is expected is none either.
    #expect(try DecodedMessage("{\"s\":\"AAAA\"}", options(.numbers)).batch.samples.isEmpty)
  }

  @Test func samplesOfOneMessageAreNotThoseOfTheNext() throws {
    let decoder = try FeedDecoder(options(.int16))
    for values in [[1, 2, 3, 4], [], [5], Array(repeating: 9, count: 3000), [6, 7]] as [[Int16]] {
      let message = DecodedMessage(Array("{\"s\":\"\(int16(values))\"}".utf8), by: decoder)
      #expect(message.batch.samples == values.map(Float.init))
    }
    #expect(DecodedMessage(Array("{}".utf8), by: decoder).batch.samples.isEmpty)
  }
}
