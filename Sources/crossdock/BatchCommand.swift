#if PLUGIN_PICK_ROUTING
  import AisleRouting
  import CommandSyntax
  import CrossdockPlugin
  import PickRouting
  import Platform
  import Records

  /// `crossdock batch`: which orders are picked together.
  struct BatchCommand: Command {
    private static let maximumFileBytes = 64 << 20
    /// Of the tours that were chosen.
    private static let finalBudgetMs = 400

    static let syntax = CommandSyntax(
      name: "batch", summary: "put pick orders together into tours",
      discussion: """
        With --layout and --orders (one order as JSON a line; `weight` and `volume` of a line and `due`, in seconds from now, of an \
        order are read where they are there) prints the tours, their lengths, and what first come, first served would take. Up to 12 \
        orders are put together exactly where their walks can be; the last line ends with `optimal` when no other tours are better.

        With --foodmart, reads instances of the literature (Foodmart, in the format of G-SCOP) and prints one line each: \
        `FILE LENGTH TOURS FCFS SAVED% MILLISECONDS order,order;order`.
        """,
      options: [
        .init("--layout", "FILE", help: "the hall, as JSON"),
        .init("--orders", "FILE", help: "orders, one JSON object a line"),
        .init("--units", "N", help: "units that a tour may carry"),
        .init("--weight", "N", help: "weight that a tour may carry"),
        .init("--volume", "N", help: "volume that a tour may carry"),
        .init("--pickers", "N", help: "pickers at work; 1"),
        .init("--foodmart", "FILE", help: "an instance of the literature, instead"),
      ],
      examples: ["crossdock batch --layout hall-a.layout.json --orders orders.ndjson --units 60"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      if let path = arguments.value("--foodmart") { return try foodmart(path) }
      guard let layout = arguments.value("--layout"), let orders = arguments.value("--orders") else {
        throw CrossdockError(
          "read the command line", at: "batch",
          reason: "neither --foodmart FILE nor --layout FILE and --orders FILE given",
          exitCode: .wrongUsage)
      }
      func number(_ option: String) throws -> Double? {
        guard let text = arguments.value(option) else { return nil }
        guard let value = Double(text), value > 0, value < 1e12 else {
          throw CrossdockError(
            "read the command line", at: option,
            reason: "\(text) is not a number greater than 0 and less than 1000000000000",
            exitCode: .wrongUsage
          )
        }
        return value
      }
      let bounds = OrderBatching.Capacity(
        units: try number("--units"), weight: try number("--weight"), volume: try number("--volume"))
      let pickers = try pickers(arguments)
      do throws(PluginError) {
        let text = try OrderBatching.text(
          layout: try bytes(layout), layoutPath: layout, orders: try bytes(orders), ordersPath: orders, bounds,
          pickers: pickers)
        Terminal.write(text)
      } catch {
        throw CrossdockError("batch the orders", at: orders, reason: error.description, exitCode: .badInput)
      }
      return .success
    }

    private static func pickers(_ arguments: ParsedArguments) throws -> Int {
      guard let text = arguments.value("--pickers") else { return 1 }
      guard let count = Int(text), (1...1000).contains(count) else {
        throw CrossdockError(
          "read the command line", at: "--pickers", reason: "\(text) is not a whole number of 1 to 1000",
          exitCode: .wrongUsage)
      }
      return count
    }

    private static func bytes(_ path: String) throws(PluginError) -> [UInt8] {
      do { return try Files.readInput(path, limit: maximumFileBytes) } catch { throw PluginError("\(error)") }
    }

    private static func foodmart(_ path: String) throws -> ExitCode {
      let bytes = try Files.readInput(path, limit: maximumFileBytes)
      let instance: BatchInstance
      do throws(RouteInstanceSyntaxError) {
        instance = try BatchInstance.parse(bytes)
      } catch {
        throw CrossdockError(
          "read the instance", at: "\(path):\(error.line)", reason: error.reason, exitCode: .badInput)
      }
      let begin = SystemClock.monotonicNs()
      var planner = BatchPlanner(
        orders: instance.orderBoxes.map { BatchPlanner.Order(load: [$0]) }, capacity: [instance.boxes],
        // Walks of so many stops are searched for: there is nothing to prove.
        maximumExactTours: 0, evaluate: { (instance.route($0, budgetMs: 20).length, false) })
      let served = planner.firstComeFirstServed()
      var plan = planner.batch()
      plan.length = min(plan.length, instance.length(plan.tours, budgetMs: finalBudgetMs))
      let elapsedMs = (SystemClock.monotonicNs() - begin) / 1_000_000
      func text(_ hundredths: Int64) -> String {
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
      }
      let tours = plan.tours.map { $0.map { "\($0 + 1)" }.joined(separator: ",") }.joined(separator: ";")
      let saved = 1000 * (served.length - plan.length) / max(1, served.length)
      Terminal.write(
        "\(path) \(text(plan.length)) \(plan.tours.count) \(text(served.length)) \(saved / 10).\(saved % 10)% \(elapsedMs) \(tours)\n"
      )
      return .success
    }
  }
#endif
