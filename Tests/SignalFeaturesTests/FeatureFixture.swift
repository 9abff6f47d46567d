import Foundation
import SignalFeatures
import StateCoding

/// A record, and a row that can be kept and compared bit for bit.
struct Record {
  var values: [Double]
  var timeNs: Int64 = 0
  var sequence: UInt64 = 0
  var isTrusted = true
  var samples: [Float]?
}

struct Row: Equatable {
  var bits: [UInt64]
  var first: UInt64
  var last: UInt64
  var firstNs: Int64
  var lastNs: Int64
  var reasons: QualityReasons
  var byChannel: [QualityReasons]

  var values: [Double] { bits.map(Double.init(bitPattern:)) }

  init(_ row: borrowing FeatureRow, channels: Int) {
    // What is not defined has one meaning, whatever its bits.
    bits = row.values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
    first = row.firstSequence
    last = row.lastSequence
    firstNs = row.firstTimeNs
    lastNs = row.lastTimeNs
    reasons = row.reasons
    byChannel = (0..<channels).map { row.reasons(of: $0) }
  }
}

extension FeatureExtractor {
  mutating func rows(_ record: Record) -> [Row] {
    var rows: [Row] = []
    let channels = record.values.count + 2
    record.values.withUnsafeBufferPointer { values in
      if let samples = record.samples {
        samples.withUnsafeBufferPointer {
          observe(
            samples: $0, values, timeNs: record.timeNs, sequence: record.sequence, isTimeTrusted: record.isTrusted
          ) { rows.append(Row($0, channels: channels)) }
        }
      } else {
        observe(values, timeNs: record.timeNs, sequence: record.sequence, isTimeTrusted: record.isTrusted) {
          rows.append(Row($0, channels: channels))
        }
      }
    }
    return rows
  }

  mutating func finalRows() -> [Row] {
    var rows: [Row] = []
    let channels = plan.specification.inputs.count + 2
    finish { rows.append(Row($0, channels: channels)) }
    return rows
  }

  func encoded() -> [UInt8] {
    let state = StateWriter(reserving: 1024)
    encode(into: state)
    return state.bytes
  }

  static func decoded(_ bytes: [UInt8], _ plan: FeaturePlan) throws -> FeatureExtractor {
    var state = StateReader(bytes[...])
    let extractor = try FeatureExtractor(from: &state, plan)
    guard state.isAtEnd else { throw StateReader.Damaged(description: "something is left") }
    return extractor
  }
}

/// A specification of scalar inputs a, b, … with the given rest.
func specification(
  inputs: [String] = [#"{"name":"a"}"#], window: String = #"{"emit_every_count":1}"#, rest: String = "",
  features: [String]
) throws -> FeatureSpecification {
  try FeatureSpecification.parse(
    """
    {"name":"test","version":"1","inputs":[\(inputs.joined(separator: ","))],\(rest)"window":\(window),
     "features":[\(features.joined(separator: ","))]}
    """)
}

func feature(_ statistic: String, _ rest: String = "", input: String? = "a", name: String? = nil) -> String {
  let inputMember = input.map { #","input":"\#($0)""# } ?? ""
  return
    #"{"name":"\#(name ?? statistic)","statistic":"\#(statistic)"\#(inputMember)\#(rest.isEmpty ? "" : "," + rest)}"#
}

/// All rows of a table of one-second records.
func rows(
  _ specification: FeatureSpecification, _ table: [[Double]], secondsApart: Double = 1
) -> [[Double]] {
  var extractor = FeatureExtractor(FeaturePlan(specification))
  return table.enumerated().flatMap { i, values in
    extractor.rows(
      Record(values: values, timeNs: Int64(Double(i) * secondsApart * 1e9), sequence: UInt64(i + 1)))
  }.map(\.values)
}

func isNear(_ a: Double, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
  a.isNaN && b.isNaN || abs(a - b) <= tolerance * max(1, abs(b))
}
