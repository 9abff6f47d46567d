#if PLUGIN_STOP_SEQUENCING
  import CommandSyntax
  import Platform
  import Records
  import TimedRoutes

  /// `crossdock stops --batch` and `--vrptw`: a file in, a line out.
  struct StopsBatch {
    private static let maximumFileBytes = 64 << 20
    /// The part of the budget that the search gets; the rest is for the beginning and the end.
    private static let searchShare = 0.97

    var budgetMs: Int
    var isMakespan: Bool
    var seed: UInt64

    func stops(_ path: String) throws(CrossdockError) {
      let bytes = try Files.readInput(path, limit: Self.maximumFileBytes)
      var instance: StopInstance
      let plan: StopPlan
      let begin: Int64
      do throws(InstanceSyntaxError) {
        instance = try StopInstance(parsing: bytes)
      } catch {
        throw syntaxError(error, path)
      }
      if isMakespan { instance.problem.objective = .makespan }
      begin = SystemClock.monotonicNs()
      do throws(SequencingError) {
        plan = try StopSequencer.plan(instance.problem, seed: seed, budget(from: begin))
      } catch {
        throw CrossdockError("put the stops into order", at: path, reason: "\(error)", exitCode: .badInput)
      }
      let value = instance.text(plan.value(instance.problem.objective))
      let verdict = plan.isFeasible ? "feasible" : "late=\(instance.text(plan.lateness))"
      let nodes = plan.order.reduce(into: "") { $0 += " \($1)" }
      Terminal.write("\(Files.name(of: path)) \(value) \(verdict) \(milliseconds(since: begin))\(nodes)\n")
    }

    /// - Returns: whether all customers are served as they ask for.
    func fleet(_ path: String) throws(CrossdockError) -> Bool {
      let bytes = try Files.readInput(path, limit: Self.maximumFileBytes)
      let instance: FleetInstance
      do throws(InstanceSyntaxError) {
        instance = try FleetInstance(parsing: bytes)
      } catch {
        throw syntaxError(error, path)
      }
      let begin = SystemClock.monotonicNs()
      let search = FleetSearch(instance.problem, scale: Double(FleetInstance.costScale), seed: seed)
      let outcome = search.run(budget(from: begin))
      let served = Set(outcome.routes.joined())
      let leftOut = (1..<max(1, instance.problem.count)).filter { !served.contains($0) }
      if !leftOut.isEmpty {
        let names = leftOut.map(String.init).joined(separator: " ")
        Terminal.writeError("crossdock: \(path): no route was found for customers \(names); they are left out\n")
      }
      let isFeasible = instance.problem.violations(of: outcome.routes).isEmpty
      let cost = instance.problem.cost(of: outcome.routes)
      let distance = "\(cost / FleetInstance.costScale).\(cost % FleetInstance.costScale)"
      let routes = outcome.routes.map { $0.map(String.init).joined(separator: " ") }.joined(separator: ";")
      Terminal.write(
        "\(instance.name) \(distance) \(outcome.routes.count) \(isFeasible ? "feasible" : "infeasible") "
          + "\(milliseconds(since: begin)) \(routes)\n")
      return isFeasible
    }

    private func syntaxError(_ error: InstanceSyntaxError, _ path: String) -> CrossdockError {
      CrossdockError("read the instance", at: "\(path):\(error.line)", reason: error.reason, exitCode: .badInput)
    }

    private func budget(from begin: Int64) -> SearchBudget {
      let budgetNs = Double(budgetMs) * 1e6 * Self.searchShare
      return SearchBudget(spent: { Double(SystemClock.monotonicNs() - begin) / budgetNs })
    }

    /// With one decimal.
    private func milliseconds(since begin: Int64) -> String {
      let tenths = (SystemClock.monotonicNs() - begin + 50_000) / 100_000
      return "\(tenths / 10).\(tenths % 10)"
    }
  }
#endif
