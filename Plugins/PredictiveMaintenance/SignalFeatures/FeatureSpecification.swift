// What a model is fed with: inputs and their checks, derived signals, operating regimes, windows, and the features of a row in
// their order. Parsed from features.json (docs/features.md), strict: whatever is unknown, missing or out of bounds is refused
// with line and column. The agent and the command that makes training tables both work from this type.
//
// Values stand in slots, in this order: inputs and derived signals as measured; the same normalised; combinations; statistics of
// the waveform; and after them the features of the row.
package import Spectra

package struct FeatureSpecification: Equatable, Sendable {
  package struct Input: Equatable, Sendable {
    package var name: String
    /// A CSV column, a member of the body, or a JSON pointer into it.
    package var column: String
    package var unit: String?
    package var sourceUnit: String?
    /// Texts and their numbers, for columns of text.
    package var categories: [Category] = []
    package var minimum = -Double.infinity
    package var maximum = Double.infinity
    package var maximumRatePerS = Double.infinity
    package var maximumStep = Double.infinity
    package var stuckCount: Int?
    /// A bad value is flagged and counted, and takes part all the same.
    package var usesBad = false
    /// For so many records in a row the newest good value, normalised, stands for one that is missing or bad. 0: none.
    package var holdCount = 0
  }

  package struct Category: Equatable, Sendable {
    package var text: String
    package var number: Double
  }

  package enum Speed: Equatable, Sendable {
    case unknown
    case rpm(Double)
    case input(Int)
  }

  package struct Waveform: Equatable, Sendable {
    package enum Encoding: String, Sendable, CaseIterable {
      case json, f32, i16
    }

    package var sampleRateHz: Double
    package var column = "samples"
    package var encoding = Encoding.json
    package var scale = 1.0
    package var unit = AccelerationUnit.g
    package var speed = Speed.unknown
    package var designation: String?
    package var bearing: BearingGeometry?
    package var minimum = -Double.infinity
    package var maximum = Double.infinity
    package var sampleCount: Int?
    package var usesBad = false
  }

  struct Derived: Equatable, Sendable {
    var name: String
    var expression: FeatureExpression
  }

  struct Regimes: Equatable, Sendable {
    /// Indices into inputs and derived signals.
    var values: [Int]
    var means: [Double]
    var deviations: [Double]
    var centres: [[Double]]
  }

  struct Normalisation: Equatable, Sendable {
    var values: [Int]
    /// By value and regime.
    var means: [[Double]]
    var deviations: [[Double]]
  }

  struct Combination: Equatable, Sendable {
    enum Form: Equatable, Sendable {
      case weighted(slots: [Int], weights: [Double], offset: Double)
      case expression(FeatureExpression)
    }

    var name: String
    var form: Form
  }

  package struct Window: Equatable, Sendable {
    package enum Emission: Equatable, Sendable {
      case everyCount(Int)
      case everyTime(Int64)
      case tumblingCount(Int)
      case tumblingTime(Int64)
    }

    package var emission = Emission.everyCount(1)
    package var lateNs: Int64 = 0
    package var lateCapacity = 256
    package var gapNs: Int64?
    package var resetsOnGap = false
    package var thinNs: Int64 = 0
    package var warmUpCount = 1
    /// Samples that a window by time keeps.
    package var capacity = 1024

    var isTumbling: Bool {
      switch emission {
      case .tumblingCount, .tumblingTime: true
      case .everyCount, .everyTime: false
      }
    }

    var usesTime: Bool {
      switch emission {
      case .everyTime, .tumblingTime: true
      case .everyCount, .tumblingCount: lateNs > 0 || gapNs != nil || thinNs > 0
      }
    }
  }

  enum Extent: Equatable, Hashable, Sendable {
    case none
    /// The last so many good values.
    case count(Int)
    /// Nanoseconds.
    case time(Int64)
    case tumbling
    case expanding
    /// The first so many good values.
    case firstCount(Int)
  }

  struct Feature: Equatable, Sendable {
    var name: String
    var statistic: FeatureStatistic
    /// -1: none.
    var slot = -1
    var extent = Extent.none
    /// The quantile's share, the smoothing factor.
    var parameter = 0.0
    /// What the smoothing factor was made from: the text says this, whose bits are the same on every machine.
    var halfLifeCount: Double?
    var baselineCount = 0
    var expression: FeatureExpression?
    var waveform: WaveformStatistic?
    /// Of the waveform statistic, as they stand in the text.
    var waveformMembers: [WaveformMember] = []
  }

  struct WaveformMember: Equatable, Sendable {
    enum Value: Equatable, Sendable {
      case text(String)
      case number(Int)
    }

    var key: String
    var value: Value
  }

  package internal(set) var name = ""
  package internal(set) var version = ""
  package internal(set) var inputs: [Input] = []
  package internal(set) var waveform: Waveform?
  package internal(set) var window = Window()
  var derived: [Derived] = []
  var regimes: Regimes?
  var normalisation: Normalisation?
  var combinations: [Combination] = []
  var features: [Feature] = []

  /// One text for specifications that mean the same: every member written, in one order.
  package internal(set) var canonical: [UInt8] = []
  /// FNV-1a (64 bits) of `canonical`.
  package internal(set) var hash: UInt64 = 0

  package var hashText: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
  package var inputNames: [String] { inputs.map(\.name) }
  package var featureNames: [String] { features.map(\.name) }

  // MARK: slots

  /// Inputs and derived signals.
  var valueCount: Int { inputs.count + derived.count }
  var waveformFeatures: [Int] { features.indices.filter { features[$0].statistic == .waveform } }
  var combinationStart: Int { 2 * valueCount }
  var waveformStart: Int { combinationStart + combinations.count }
  var featureStart: Int { waveformStart + waveformFeatures.count }
  var slotCount: Int { featureStart + features.count }

  var valueNames: [String] { inputs.map(\.name) + derived.map(\.name) }

  /// Whether the times of the records matter, or only their order.
  package var usesTime: Bool {
    window.usesTime || inputs.contains { $0.maximumRatePerS.isFinite }
      || features.contains { feature in
        switch (feature.statistic, feature.extent) {
        case (.slopePerS, _), (.integral, _), (.ageS, _), (_, .time): true
        default: false
        }
      }
  }

  /// Bound of what one asset's state takes, from the specification alone.
  package var bytesPerAsset: Int { FeatureLayout(self).byteCount }
}
