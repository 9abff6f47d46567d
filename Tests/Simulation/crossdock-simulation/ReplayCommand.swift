import CommandSyntax
import EngineSimulation
import Records

/// `crossdock-simulation replay`: one life, in this process: under a debugger too.
struct ReplayCommand: Command {
  static let syntax = CommandSyntax(
    name: "replay", summary: "live one life again",
    options: LifeOptions.options + [.init("--tell", help: "say what happens")],
    examples: ["crossdock-simulation replay --seed 4711"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let options = try LifeOptions(arguments)
    Simulation.install()
    do throws(Violation) {
      let report = try Simulation.live(
        seed: options.seed, steps: options.steps, breakage: options.breakage,
        narrate: arguments.has("--tell") ? { Terminal.write("\($0)\n") } : nil)
      Terminal.write("seed \(options.seed) held: \(report)\n")
      return .success
    } catch {
      Terminal.write("seed \(options.seed) FAILED: \(error)\n")
      return .failure
    }
  }
}
