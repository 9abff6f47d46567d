// The workers of a campaign and their account. A worker writes a line when a life begins and one when it has ended; a worker
// that ends in the middle of a life was killed by it.
import CommandSyntax
import EngineSimulation
import Platform
import Records

struct Campaign {
  private static let progressEveryNs: Int64 = 5_000_000_000

  private let options: LifeOptions
  private let seeds: Int
  private let jobs: Int
  private var total = LifeReport()
  private var lived = 0
  private var failure: (seed: UInt64, text: String)?

  init(_ options: LifeOptions, seeds: Int, jobs: Int) {
    self.options = options
    self.seeds = seeds
    self.jobs = jobs
  }

  /// Whether every life held.
  mutating func run() throws(CrossdockError) -> Bool {
    let started = SystemClock.monotonicNs()
    var nextProgressNs = started + Self.progressEveryNs
    var workers: [WorkerProcess] = []
    for number in 0..<jobs {
      workers.append(
        try WorkerProcess(
          ["worker"] + options.words + ["--seeds", "\(seeds)", "--stride", "\(jobs)", "--offset", "\(number)"]))
    }
    var polls = PollSet()
    while failure == nil, workers.contains(where: { !$0.hasEnded }) {
      polls.removeAll()
      let open = workers.filter { !$0.hasEnded }
      for worker in open { polls.add(worker.fd) }
      polls.wait(timeoutMs: 1000)
      for (place, worker) in open.enumerated() where polls.isReadable(place) {
        for line in worker.readLines() { take(line) }
        if worker.hasEnded, failure == nil, let seed = worker.underWay {
          failure = (seed, "the process of this life ended: \(worker.wait())")
        }
      }
      if SystemClock.monotonicNs() >= nextProgressNs {
        nextProgressNs += Self.progressEveryNs
        Terminal.writeError("sim: \(lived) of \(seeds) seeds\n")
      }
    }
    for worker in workers { worker.end() }
    report(ns: SystemClock.monotonicNs() - started)
    return failure == nil
  }

  private mutating func take(_ line: WorkerLine) {
    switch line {
    case .done(let report):
      lived += 1
      total += report
    case .failed(let seed, let text):
      if failure.map({ seed < $0.seed }) ?? true { failure = (seed, text) }
    }
  }

  private func report(ns: Int64) {
    if let failure {
      let breakage = options.breakage.map { " --breakage \($0.rawValue)" } ?? ""
      Terminal.write(
        """
        sim: seed \(failure.seed) FAILED after \(lived) that held: \(failure.text)
        replay: crossdock-simulation replay --seed \(failure.seed) --steps \(options.steps)\(breakage)

        """)
      return
    }
    let tenths = ns / 100_000_000
    Terminal.write(
      """
      sim: \(lived) seeds, \(total.steps) steps, \(total.messages) messages, \(total.acknowledged) acknowledged, \
      \(total.records) records, \(total.redelivered) sent again, \(total.evicted) evicted, \(total.powerCuts) power cuts, \
      \(total.kills) kills, \(total.restarts) restarts, \(total.connectionsLost) connections lost, \(total.faults) faults, \
      \(total.tornWrites) torn writes, \(total.clockSteps) clock steps, \(total.replies) replies, 0 lost, 0 double, \
      \(tenths / 10).\(tenths % 10) s

      """)
  }
}
