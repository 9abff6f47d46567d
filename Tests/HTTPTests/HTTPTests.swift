import Foundation
import HTTPClient
import HTTPServer
import JSONText
import Records
import Synchronization
import Testing

private let echo = HTTPRoute(.post, "/echo", maxBodyBytes: 1000) { request in
  HTTPResponse(status: 200, body: request.body, contentType: "application/octet-stream")
}
private let hello = HTTPRoute(.get, "/hello/{name}") { request in
  .json { json in
    json.member("name", request.parameters["name"] ?? "")
    json.member("q", request.query["q"] ?? "")
    json.member("header", request.header("x-TEST") ?? "")
  }
}

@Suite struct HTTPTests {
  @Test(arguments: ["127.0.0.1:0", "[::1]:0"]) func requestsAreAnsweredOnBothFamilies(_ listen: String) throws {
    let server = try HTTPServer(HTTPServerConfiguration(listen: listen), routes: [hello, echo])
    defer { server.stop() }
    let client = try client(server)
    let result = try client.get("/hello/a%2Fb?q=x+y%26", headers: [("X-Test", "1")])
    #expect(result.status == 200)
    #expect(result.text == "{\"name\":\"a/b\",\"q\":\"x y&\",\"header\":\"1\"}\n")
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    #expect(try client.post("/echo", body: bytes, contentType: "application/octet-stream").body == bytes)
    #expect(try client.post("/echo", body: [], contentType: "text/plain").body.isEmpty)
    let head = try client.send("HEAD", "/hello/x", headers: [], body: [])
    #expect(head.status == 200 && head.body.isEmpty)
  }

  @Test func unknownPathsAndMethodsAreJSONErrors() throws {
    let server = try HTTPServer(HTTPServerConfiguration(), routes: [hello])
    defer { server.stop() }
    let client = try client(server)
    let missing = try client.get("/nothing")
    #expect(missing.status == 404)
    #expect(try JSONValue.parse(missing.body)["error"]?.string != nil)
    #expect(try client.send("DELETE", "/hello/x", headers: [], body: []).status == 405)
    #expect(try client.get("/hello/%zz").status == 400)
  }

  @Test func aBodyBeyondTheBoundIsRefusedAndTheConnectionGoesOn() throws {
    let server = try HTTPServer(HTTPServerConfiguration(), routes: [echo])
    defer { server.stop() }
    let client = try client(server)
    let large = [UInt8](repeating: 7, count: 1001)
    #expect(try client.post("/echo", body: large, contentType: "x/y").status == 413)
    #expect(try client.post("/echo", body: [UInt8](repeating: 7, count: 4 << 20), contentType: "x/y").status == 413)
    #expect(try client.post("/echo", body: [1], contentType: "x/y").body == [1])
  }

  @Test func withoutTheTokenOnlyOpenRoutesAnswer() throws {
    var configuration = HTTPServerConfiguration()
    configuration.token = BearerToken(Array("right".utf8))
    let open = HTTPRoute(.get, "/healthz", isOpen: true) { _ in .text(200, "ok\n") }
    let server = try HTTPServer(configuration, routes: [hello, open])
    defer { server.stop() }
    for token in [nil, "wrong", "righ", "right2"] {
      #expect(try client(server, token: token).get("/hello/x").status == 401)
      #expect(try client(server, token: token).get("/nothing").status == 401)
      #expect(try client(server, token: token).get("/healthz").status == 200)
    }
    #expect(try client(server, token: "right").get("/hello/x").status == 200)
  }

  @Test func anAddressOpenToOthersNeedsAToken() throws {
    #expect {
      _ = try HTTPServer(HTTPServerConfiguration(listen: "0.0.0.0:0"), routes: [])
    } throws: {
      ($0 as? CrossdockError)?.exitCode == .badConfiguration
    }
  }

  @Test func aPortInUseIsNamed() throws {
    let server = try HTTPServer(HTTPServerConfiguration(), routes: [])
    defer { server.stop() }
    #expect {
      _ = try HTTPServer(HTTPServerConfiguration(listen: server.address), routes: [])
    } throws: { error in
      guard let error = error as? CrossdockError else { return false }
      return error.exitCode == .unavailable && error.reason.contains("\(server.port)") && !error.hint.isEmpty
    }
  }
}

@Suite struct LongPollTests {
  /// Answers with the number once it is above 0; says each time that it was asked.
  private static func counterRoute(_ number: Counter, waitMs: Int64) -> HTTPRoute {
    HTTPRoute(.get, "/number") { request in
      defer { number.asked.open() }
      let value = number.value.withLock { $0 }
      let deadline = request.arrivedNs + waitMs * 1_000_000
      return value > 0 || request.nowNs >= deadline ? .text(200, "\(value)") : .wait(untilNs: deadline, for: "number")
    }
  }
  private final class Counter: Sendable {
    let value = Mutex(0)
    let asked = Gate()
  }

  @Test func aWaitingRequestIsAnsweredWhenItsTokenIsWoken() throws {
    let number = Counter()
    let server = try HTTPServer(HTTPServerConfiguration(), routes: [Self.counterRoute(number, waitMs: 60_000)])
    defer { server.stop() }
    let client = try client(server)
    let answer = Background { try client.get("/number") }
    #expect(number.asked.wait())
    number.value.withLock { $0 = 5 }
    server.wake("number")
    #expect(try answer.value().text == "5")
    // The server's own connection is usable afterwards.
    #expect(try client.get("/number").text == "5")
  }

  @Test func aWaitingRequestIsAnsweredAtItsDeadline() throws {
    let number = Counter()
    let server = try HTTPServer(HTTPServerConfiguration(), routes: [Self.counterRoute(number, waitMs: 30)])
    defer { server.stop() }
    #expect(try client(server).get("/number").text == "0")
  }

  @Test func stoppingAnswersWhoWaits() throws {
    let number = Counter()
    let server = try HTTPServer(HTTPServerConfiguration(), routes: [Self.counterRoute(number, waitMs: 60_000)])
    let client = try client(server)
    let answer = Background { try client.get("/number") }
    #expect(number.asked.wait())
    server.stop()
    #expect(try answer.value().status == 503)
  }

  @Test func oneMoreThanTheBoundIsRefused() throws {
    let number = Counter()
    var configuration = HTTPServerConfiguration()
    configuration.maxWaiting = 1
    let server = try HTTPServer(configuration, routes: [Self.counterRoute(number, waitMs: 60_000)])
    defer { server.stop() }
    let first = try client(server)
    let waiting = Background { try first.get("/number") }
    #expect(number.asked.wait())
    let refused = try client(server).get("/number")
    #expect(refused.status == 503 && refused.retryAfterS == 1)
    number.value.withLock { $0 = 1 }
    server.wake()
    #expect(try waiting.value().status == 200)
  }
}
