// What is fuzzed: functions from any bytes whatever to nothing, a finding, or a crash. libFuzzer drives them (Fuzz/Program), and
// the ordinary tests run the stored corpus through the same functions.
//
// An entry keeps no state from one input to the next, so that a crasher is replayed by its bytes alone.

package struct FuzzEntry: Sendable {
  package let name: String
  /// libFuzzer makes no longer inputs.
  package let maxBytes: Int
  /// The answer depends on everything that was computed: what nobody uses, the optimiser leaves out.
  package let run: @Sendable (UnsafeRawBufferPointer) throws(FuzzFinding) -> Int

  package static let all = sources + models
  /// Names of entries whose plugin's folder was deleted.
  package static let absent = ["lightgbm", "xgboost", "onnx", "features"].filter { named($0) == nil }

  private static let sources: [FuzzEntry] = [
    FuzzEntry(name: "json", maxBytes: 4096, run: JSONEntry.run),
    FuzzEntry(name: "csv", maxBytes: 4096, run: CSVEntry.run),
    FuzzEntry(name: "template", maxBytes: 512, run: TemplateEntry.run),
    FuzzEntry(name: "number", maxBytes: 512, run: NumberEntry.run),
    FuzzEntry(name: "segment", maxBytes: 4096, run: SegmentEntry.run),
    FuzzEntry(name: "configuration", maxBytes: 4096, run: ConfigurationEntry.run),
    FuzzEntry(name: "cursor", maxBytes: 256, run: CursorEntry.run),
    FuzzEntry(name: "query", maxBytes: 512, run: QueryEntry.run),
    FuzzEntry(name: "journal", maxBytes: 1024, run: JournalEntry.run),
    FuzzEntry(name: "bundle", maxBytes: 8192, run: BundleEntry.run),
    FuzzEntry(name: "plugin-toml", maxBytes: 4096, run: PluginManifestEntry.run),
    FuzzEntry(name: "signature", maxBytes: 1024, run: SignatureEntry.run),
  ]

  private static var models: [FuzzEntry] {
    #if PLUGIN_PREDICTIVE_MAINTENANCE
      [
        FuzzEntry(name: "lightgbm", maxBytes: 8192, run: ModelEntry.runLightGBM),
        FuzzEntry(name: "xgboost", maxBytes: 8192, run: ModelEntry.runXGBoost),
        FuzzEntry(name: "onnx", maxBytes: 8192, run: ModelEntry.runONNX),
        FuzzEntry(name: "features", maxBytes: 4096, run: FeatureSpecificationEntry.run),
      ]
    #else
      []
    #endif
  }

  package static func named(_ name: String) -> FuzzEntry? { all.first { $0.name == name } }
}

/// Two readers of one thing disagree, or a promise is broken.
package struct FuzzFinding: Error, CustomStringConvertible {
  package var description: String

  init(_ description: String) {
    self.description = description
  }
}

func require(_ isTrue: Bool, _ what: @autoclosure () -> String) throws(FuzzFinding) {
  if !isTrue { throw FuzzFinding(what()) }
}

/// Takes an input apart from its front.
struct FuzzInput {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: UnsafeRawBufferPointer) {
    rest = Array(bytes)[...]
  }

  /// 0 at the end.
  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  mutating func number(bytes count: Int) -> UInt64 {
    (0..<count).reduce(0) { number, shift in number | UInt64(byte()) << UInt64(8 * shift) }
  }

  mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    let taken = rest.prefix(count)
    rest = rest.dropFirst(count)
    return taken
  }

  /// Up to the next line feed, which is dropped.
  mutating func line() -> ArraySlice<UInt8> {
    let line = rest.prefix { $0 != 0x0A }
    rest = rest.dropFirst(line.count + 1)
    return line
  }
}
