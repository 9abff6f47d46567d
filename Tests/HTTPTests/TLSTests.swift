import Fixtures
import Foundation
import HTTPClient
import HTTPServer
import Records
import Testing

/// A certificate authority and a server certificate, made by the openssl command for one test.
private struct MadeCertificates {
  let folder: String
  static let isPossible = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

  init() throws {
    folder = NSTemporaryDirectory() + "crossdock-tls-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["ca", "other"] {
      try openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "\(name).key", "-out", "\(name).pem", "-days", "2",
        "-subj", "/CN=crossdock test \(name)")
    }
    try "subjectAltName=IP:127.0.0.1".write(toFile: "\(folder)/san", atomically: true, encoding: .utf8)
    try openssl(
      "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=central")
    try openssl(
      "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem",
      "-days", "2", "-extfile", "san")
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  func text(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }

  private func openssl(_ arguments: String...) throws {
    let made = try ProgramRun("/usr/bin/openssl", arguments, in: folder)
    try #require(made.code == 0, "openssl \(arguments.joined(separator: " ")): \(made.errors)")
  }
}

@Test(.enabled(if: MadeCertificates.isPossible, "skipped: /usr/bin/openssl is not there"))
func onlyTheRightAuthorityIsTrusted() throws {
  let made = try MadeCertificates()
  defer { made.remove() }
  var configuration = HTTPServerConfiguration()
  configuration.certificatePEM = try made.text("server.pem")
  configuration.keyPEM = try made.text("server.key")
  let large = [UInt8](repeating: 0x61, count: 300_000)
  let server = try HTTPServer(
    configuration,
    routes: [
      HTTPRoute(.get, "/") { _ in .text(200, "secret") },
      HTTPRoute(.post, "/echo") { HTTPResponse(status: 200, body: $0.body) },
    ])
  defer { server.stop() }

  var right = HTTPClientConfiguration(url: "https://\(server.address)")
  right.caFile = "\(made.folder)/ca.pem"
  let client = try HTTPClient(right)
  #expect(try client.get("/").text == "secret")
  #expect(try client.post("/echo", body: large, contentType: "x/y").body == large)

  func reason(_ configuration: HTTPClientConfiguration) -> String {
    do {
      return "status \(try HTTPClient(configuration).get("/").status)"
    } catch {
      return error.reason
    }
  }
  var wrong = right
  wrong.caFile = "\(made.folder)/other.pem"
  #expect(reason(wrong).hasPrefix("TLS: certificate verify failed"))
  wrong.caFile = nil
  #expect(reason(wrong).hasPrefix("TLS: certificate verify failed"))
  wrong.caFile = "\(made.folder)/none.pem"
  #expect(reason(wrong) == "the CA file cannot be loaded")
  wrong = right
  wrong.url = "https://localhost:\(server.port)"
  #expect(reason(wrong).contains("another host name"))
  wrong = right
  wrong.certificateFile = "\(made.folder)/none.pem"
  wrong.keyFile = "\(made.folder)/none.key"
  #expect(reason(wrong).contains("cannot be loaded"))
}

@Test(.enabled(if: MadeCertificates.isPossible, "skipped: /usr/bin/openssl is not there"))
func aKeyThatDoesNotBelongIsRefused() throws {
  let made = try MadeCertificates()
  defer { made.remove() }
  var configuration = HTTPServerConfiguration()
  configuration.certificatePEM = try made.text("server.pem")
  configuration.keyPEM = try made.text("ca.key")
  #expect(throws: CrossdockError.self) { _ = try HTTPServer(configuration, routes: []) }
}
