import CMicrohttpd
import Glibc
import Synchronization

// One thread drives libmicrohttpd from outside (poll of its epoll descriptor and of our eventfd, then MHD_run), so that
// handlers, wakes and deadlines all happen on it, one after the other: no handler needs a lock for the server's sake, and a
// wake that comes while a handler looks at its data is handled after it.
//
// Bounds: connections, waiting requests, bytes of headers and body are those of `HTTPServerConfiguration`; a refused body is
// read and thrown away up to `maxDiscardedBytes`, then the connection is closed.

/// What other threads tell the loop.
struct LoopSignals {
  var isStopping = false
  var wakesAll = false
  var tokens: Set<String> = []
  /// More tokens than this at one time wake everyone.
  static let maxTokens = 64
}

/// `@unchecked Sendable` because after `init` everything but `signals` and `wakeDescriptor` (constant) belongs to the one
/// thread that calls `run`.
final class ServerLoop: @unchecked Sendable {
  let signals = Mutex(LoopSignals())
  let wakeDescriptor: Int32
  private let configuration: HTTPServerConfiguration
  private let routes: RouteTable
  private let options = UnsafeMutablePointer<crossdock_mhd_options>.allocate(capacity: 1)
  private var daemon: OpaquePointer?
  private var waiting: [ObjectIdentifier: PendingRequest] = [:]
  private var isStopping = false
  private static let maxDiscardedBytes = 64 << 20

  /// Nil when libmicrohttpd cannot start; the caller still owns the socket then.
  init?(_ configuration: HTTPServerConfiguration, routes: [HTTPRoute], socket: Int32) {
    self.configuration = configuration
    self.routes = RouteTable(routes: routes)
    wakeDescriptor = crossdock_mhd_eventfd()
    guard wakeDescriptor >= 0 else { return nil }
    daemon = start(socket: socket)
    if daemon == nil { return nil }
  }

  deinit {
    if wakeDescriptor >= 0 { close(wakeDescriptor) }
    options.deallocate()
  }

  /// The options stay where they are, because the daemon keeps a pointer to them.
  private func start(socket: Int32) -> OpaquePointer? {
    options.initialize(to: crossdock_mhd_options())
    options.pointee.listen_socket = socket
    options.pointee.connection_limit = configuration.maxConnections
    options.pointee.connection_timeout_s = configuration.connectionTimeoutS
    options.pointee.connection_memory = configuration.maxHeaderBytes
    options.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    options.pointee.begin = { _, target, connection in
      guard let target, let connection else { return nil }
      let pending = PendingRequest(connection: connection, target: String(cString: target))
      return Unmanaged.passRetained(pending).toOpaque()
    }
    options.pointee.handle = { context, state, method, data, size in
      guard let context, let state, let method else { return 0 }
      let pending = Unmanaged<PendingRequest>.fromOpaque(state).takeUnretainedValue()
      let loop = Unmanaged<ServerLoop>.fromOpaque(context).takeUnretainedValue()
      return loop.handle(pending, method: method, UnsafeRawBufferPointer(start: data, count: size)) ? 1 : 0
    }
    options.pointee.complete = { context, state in
      guard let context, let state else { return }
      let pending = Unmanaged<PendingRequest>.fromOpaque(state).takeRetainedValue()
      Unmanaged<ServerLoop>.fromOpaque(context).takeUnretainedValue().waiting[ObjectIdentifier(pending)] = nil
    }
    guard let certificate = configuration.certificatePEM, let key = configuration.keyPEM else {
      return crossdock_mhd_start(options)
    }
    return certificate.withCString { certificate in
      key.withCString { key in
        options.pointee.certificate = certificate
        options.pointee.key = key
        return crossdock_mhd_start(options)
      }
    }
  }

  // MARK: the loop

  func run() {
    guard let daemon else { preconditionFailure("ServerLoop: run without a daemon") }
    var descriptors = [
      pollfd(fd: crossdock_mhd_descriptor(daemon), events: Int16(POLLIN), revents: 0),
      pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
    ]
    while !isStopping {
      _ = poll(&descriptors, 2, timeoutMs())
      takeSignals()
      crossdock_mhd_run(daemon)
    }
    // Everyone who still waits gets a 503, then the daemon closes what is open.
    for pending in waiting.values { resume(pending) }
    waiting = [:]
    crossdock_mhd_run(daemon)
    crossdock_mhd_run(daemon)
    crossdock_mhd_stop(daemon)
    self.daemon = nil
  }

  private func timeoutMs() -> Int32 {
    var ms = crossdock_mhd_timeout_ms(daemon)
    if let deadline = waiting.values.compactMap({ $0.wait?.untilNs }).min() {
      let untilDeadline = max(0, (deadline - HTTPServer.monotonicNs() + 999_999) / 1_000_000)
      ms = ms < 0 ? untilDeadline : min(ms, untilDeadline)
    }
    return Int32(clamping: ms)
  }

  private func takeSignals() {
    var count: UInt64 = 0
    _ = read(wakeDescriptor, &count, 8)
    let (stop, wakesAll, tokens) = signals.withLock { signals in
      defer {
        signals.wakesAll = false
        signals.tokens = []
      }
      return (signals.isStopping, signals.wakesAll, signals.tokens)
    }
    isStopping = stop
    if waiting.isEmpty { return }
    let now = HTTPServer.monotonicNs()
    for (id, pending) in waiting {
      guard let wait = pending.wait else { continue }
      if wakesAll || tokens.contains(wait.token) || wait.untilNs <= now {
        waiting[id] = nil
        resume(pending)
      }
    }
  }

