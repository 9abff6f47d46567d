#if PLUGIN_PICK_ROUTING
  import AisleRouting
  import CommandSyntax
  import Records

  /// The shortest walk for pick orders, without an agent.
  struct RouteCommand: Command {
    static let syntax = CommandSyntax(
      name: "route",
      summary: "find the shortest walk through a hall's picks",
      discussion: """
        With --batch, reads instances, each a round trip from its depot, and prints one line for each:

          NAME LENGTH optimal|gap<=X% MICROSECONDS aisle:y aisle:y …

        An instance is text, in this order: `NAME word`, `AISLES n`, `AISLE_X` with n positions, `CROSS h`, `CROSS_Y` with h \
        positions from the front, `DEPOT aisle cross`, optionally `BLOCKED k` and k lines `aisle y`, `PICKS n` and n lines \
        `aisle y`, `EOF`. Aisles and cross-aisles count from 0; numbers may have up to three decimals.

        The picks stand in walking order, the depot is not listed, lengths are in the file's unit. `optimal` is said only \
        where it is proven; else LENGTH is at most X % more than the shortest walk. Picks that blocked aisles cut off are \
        named on the standard error, the rest is routed, and the exit code is 1 at the end. Text that is not as it \
        should be ends with 65 and FILE:LINE.
        """,
      options: [
        .init("--batch", "FILE", help: "instances as text; - is the standard input"),
        .init("--layout", "FILE", help: "the hall, as JSON"),
        .init("--order", "FILE", help: "one pick order, as JSON"),
        .init("--json", help: "print the answer as JSON"),
        .init("--svg", help: "print a picture of the hall with the walk"),
        .init("--explain", help: "print why: each leg with its way and its cost"),
      ],
      examples: [
        "crossdock route --batch orders.txt",
        "crossdock route --layout hall-a.layout.json --order order.json --svg > walk.svg",
        "crossdock route --layout hall-a.layout.json --order order.json --json",
      ]
    )

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      if let path = arguments.value("--batch") {
        guard !arguments.has("--layout"), !arguments.has("--order"), !arguments.has("--json"),
          !arguments.has("--svg"), !arguments.has("--explain")
        else {
          throw CrossdockError(
            "read the command line", at: "route", reason: "--batch stands alone", exitCode: .wrongUsage)
        }
        return try RouteBatch.run(path: path)
      }
      guard let layout = arguments.value("--layout"), let order = arguments.value("--order") else {
        throw CrossdockError(
          "read the command line", at: "route", reason: "neither --batch FILE nor --layout FILE and --order FILE given",
          hint: "`crossdock route --help` describes both", exitCode: .wrongUsage)
      }
      guard ["--json", "--svg", "--explain"].count(where: { arguments.has($0) }) <= 1 else {
        throw CrossdockError(
          "read the command line", at: "route", reason: "more than one of --json, --svg and --explain given",
          hint: "run it once for each", exitCode: .wrongUsage)
      }
      if arguments.has("--svg") { return try RouteOrder.draw(layoutPath: layout, orderPath: order) }
      if arguments.has("--explain") { return try RouteOrder.explain(layoutPath: layout, orderPath: order) }
      return try RouteOrder.run(layoutPath: layout, orderPath: order, json: arguments.has("--json"))
    }
  }
#endif
