#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Records
  import SignalFeatures

  /// The extractors of a command, one an asset, in the order in which the assets come.
  final class AssetExtractors {
    static let maximumAssets = 1_000_000

    let plan: FeaturePlan
    private(set) var assets: [FeatureExtractor] = []
    private(set) var names: [[UInt8]] = []
    private var byName: [[UInt8]: Int] = [:]
    private var newest = -1
    private var newestFile = -1

    init(_ specification: FeatureSpecification) {
      plan = FeaturePlan(specification)
    }

    /// The asset's position. Without a name, a file is an asset.
    @inline(__always)
    func position(of record: FeatureRecord) throws(CrossdockError) -> Int {
      if newest >= 0, record.asset.isEmpty ? record.file == newestFile : names[newest].elementsEqual(record.asset) {
        return newest
      }
      newestFile = record.file
      newest = try found(record.asset.isEmpty ? Array("\u{0}\(record.file)".utf8) : Array(record.asset))
      return newest
    }

    private func found(_ name: [UInt8]) throws(CrossdockError) -> Int {
      if let position = byName[name] { return position }
      guard assets.count < Self.maximumAssets else {
        throw CrossdockError(
          "make features", at: "--by", reason: "there are more than \(Self.maximumAssets) assets",
          hint: "does the column tell assets apart?", exitCode: .badInput)
      }
      byName[name] = assets.count
      names.append(name)
      assets.append(FeatureExtractor(plan))
      return assets.count - 1
    }

    /// Rows that are due after the record; `emit` gets the asset's position, too.
    /// - Returns: the asset's position.
    @inline(__always)
    @discardableResult
    func observe(_ record: FeatureRecord, _ emit: (Int, borrowing FeatureRow) throws -> Void) throws -> Int {
      let position = try position(of: record)
      try assets[position].observe(
        samples: record.samples, UnsafeBufferPointer(record.values), timeNs: record.timeNs, sequence: record.sequence,
        isTimeTrusted: record.isTimeTrusted
      ) { row in try emit(position, row) }
      return position
    }

    func finish(_ emit: (Int, borrowing FeatureRow) throws -> Void) throws {
      for position in assets.indices { try assets[position].finish { row in try emit(position, row) } }
    }
  }
#endif
