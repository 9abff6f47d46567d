#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Records
  import Spectra

  /// A bearing's diagnosis from a recording, without an agent.
  struct BearingCommand: Command {
    static let syntax = CommandSyntax(
      name: "bearing",
      summary: "diagnose a bearing from a recording of its vibration",
      discussion: """
        Reads a recording, takes it in blocks, and prints which part of the bearing is damaged, how likely, and on what evidence: \
        how much the lines of each fault stand out of the envelope spectrum. With --json the same as JSON, with --svg a picture of \
        the envelope spectrum with the fault orders marked, with --features a CSV of what the trained classifier reads, a line a block.

        Where the speed changes, a line smears. With --tachometer, a recording of a speed sensor taken together with the vibration, the speed \
        comes from its pulses, and the lines from blocks at equal angles of the shaft; every Hz of a line is then that at the mean speed.

        A FILE that ends in .f32 or .i16 is little-endian floats or 16-bit integers; any other is CSV, a sample a line.
        """,
      options: [
        .init("--input", "FILE", help: "the recording"),
        .init("--rate", "HZ", help: "samples a second"),
        .init("--rpm", "N", help: "the shaft's speed, turns a minute"),
        .init("--tachometer", "FILE", help: "instead of --rpm: its signal, same rate and length"),
        .init("--pulses-per-turn", "N", help: "of the tachometer, 1 to 1024", default: "1"),
        .init("--bearing", "NAME", help: "designation, such as 6205; or give the geometry:"),
        .init("--balls", "N", help: "number of balls or rollers"),
        .init("--ball-diameter", "D", help: "in any unit"),
        .init("--pitch-diameter", "D", help: "in the same unit"),
        .init("--contact-angle", "DEG", help: "of the balls", default: "0"),
        .init("--block", "N", help: "samples of a block, 16 to 65536; 0.7 s or more show most", default: "8192"),
        .init("--column", "NAME", help: "of a CSV with a header; otherwise the last column"),
        .init("--scale", "X", help: "unit of a sample, for integers", default: "1"),
        .init("--unit", "NAME", help: "g or m_s2", default: "g"),
        .init("--machine-group", "N", help: "of ISO 20816-3: 1 (above 300 kW) or 2 (15 to 300 kW)", default: "2"),
        .init("--foundation", "NAME", help: "rigid or flexible", default: "rigid"),
        .init("--json", help: "print JSON"),
        .init("--svg", help: "print a picture"),
        .init("--features", help: "print the classifier's features, a line a block"),
      ],
      examples: [
        "crossdock bearing --input drive-end.f32 --rate 12000 --rpm 1797 --bearing 6205",
        "crossdock bearing --input fan.csv --rate 25600 --rpm 2980 --bearing 6306 --svg > fan.svg",
        "crossdock bearing --input run-up.f32 --tachometer pulses.f32 --rate 25600 --bearing 6306 --block 65536",
      ]
    )

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let styles = ["--json", "--svg", "--features"].filter(arguments.has)
      guard styles.count < 2 else { throw wrongUsage("only one of \(styles.joined(separator: ", ")) at a time") }
      guard let path = arguments.value("--input") else { throw wrongUsage("--input FILE is wanted") }
      guard let rate = try arguments.number("--rate", in: 1...10_000_000) else {
        throw wrongUsage("--rate HZ is wanted")
      }
      let rpm = try arguments.number("--rpm", in: 1...1_000_000)
      let pulsesPerTurn = try arguments.integer("--pulses-per-turn", in: AngleResampler.pulsesPerTurnRange) ?? 1
      let tachometerPath = arguments.value("--tachometer")
      if tachometerPath != nil {
        guard rpm == nil else { throw wrongUsage("--rpm and --tachometer both say the speed") }
        guard styles != ["--features"] else {
          throw wrongUsage("--features is of blocks in time, as the classifier is trained on; leave --tachometer out")
        }
      }
      let (bearing, name) = try geometry(arguments)
      let block = try arguments.integer("--block", in: WaveformAnalyser.sampleCounts) ?? 8192
      let scale = try arguments.number("--scale", in: -1e9...1e9) ?? 1
      let isG = try arguments.choice("--unit", of: AccelerationUnit.allCases.map(\.rawValue)) != "m_s2"
      let severity = VibrationSeverity(
        group: try arguments.choice("--machine-group", of: ["1", "2"]) == "1" ? .large : .medium,
        foundation: try arguments.choice("--foundation", of: ["rigid", "flexible"]) == "flexible" ? .flexible : .rigid)
      let samples = try BearingRecording.read(path, column: arguments.value("--column"), scale: Float(scale))
      let shaft = try tachometerPath.map { file in
        try ShaftAngle(
          BearingRecording.read(file, column: nil, scale: 1), file, vibrationCount: samples.count, rateHz: rate,
          pulsesPerTurn: pulsesPerTurn)
      }
      guard let speedRpm = rpm ?? shaft?.meanRpm else { throw wrongUsage("--rpm N is wanted, or --tachometer FILE") }
      let run = BearingRun(
        configuration: .init(sampleRateHz: rate, bearing: bearing, unit: isG ? .g : .metresPerSecondSquared),
        bearingName: name, speedRpm: speedRpm, shaft: shaft, blockCount: block, severity: severity)
      if styles == ["--features"] {
        Terminal.write(run.features(samples))
        return .success
      }
      let result = try run.diagnose(samples, path)
      switch styles.first {
      case "--json": Terminal.write(result.json() + "\n")
      case "--svg": Terminal.write(BearingPicture.svg(result))
      default: Terminal.write(result.text())
      }
      return .success
    }

    private static func geometry(_ arguments: ParsedArguments) throws -> (BearingGeometry, String) {
      let byHand = ["--balls", "--ball-diameter", "--pitch-diameter"].filter(arguments.has)
      if let name = arguments.value("--bearing") {
        guard byHand.isEmpty else { throw wrongUsage("--bearing and \(byHand[0]) both say which bearing it is") }
        guard let entry = BearingCatalogue.entry(name) else {
          throw CrossdockError(
            "find the bearing", at: "--bearing \(name)",
            reason: "not in the catalogue: \(BearingCatalogue.designations.joined(separator: ", "))",
            hint: "give its geometry: --balls, --ball-diameter, --pitch-diameter, --contact-angle",
            exitCode: .wrongUsage)
        }
        return (entry.geometry, entry.designation)
      }
      guard let balls = try arguments.integer("--balls", in: BearingGeometry.ballCounts),
        let ball = try arguments.number("--ball-diameter", in: 0...1e6),
        let pitch = try arguments.number("--pitch-diameter", in: 0...1e6)
      else { throw wrongUsage("--bearing NAME is wanted, or --balls, --ball-diameter and --pitch-diameter") }
      let angle = try arguments.number("--contact-angle", in: 0...90) ?? 0
      do throws(BearingGeometryError) {
        let made = try BearingGeometry(
          balls: balls, ballDiameter: ball, pitchDiameter: pitch, contactAngleDeg: angle)
        return (made, "with \(balls) balls")
      } catch {
        throw wrongUsage(error.description)
      }
    }

    private static func wrongUsage(_ reason: String) -> CrossdockError {
      CrossdockError(
        "read the command line", at: "bearing", reason: reason, hint: "`crossdock bearing --help` describes it",
        exitCode: .wrongUsage)
    }
  }
#endif
