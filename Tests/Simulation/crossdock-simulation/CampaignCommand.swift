import CommandSyntax
import EngineSimulation
import Glibc
import Platform
import Records

/// `crossdock-simulation campaign`: many seeds, on every core.
struct CampaignCommand: Command {
  static let syntax = CommandSyntax(
    name: "campaign", summary: "live many lives and check each",
    discussion: """
      Each seed is a life of its own; workers are processes, so that not even a crash of the engine ends the campaign without \
      its seed being named. The first life that breaks an invariant is printed with the command that repeats it.
      """,
    options: LifeOptions.options + [
      .init("--seeds", "N", help: "how many", default: "1000"),
      .init("--jobs", "N", help: "workers; the default is one a core"),
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let options = try LifeOptions(arguments)
    let seeds = try arguments.integer("--seeds", in: 1...100_000_000) ?? 1000
    let cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let jobs = try arguments.integer("--jobs", in: 1...256) ?? max(1, cores)
    var campaign = Campaign(options, seeds: seeds, jobs: min(jobs, seeds))
    return try campaign.run() ? .success : .failure
  }
}

/// What every command about lives understands.
struct LifeOptions {
  static let options: [CommandSyntax.Option] = [
    .init("--seed", "S", help: "the first seed", default: "1"),
    .init("--steps", "N", help: "about how many turns a life has", default: "\(Simulation.steps)"),
    .init("--breakage", "NAME", help: "break something on purpose: see self-test"),
  ]

  let seed: UInt64
  let steps: Int
  let breakage: Breakage?

  init(_ arguments: ParsedArguments) throws(CrossdockError) {
    seed = UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 1)
    steps = try arguments.integer("--steps", in: 1...1_000_000) ?? Simulation.steps
    breakage = try arguments.choice("--breakage", of: Breakage.allCases.map(\.rawValue)).flatMap(Breakage.init)
  }

  /// For another process of this program.
  var words: [String] {
    ["--seed", "\(seed)", "--steps", "\(steps)"] + (breakage.map { ["--breakage", $0.rawValue] } ?? [])
  }
}
