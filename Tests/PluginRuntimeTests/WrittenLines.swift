import Logging
import Synchronization

/// What was logged, without its metadata.
final class WrittenLines: LogHandler {
  private let all = Mutex<[String]>([])
  var lines: [String] { all.withLock { $0 } }

  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) { all.withLock { $0.append(event.message.description) } }
}
