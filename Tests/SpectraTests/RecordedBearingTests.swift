import Fixtures
import Foundation
import Spectra
import Testing

private let folder = DataSets.folder("cwru")

/// Recordings of the CWRU Bearing Data Center; skipped when they are not there. All of them: Benchmarks/models/cwru.py.
@Suite(.enabled(if: DataSets.isThere(folder), "no CWRU data under CROSSDOCK_DATA"))
struct RecordedBearingTests {
  @Test(
    arguments: [
      ("1797_Normal", nil), ("1797_IR_7_DE12", .inner), ("1797_ORat6_21_DE12", .outer), ("1797_B_28_DE12", .ball),
    ] as [(String, BearingFault?)])
  func faultOfARecordedBearingIsNamed(name: String, fault: BearingFault?) throws {
    let data = try Data(contentsOf: folder.appending(path: "\(name).f32"))
    let samples = data.withUnsafeBytes { bytes in
      (0..<(2 * 8192)).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    let bearing = try #require(BearingCatalogue.entry("6205")).geometry
    let analyser = WaveformAnalyser(.init(sampleRateHz: 12000, bearing: bearing))
    var evidence = BearingEvidence(orders: bearing.orders)
    for block in 0..<2 {
      analyser.begin(Array(samples[(8192 * block)..<(8192 * (block + 1))]), speedRpm: 1797)
      #expect(add(analyser, &evidence))
    }
    #expect(try #require(BearingDiagnosis(evidence)).fault == fault)
  }
}
