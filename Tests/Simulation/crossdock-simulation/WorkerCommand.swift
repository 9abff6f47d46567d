import CommandSyntax
import EngineSimulation
import Records

/// `crossdock-simulation worker`: a part of a campaign; it talks to the process that started it.
struct WorkerCommand: Command {
  static let syntax = CommandSyntax(
    name: "worker", summary: "live a part of a campaign's seeds (used by campaign)",
    options: LifeOptions.options + [
      .init("--seeds", "N", help: "how many the campaign has", default: "1"),
      .init("--stride", "N", help: "every so many of them", default: "1"),
      .init("--offset", "N", help: "from this one on", default: "0"),
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let options = try LifeOptions(arguments)
    let seeds = try arguments.integer("--seeds", in: 1...100_000_000) ?? 1
    let stride = try arguments.integer("--stride", in: 1...256) ?? 1
    var number = try arguments.integer("--offset", in: 0...256) ?? 0
    Simulation.install()
    while number < seeds {
      let seed = options.seed &+ UInt64(number)
      Terminal.write("begin \(seed)\n")
      Terminal.flush()
      do throws(Violation) {
        let report = try Simulation.live(seed: seed, steps: options.steps, breakage: options.breakage)
        Terminal.write("done \(seed) \(report.fields.map { "\($0)" }.joined(separator: " "))\n")
      } catch {
        Terminal.write("fail \(seed) \(error.description.split(separator: "\n").joined(separator: " "))\n")
        Terminal.flush()
        return .failure
      }
      Terminal.flush()
      number += stride
    }
    return .success
  }
}
