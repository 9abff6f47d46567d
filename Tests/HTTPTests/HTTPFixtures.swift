import Foundation
import HTTPClient
import HTTPServer
import Records
import Synchronization

/// A condition that threads of a test wait for, with a deadline far beyond what it takes.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  func open() { semaphore.signal() }
  func wait() -> Bool { semaphore.wait(timeout: .now() + 120) == .success }
}

/// Something that runs on a thread of its own and gives a result.
final class Background<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let gate = Gate()

  init(_ body: @escaping @Sendable () throws -> Value) {
    Thread.detachNewThread { [self] in
      let value = Result { try body() }
      result.withLock { $0 = value }
      gate.open()
    }
  }

  func value() throws -> Value {
    guard gate.wait(), let result = result.withLock({ $0 }) else {
      throw CrossdockError("wait", at: "a thread of the test", reason: "it did not end")
    }
    return try result.get()
  }
}

func client(_ server: HTTPServer, token: String? = nil, readTimeoutMs: Int32 = 120_000) throws -> HTTPClient {
  var configuration = HTTPClientConfiguration(url: "http://\(server.address)")
  configuration.token = token
  configuration.readTimeoutMs = readTimeoutMs
  return try HTTPClient(configuration)
}

extension HTTPResult {
  var text: String { String(decoding: body, as: UTF8.self) }
}
