#if PLUGIN_STOP_SEQUENCING
  import CommandSyntax
  import Records

  /// Stops in order, without an agent.
  struct StopsCommand: Command {
    static let syntax = CommandSyntax(
      name: "stops",
      summary: "put stops with time windows into order",
      discussion: """
        With --batch, each FILE is an instance as published (the number of places, the matrix of travel times, a line `ready due` \
        for each place; place 0 is the depot), and prints one line:

          NAME COST feasible|late=X MILLISECONDS node node …

        COST is the sum of the matrix along the tour, or with --objective makespan the time of arrival at the depot. Where no \
        sequence was found that keeps all windows, X is the least total lateness found.

        With --vrptw, each FILE is an instance in Solomon's format, and prints:

          NAME DISTANCE VEHICLES feasible|infeasible MILLISECONDS route;route;…

        with the customers of a route in order, separated by spaces. DISTANCE is the sum of distances cut after one decimal, \
        as the published best known values have it; windows are kept with exact distances. The exit code is 1 when an \
        instance is infeasible.

        --batch and --vrptw search until --budget-ms is used up, by the clock: the same --seed gives another answer where they come \
        less far. --plan counts steps, and always gives the same answer.

        With --plan, the FILE is a `plan` message of the plug-in stop-sequencing; prints what the plug-in would answer, as JSON or as \
        a table with the cost of each leg, or with --svg a picture of windows and arrivals.
        """,
      positionals: [.init("FILE", help: "instances", isRequired: false, isRepeated: true)],
      options: [
        .init("--batch", help: "the files are instances with one vehicle"),
        .init("--vrptw", help: "the files are instances in Solomon's format"),
        .init("--budget-ms", "N", help: "time for each instance", default: "100"),
        .init("--objective", "NAME", help: "travel or makespan", default: "travel"),
        .init("--seed", "N", help: "of the search's random numbers; how far it comes, the clock decides", default: "1"),
        .init("--plan", "FILE", help: "one plan, as JSON"),
        .init("--json", help: "with --plan: print the answer as JSON"),
        .init("--explain", help: "with --plan: print the legs and what each costs (the default)"),
        .init("--svg", help: "with --plan: print a picture"),
      ],
      examples: [
        "crossdock stops --batch n60w20.001.txt --budget-ms 20", "crossdock stops --vrptw R101.txt --budget-ms 10000",
        "crossdock stops --plan plan.json --json",
      ]
    )

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let modes = ["--batch", "--vrptw"].filter(arguments.has) + (arguments.value("--plan") == nil ? [] : ["--plan"])
      guard modes.count == 1 else { throw wrongUsage("one of --batch, --vrptw and --plan FILE is wanted") }
      if let plan = arguments.value("--plan") {
        let style: StopsPlan.Style = arguments.has("--json") ? .json : arguments.has("--svg") ? .svg : .table
        return try StopsPlan.run(path: plan, style)
      }
      guard !arguments.positionals.isEmpty else { throw wrongUsage("no FILE given") }
      let batch = StopsBatch(
        budgetMs: try arguments.integer("--budget-ms", in: 1...3_600_000) ?? 100,
        isMakespan: try arguments.choice("--objective", of: ["travel", "makespan"]) == "makespan",
        seed: UInt64(try arguments.integer("--seed", in: 0...(.max)) ?? 1))
      var isFeasible = true
      for path in arguments.positionals {
        if arguments.has("--batch") {
          try batch.stops(path)
        } else if try !batch.fleet(path) {
          isFeasible = false
        }
        Terminal.flush()
      }
      return isFeasible ? .success : .failure
    }

    private static func wrongUsage(_ reason: String) -> CrossdockError {
      CrossdockError(
        "read the command line", at: "stops", reason: reason, hint: "`crossdock stops --help` describes them",
        exitCode: .wrongUsage)
    }
  }
#endif
