import AnomalyDetection
import StateCoding
import Testing

@Suite struct ContextDetectorTests {
  @Test func aUsualValueInTheWrongPlaceIsASurprise() {
    var detector = ContextDetector()
    var surprises: [Double] = []
    // 0, 0.3, 0.6 over and over, once 0.6 after 0.
    for i in 0..<300 { surprises.append(detector.surprise(i == 250 ? 0.6 : Double(i % 3) * 0.3)) }
    #expect(surprises[200..<250].allSatisfy { $0 < 0.05 })
    #expect(surprises[250] > 4)
    #expect(surprises[260...].allSatisfy { $0 < 0.05 })
  }

  @Test func whatIsNoValueIsPassedOver() {
    var (clean, dirty) = (ContextDetector(), ContextDetector())
    for i in 0..<1000 {
      #expect(dirty.surprise(.nan) == 0)
      #expect(dirty.surprise(.infinity) == 0)
      let value = Double(i * i % 17) / 17
      #expect(clean.surprise(value) == dirty.surprise(value))
    }
  }

  @Test func valuesBeyondTheScaleAreHeldAtItsEnds() {
    var detector = ContextDetector()
    for value in [1e300, -1e300, 5, -5] { #expect(detector.surprise(value) == 0) }
  }

  @Test func stateContinuesAndIsChecked() throws {
    var detector = ContextDetector()
    for i in 0..<700 { _ = detector.surprise(Double(i * 7 % 23) / 23) }
    let writer = StateWriter(reserving: 0)
    detector.encode(into: writer)
    var reader = StateReader(writer.bytes[...])
    var restored = try ContextDetector(from: &reader)
    #expect(restored == detector)
    for i in 0..<100 { #expect(restored.surprise(Double(i % 9) / 9) == detector.surprise(Double(i % 9) / 9)) }
    var short = StateReader(writer.bytes.dropLast())
    #expect(throws: StateReader.Damaged.self) { try ContextDetector(from: &short) }
    var wrong = StateReader(([9] + writer.bytes.dropFirst())[...])
    #expect(throws: StateReader.Damaged.self) { try ContextDetector(from: &wrong) }
  }
}