  private func resume(_ pending: PendingRequest) {
    pending.wait = nil
    crossdock_mhd_resume(pending.connection)
  }

  // MARK: one request

  /// False closes the connection.
  private func handle(
    _ pending: PendingRequest, method: UnsafePointer<CChar>, _ data: UnsafeRawBufferPointer
  ) -> Bool {
    if !pending.hasHeaders { return headers(pending, method: String(cString: method)) }
    if data.count > 0 { return body(pending, data) }
    if let refusal = pending.refusal { return send(refusal, to: pending) }
    guard let route = pending.route, var request = pending.request else { return false }
    if isStopping {
      return send(
        .error(503, "the server is stopping", hint: "try again", headers: [("Retry-After", "1")]), to: pending)
    }
    request.nowNs = HTTPServer.monotonicNs()
    if request.arrivedNs == 0 {
      request.arrivedNs = request.nowNs
      pending.request?.arrivedNs = request.nowNs
    }
    let response = route.answer(request)
    guard let wait = response.wait else { return send(response, to: pending) }
    return suspend(pending, wait, now: request.nowNs)
  }

  private func suspend(_ pending: PendingRequest, _ wait: HTTPResponse.Wait, now: Int64) -> Bool {
    precondition(wait.untilNs > now, "HTTPServer: a handler waits for a time that is past")
    guard waiting.count < configuration.maxWaiting else {
      return send(
        .error(503, "too many requests wait already", hint: "ask again without wait=", headers: [("Retry-After", "1")]),
        to: pending)
    }
    pending.wait = wait
    waiting[ObjectIdentifier(pending)] = pending
    crossdock_mhd_suspend(pending.connection)
    return true
  }

  /// Decides by the request's head alone: route, token, size.
  private func headers(_ pending: PendingRequest, method: String) -> Bool {
    let headers = PendingRequest.headers(of: pending.connection)
    let head = HTTPRequest(method: .get, path: "", headers: headers)
    pending.refusal = refusal(pending, method: method, headers: headers)
    let declared = head.header("Content-Length").flatMap(Int.init) ?? 0
    if let refusal = pending.refusal, head.header("Expect") != nil || declared > Self.maxDiscardedBytes {
      return send(refusal, to: pending)
    }
    return true
  }

  private func refusal(
    _ pending: PendingRequest, method: String, headers: [(name: String, value: String)]
  ) -> HTTPResponse? {
    guard let target = pending.target else {
      return .error(400, "the request's target is not valid", hint: "check its percent-encoding")
    }
    let resolution = routes.resolve(method: method, path: target.components)
    var request = HTTPRequest(method: .get, path: target.path, query: target.query, headers: headers)
    var isOpen = false
    if case .route(let route, _, _) = resolution { isOpen = route.isOpen }
    if let token = configuration.token, !isOpen, !token.isCarried(by: request.header("Authorization")) {
      return .error(
        401, "no valid bearer token", hint: "send Authorization: Bearer TOKEN",
        headers: [("WWW-Authenticate", "Bearer")])
    }
    switch resolution {
    case .notFound: return .error(404, "nothing is at this path", hint: "the API is under /v1/")
    case .methodNotAllowed(let methods):
      let allowed = methods.map(\.rawValue).joined(separator: ", ")
      return .error(405, "this path does not answer \(method)", hint: "use \(allowed)", headers: [("Allow", allowed)])
    case .route(let route, let method, let parameters):
      pending.maxBodyBytes = route.maxBodyBytes ?? configuration.maxBodyBytes
      if let length = request.header("Content-Length").flatMap(Int.init), length > pending.maxBodyBytes {
        return tooLarge(pending)
      }
      request.method = method
      request.parameters = parameters
      pending.route = route
      pending.request = request
      return nil
    }
  }

  private func tooLarge(_ pending: PendingRequest) -> HTTPResponse {
    .error(413, "the body is larger than \(pending.maxBodyBytes) bytes", hint: "send less at a time")
  }

  /// False when more was refused than is worth reading.
  private func body(_ pending: PendingRequest, _ data: UnsafeRawBufferPointer) -> Bool {
    if pending.refusal == nil, let held = pending.request?.body.count, held + data.count > pending.maxBodyBytes {
      pending.refusal = tooLarge(pending)
      pending.request?.body = []
    }
    guard pending.refusal == nil else {
      pending.discardedBytes += data.count
      return pending.discardedBytes <= Self.maxDiscardedBytes
    }
    pending.request?.body.append(contentsOf: data)
    return true
  }

  private func send(_ response: HTTPResponse, to pending: PendingRequest) -> Bool {
    var headers = response.headers
    if isStopping { headers.append(("Connection", "close")) }
    // One arena of zero-terminated texts, and pointers into it.
    var arena: [CChar] = []
    var offsets: [Int] = []
    for text in headers.map(\.name) + headers.map(\.value) {
      offsets.append(arena.count)
      arena.append(contentsOf: text.utf8CString)
    }
    return arena.withUnsafeBufferPointer { arena in
      let texts = offsets.map { offset in arena.baseAddress.map { $0 + offset } }
      return texts.withUnsafeBufferPointer { texts in
        response.body.withUnsafeBytes {
          crossdock_mhd_respond(
            pending.connection, UInt32(response.status), $0.baseAddress, $0.count, texts.baseAddress,
            texts.baseAddress.map { $0 + headers.count }, headers.count) != 0
        }
      }
    }
  }
}
