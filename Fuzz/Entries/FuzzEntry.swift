// What is fuzzed: functions from any bytes whatever to nothing, a finding, or a crash. libFuzzer drives them (Fuzz/Program), and
// the ordinary tests run the stored corpus through the same functions.
//
// An entry keeps no state from one input to the next, so that a crasher is replayed by its bytes alone.
import PluginBundles

package struct FuzzEntry: Sendable {
  package let name: String
  /// libFuzzer makes no longer inputs.
  package let maxBytes: Int
  /// The answer depends on everything that was computed: what nobody uses, the optimiser leaves out.
  package let run: @Sendable (UnsafeRawBufferPointer) throws(FuzzFinding) -> Int

  package static let all = sources + models
  /// Names of entries whose plugin's folder was deleted.
  package static let absent = [
    "lightgbm", "xgboost", "onnx", "features", "model-json", "model-files",
  ].filter { named($0) == nil }

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
    FuzzEntry(name: "bundle", maxBytes: 8192, run: BundleEntry<BundleManifest>.run),
    FuzzEntry(name: "model-bundle", maxBytes: 8192, run: ModelBundleEntry.run),
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
        FuzzEntry(name: "model-json", maxBytes: 4096, run: ModelDescriptionEntry.run),
        FuzzEntry(name: "model-files", maxBytes: 8192, run: ModelFilesEntry.run),
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
  mutating func line() -> ArraySlice<UInt8> { take(to: 0x0A) }

  /// Up to the next such byte, which is dropped.
  mutating func take(to end: UInt8) -> ArraySlice<UInt8> {
    let taken = rest.prefix { $0 != end }
    rest = rest.dropFirst(taken.count + 1)
    return taken
  }

  /// Changes a file by the rest of the input: two bytes for the place, one for the length (1 to 16), and the bytes; at places beyond
  /// 32,767 as many bytes are cut out instead.
  mutating func edit(_ file: [UInt8]) -> [UInt8] {
    var file = file
    while !rest.isEmpty, !file.isEmpty {
      let place = Int(number(bytes: 2))
      let length = Int(byte() & 15) + 1
      let start = place % 0x8000 % file.count
      if place < 0x8000 {
        for (offset, byte) in take(length).enumerated() { file[(start + offset) % file.count] = byte }
      } else {
        file.removeSubrange(start..<min(file.count, start + length))
      }
    }
    return file
  }
}
