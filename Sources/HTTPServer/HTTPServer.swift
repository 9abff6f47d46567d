import Glibc
package import Records
import Synchronization

/// An HTTP/1.1 server on one thread of its own. See ServerLoop.swift for its invariants and bounds.
package final class HTTPServer: Sendable {
  /// The address it really listens on, numeric: `127.0.0.1:43121`.
  package let address: String
  package let port: UInt16
  private let loop: ServerLoop
  private let thread: Mutex<pthread_t?>

  /// Listens and serves.
  ///
  /// - Throws: `CrossdockError` when the port is in use (`unavailable`), when the address is open to others and there is no
  ///   token, or when certificate and key do not work (`badConfiguration`).
  package init(_ configuration: HTTPServerConfiguration, routes: [HTTPRoute]) throws(CrossdockError) {
    let socket = try ListenSocket(configuration.listen)
    guard socket.isLoopback || configuration.token != nil else {
      close(socket.descriptor)
      throw CrossdockError(
        "listen", at: configuration.listen, reason: "the address is reachable by others and there is no token",
        hint: "set a token file, or listen on 127.0.0.1", exitCode: .badConfiguration)
    }
    guard let loop = ServerLoop(configuration, routes: routes, socket: socket.descriptor) else {
      close(socket.descriptor)
      throw CrossdockError(
        "serve HTTP", at: configuration.listen,
        reason: configuration.certificatePEM == nil
          ? "libmicrohttpd does not start" : "TLS does not start with this certificate and key",
        hint: configuration.certificatePEM == nil ? "" : "both must be PEM and belong together",
        exitCode: .badConfiguration)
    }
    address = socket.address
    port = socket.port
    self.loop = loop
    thread = Mutex(Self.startThread(loop))
  }

  /// CLOCK_BOOTTIME in nanoseconds: the clock of `HTTPRequest.nowNs` and of waits.
  package static func monotonicNs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Calls the handlers that wait for `token` again, or all that wait. Any thread; returns at once.
  package func wake(_ token: String? = nil) {
    loop.signals.withLock { signals in
      if signals.isStopping { return }
      if let token, signals.tokens.count < LoopSignals.maxTokens {
        signals.tokens.insert(token)
      } else {
        signals.wakesAll = true
      }
    }
    ring()
  }

  /// Answers who waits with 503, closes every connection and returns when the thread has ended. Not from a handler.
  package func stop() {
    guard
      let thread = thread.withLock({ thread in
        defer { thread = nil }
        return thread
      })
    else { return }
    loop.signals.withLock { $0.isStopping = true }
    ring()
    pthread_join(thread, nil)
  }

  deinit { stop() }

  private func ring() {
    var one: UInt64 = 1
    _ = write(loop.wakeDescriptor, &one, 8)
  }

  /// With every signal blocked: signals are the program's business, and a closed connection is an error code.
  private static func startThread(_ loop: ServerLoop) -> pthread_t {
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { loop in
        guard let loop else { return nil }
        Unmanaged<ServerLoop>.fromOpaque(loop).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(loop).toOpaque())
    precondition(failure == 0, "HTTPServer: no thread: \(failure)")
    return thread
  }
}
