#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Platform
  import Records
  import SignalFeatures

  /// A raw waveform, little-endian float32 (.f32) or int16 (.i16), in blocks of the same length. What is left over at the end is not a block.
  struct WaveformFileReader {
    private let file: FileInput
    private let size: Int
    private let blockCount: Int
    private let hopCount: Int
    private let rateHz: Double

    init(
      path: String, _ specification: FeatureSpecification, _ options: FeatureInput.Options
    ) throws(CrossdockError) {
      guard let waveform = specification.waveform else {
        throw CrossdockError(
          "read the records", at: path, reason: "the specification has no waveform, and this file is one",
          exitCode: .badInput)
      }
      guard let blockCount = options.blockCount ?? waveform.sampleCount else {
        throw CrossdockError(
          "read the records", at: "--block", reason: "how many samples a block of \(path) has is not said",
          hint: "as in --block 8192", exitCode: .wrongUsage)
      }
      if let rate = options.rateHz, rate != waveform.sampleRateHz {
        throw CrossdockError(
          "read the records", at: "--rate",
          reason: "\(rate) Hz is not the specification's sample_rate_hz \(waveform.sampleRateHz)",
          exitCode: .wrongUsage)
      }
      rateHz = waveform.sampleRateHz
      self.blockCount = blockCount
      hopCount = options.hopCount ?? blockCount
      size = FeatureInput.kind(of: path) == .float32 ? 4 : 2
      file = try FileInput(path: path)
      guard file.size % Int64(size) == 0 else {
        throw CrossdockError(
          "read the records", at: path,
          reason: "its \(file.size) bytes are no whole number of samples of \(size) bytes",
          exitCode: .badInput)
      }
    }

    func read(into record: FeatureRecord, _ body: (FeatureRecord) throws -> Void) throws {
      let total = Int(file.size) / size
      let samples = UnsafeMutablePointer<Float>.allocate(capacity: blockCount)
      defer { samples.deallocate() }
      record.asset = .init(start: nil, count: 0)
      record.time = nil
      record.isTimeTrusted = true
      record.samples = UnsafeBufferPointer(start: samples, count: blockCount)
      record.sequence = 0
      var first = 0
      while first + blockCount <= total {
        let bytes = try file.read(at: Int64(first * size), count: blockCount * size)
        guard bytes.count == blockCount * size else { throw Files.inputFailure(file.path) }
        bytes.withUnsafeBytes { bytes in
          for i in 0..<blockCount {
            samples[i] =
              size == 4
              ? Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)))
              : Float(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * i, as: Int16.self)))
          }
        }
        record.sequence += 1
        record.timeNs = Int64((Double(first) / rateHz * 1e9).rounded())
        try body(record)
        first += hopCount
      }
      record.samples = nil
    }
  }
#endif
