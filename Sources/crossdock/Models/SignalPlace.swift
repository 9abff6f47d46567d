#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Records

  /// `STREAM/SOURCE/COLUMN` of the command line; a source may have slashes itself.
  struct SignalPlace: Equatable {
    static let waveform = "waveform"

    var stream: String
    var source: String
    /// A column's name, or `waveform`: the RMS of each record's samples.
    var column: String

    var isWaveform: Bool { column == Self.waveform }

    init(_ text: String) throws(CrossdockError) {
      guard let first = text.firstIndex(of: "/"), let last = text.lastIndex(of: "/"), first < last,
        StreamDefinition.isValidName(String(text[..<first])), text.index(after: last) < text.endIndex,
        text.index(after: first) < last
      else {
        throw CrossdockError(
          "read the command line", at: "SIGNAL", reason: "\"\(text)\" is not STREAM/SOURCE/COLUMN",
          hint: "as in temperatures/hall-a/conveyor-3/motor_c, or vibration/hall-a/motor-1/waveform",
          exitCode: .wrongUsage)
      }
      stream = String(text[..<first])
      source = String(text[text.index(after: first)..<last])
      column = String(text[text.index(after: last)...])
    }
  }
#endif
