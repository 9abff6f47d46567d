#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Configuration
  import JSONText
  import Journal
  import Records

  /// `crossdock explain`: what a derived record rests on.
  struct ExplainCommand: Command {
    static let syntax = CommandSyntax(
      name: "explain", summary: "show what a model's record rests on: inputs, versions, features, thresholds",
      discussion: """
        RECORD is STREAM:SEQUENCE, as in alerts:17: an alert, a feature summary, a verdict of a trained model or an event. Prints its lineage \
        from the journal: the records it was made from with their values, the versions and hashes of model and feature specification, each feature with its \
        baseline and threshold, and for a model of trees what each feature contributed, from the score that the model expects of any row (EXPECTED) to the raw score of this one (SCORE): before \
        the objective's transform and a calibration (with the bundle that is in the store of models). \
        Reads the journal's file: the agent may run or not.

        Exit codes: 0 explained; 1 explained in part, because input records are gone or of another epoch, or the bundle is not there; 65 there is no such record.
        """,
      positionals: [.init("RECORD", help: "STREAM:SEQUENCE")],
      options: [ConfigurationFile.option, .init("--json", help: "one JSON object")],
      examples: ["crossdock explain alerts:17", "crossdock explain features:4711 --json | jq .inputs"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let place = try RecordPlace(arguments.positionals[0])
      let file = try ConfigurationFile(arguments, showWarnings: false, checksPlugins: false)
      let reader = try JournalReader(path: file.journalPath)
      let record = try DerivedRecord(place, reader)
      var explanation = Explanation(record, epoch: reader.epoch.description)
      if let inputs = record.inputs {
        explanation.inputs = try InputRecords(inputs, of: record.inputSource, file)
      }
      if let verdict = VerdictContributions(record.body, file.configuration.modelStore) {
        explanation.contributions = verdict.contributions
        explanation.score = verdict.score
        explanation.outputs = verdict.outputs
        explanation.contributionGap = verdict.gap
      }
      Terminal.write(arguments.has("--json") ? explanation.json : explanation.text)
      for gap in explanation.gaps { Terminal.writeError("crossdock: \(gap)\n") }
      return explanation.gaps.isEmpty ? .success : .failure
    }
  }
#endif
