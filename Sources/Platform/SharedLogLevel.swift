package import Logging
internal import Synchronization

/// A log level that can be changed while loggers use it.
package final class SharedLogLevel: Sendable {
  /// Place in `Logger.Level.allCases`.
  private let place: Atomic<Int>

  package init(_ level: Logger.Level) {
    place = Atomic(Self.place(of: level))
  }

  package var level: Logger.Level {
    get { Logger.Level.allCases[place.load(ordering: .relaxed)] }
    set { place.store(Self.place(of: newValue), ordering: .relaxed) }
  }

  private static func place(of level: Logger.Level) -> Int {
    guard let place = Logger.Level.allCases.firstIndex(of: level) else {
      preconditionFailure("SharedLogLevel: no such level")
    }
    return place
  }
}
