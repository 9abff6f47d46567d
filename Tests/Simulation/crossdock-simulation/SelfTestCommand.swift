import CommandSyntax
import EngineSimulation
import Records

/// `crossdock-simulation self-test`: breaks something on purpose, and wants it to be found.
struct SelfTestCommand: Command {
  static let syntax = CommandSyntax(
    name: "self-test", summary: "check that the checks can fail",
    discussion:
      "For each thing that can be broken on purpose, seeds are lived until one fails. A breakage that no seed finds fails.",
    options: [.init("--seeds", "N", help: "how many seeds may pass without finding it", default: "100")])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let limit = UInt64(try arguments.integer("--seeds", in: 1...1_000_000) ?? 100)
    Simulation.install()
    var isFound = true
    for breakage in Breakage.allCases {
      if let (seed, violation) = Simulation.firstViolation(of: 1...limit, breakage: breakage) {
        Terminal.write("\(breakage.rawValue): found by seed \(seed): \(violation)\n")
      } else {
        Terminal.write("\(breakage.rawValue): NOT FOUND by \(limit) seeds\n")
        isFound = false
      }
    }
    return isFound ? .success : .failure
  }
}
