#if PLUGIN_PICK_ROUTING
  import AisleRouting
  import CLinux
  import CommandSyntax
  import Glibc
  import Platform
  import Records

  /// `crossdock route --batch`: instances in, one line each out.
  enum RouteBatch {
    /// Bound of a file that is read whole.
    private static let maximumFileBytes = 256 << 20

    static func run(path: String) throws -> ExitCode {
      var parser = RouteInstanceParser(try readWhole(path))
      let router = AisleRouter()
      var count = 0
      var cutOff = 0
      do {
        while let instance = try parser.next() {
          count += 1
          // Tables are built once in a process's life: not part of any one call.
          AisleRouter.prepareTables(crossAisleCount: instance.problem.layout.crossY.count)
          let (line, unreachable) = try self.line(instance, router)
          if !unreachable.isEmpty {
            cutOff += 1
            Terminal.writeError(
              "crossdock: \(instance.name): no walk reaches\(places(unreachable, instance)); the rest is routed\n")
          }
          Terminal.write(line)
        }
      } catch let error as RouteInstanceSyntaxError {
        throw CrossdockError(
          "read the instances", at: "\(path):\(error.line)", reason: error.reason, exitCode: .badInput)
      }
      guard count > 0 else {
        throw CrossdockError("read the instances", at: path, reason: "it has no instances", exitCode: .badInput)
      }
      guard cutOff > 0 else { return .success }
      Terminal.writeError("crossdock: \(path): \(cutOff) of \(count) instances have picks that no walk reaches\n")
      return .failure
    }

    /// The line, and the picks that blocks cut off, which are left out of it.
    static func line(_ instance: RouteInstance, _ router: AisleRouter) throws -> (text: String, unreachable: [Int]) {
      let begin = nanoseconds()
      let result = Result { () throws(RoutingError) in try router.route(instance.problem) }
      let elapsed = nanoseconds() - begin
      switch result {
      case .success(let route):
        let quality = route.isOptimal ? "optimal" : "gap<=\(gap(route))%"
        let head = "\(instance.name) \(instance.text(route.length)) \(quality) \((elapsed + 500) / 1000)"
        return (head + places(route.order, instance) + "\n", [])
      case .failure(.unreachable(let picks)):
        var rest = instance
        let cutOff = Set(picks)
        rest.problem.picks = instance.problem.picks.indices.filter { !cutOff.contains($0) }.map {
          instance.problem.picks[$0]
        }
        // Fewer picks: it ends.
        return (try line(rest, router).text, picks)
      case .failure(let error):
        // The parser has checked the rest of what the router refuses.
        throw CrossdockError("route the instance", at: instance.name, reason: "\(error)", exitCode: .badInput)
      }
    }

    private static func places(_ picks: [Int], _ instance: RouteInstance) -> String {
      picks.reduce(into: "") {
        let pick = instance.problem.picks[$1]
        $0 += " \(pick.aisle):\(instance.text(pick.y))"
      }
    }

    /// Per cent with two decimals, rounded up.
    private static func gap(_ route: Route) -> String {
      guard route.lowerBound > 0 else { return "inf" }
      let excess = Double(route.length - route.lowerBound) / Double(route.lowerBound)
      let hundredths = Int64((excess * 10_000).rounded(.up))
      let cents = hundredths % 100
      return "\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents)"
    }

    private static func nanoseconds() -> Int64 {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func readWhole(_ path: String) throws(CrossdockError) -> [UInt8] {
      let descriptor = path == "-" ? STDIN_FILENO : crossdock_open(path, O_RDONLY, 0)
      guard descriptor >= 0 else { throw Files.inputFailure(path) }
      defer { if descriptor != STDIN_FILENO { close(descriptor) } }
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let got = read(descriptor, &chunk, chunk.count)
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw Files.inputFailure(path) }
        guard got > 0 else { return bytes }
        bytes.append(contentsOf: chunk[..<got])
        guard bytes.count <= maximumFileBytes else {
          throw CrossdockError(
            "read the instances", at: path, reason: "more than \(maximumFileBytes >> 20) MiB", exitCode: .badInput)
        }
      }
    }
  }
#endif
