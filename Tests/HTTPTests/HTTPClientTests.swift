import Fixtures
import Foundation
import HTTPClient
import HTTPServer
import Records
import Synchronization
import Testing

@Suite struct HTTPClientTests {
  private func failure(_ body: () throws -> HTTPResult) -> CrossdockError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? CrossdockError
    }
  }

  @Test func aClosedPortIsConnectionRefused() throws {
    let port = try LoopbackPort()
    defer { withExtendedLifetime(port) {} }
    let client = try HTTPClient(HTTPClientConfiguration(url: "http://127.0.0.1:\(port.number)"))
    let error = failure { try client.get("/") }
    #expect(error?.reason == "connection refused" && error?.isRetryable == true)
  }

  @Test func anUnknownHostIsNamed() throws {
    let client = try HTTPClient(HTTPClientConfiguration(url: "http://no-such-host.invalid:7790"))
    let error = failure { try client.get("/") }
    #expect(error?.reason.contains("no-such-host.invalid") == true && error?.isRetryable == true)
  }

  @Test(arguments: ["ftp://x", "http://", "x:1", "http://h:0", "http://h:99999", "http://u@h", "http://h/?a=b"])
  func aWrongURLIsABadConfiguration(_ url: String) {
    #expect(failure { try HTTPClient(HTTPClientConfiguration(url: url)).get("/") }?.exitCode == .badConfiguration)
  }

  @Test func urlsAreTakenApart() throws {
    let url = try HTTPURL("https://[::1]:8443/a/b/")
    #expect(url.isSecure && url.host == "::1" && url.port == 8443 && url.prefix == "/a/b")
    #expect(try HTTPURL("http://central").port == 80)
  }

  @Test func aSilentServerTimesOut() throws {
    let answered = Gate()
    let slow = HTTPRoute(.get, "/slow") { request in
      request.nowNs == request.arrivedNs ? .wait(untilNs: request.nowNs + 60_000_000_000) : .text(200, "")
    }
    let server = try HTTPServer(HTTPServerConfiguration(), routes: [slow])
    defer { server.stop() }
    let error = failure { try client(server, readTimeoutMs: 50).get("/slow") }
    #expect(error?.reason.hasPrefix("timed out") == true && error?.isRetryable == true)
    answered.open()
  }

  @Test func stopEndsARequestUnderWay() throws {
    let asked = Gate()
    let slow = HTTPRoute(.get, "/slow") { request in
      asked.open()
      return request.nowNs == request.arrivedNs ? .wait(untilNs: request.nowNs + 60_000_000_000) : .text(200, "")
    }
    let server = try HTTPServer(HTTPServerConfiguration(), routes: [slow])
    defer { server.stop() }
    let client = try client(server)
    let answer = Background { try client.get("/slow") }
    #expect(asked.wait())
    client.stop()
    #expect(failure { try answer.value() }?.reason == "stopped")
    #expect(failure { try client.get("/slow") }?.reason == "stopped")
  }

  @Test func aTooLargeAnswerIsRefused() throws {
    let large = HTTPRoute(.get, "/large") { _ in HTTPResponse(status: 200, body: [UInt8](repeating: 1, count: 1001)) }
    let server = try HTTPServer(HTTPServerConfiguration(), routes: [large])
    defer { server.stop() }
    var configuration = HTTPClientConfiguration(url: "http://\(server.address)")
    configuration.maxBodyBytes = 1000
    let client = try HTTPClient(configuration)
    #expect(failure { try client.get("/large") }?.reason.contains("larger") == true)
    configuration.maxBodyBytes = 1001
    #expect(try HTTPClient(configuration).get("/large").body.count == 1001)
  }

  @Test func aServerThatWasRestartedIsReachedAgain() throws {
    let hello = HTTPRoute(.get, "/") { _ in .text(200, "1") }
    let port = try LoopbackPort()
    defer { withExtendedLifetime(port) {} }
    let configuration = HTTPServerConfiguration(listen: "127.0.0.1:\(port.number)")
    let first = try HTTPServer(configuration, routes: [hello])
    let client = try client(first)
    #expect(try client.get("/").status == 200)
    first.stop()
    let second = try HTTPServer(configuration, routes: [hello])
    defer { second.stop() }
    #expect(try client.get("/").status == 200)
  }
}
