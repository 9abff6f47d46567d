internal import Glibc
import Platform

/// Where lives are lived.
package enum Simulation {
  /// Steps of a life, about.
  package static let steps = 150

  /// Puts the faulty file system under every database that this process opens from now on.
  package static func install() { SimulatedDisk.install() }
  package static func uninstall() { SimulatedDisk.uninstall() }

  /// A folder in memory where there is one: nothing has to reach a real disk here.
  package static func folder(_ name: String) -> String {
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    return "\(base)/crossdock-simulation-\(getpid())-\(name)"
  }

  /// One life in a folder of its own.
  package static func live(
    seed: UInt64, steps: Int = Simulation.steps, breakage: Breakage? = nil, narrate: ((String) -> Void)? = nil
  ) throws(Violation) -> LifeReport {
    let life = Life(seed: seed, folder: folder("\(seed)"), steps: steps, breakage: breakage, narrate: narrate)
    do throws(Violation) { try life.run() } catch {
      throw Violation("step \(life.step): \(error)")
    }
    return life.report
  }
}

extension Simulation {
  /// The first seed whose life breaks an invariant.
  package static func firstViolation(
    of seeds: ClosedRange<UInt64>, steps: Int = Simulation.steps, breakage: Breakage? = nil
  ) -> (seed: UInt64, violation: Violation)? {
    for seed in seeds {
      do throws(Violation) { _ = try live(seed: seed, steps: steps, breakage: breakage) } catch { return (seed, error) }
    }
    return nil
  }
}
