import Glibc
import HTTPClient
import HTTPServer
import JSONText
import Records
import Testing

@Test func aGetIsAnsweredOverARealSocket() throws {
  let server = try HTTPServer(
    HTTPServerConfiguration(),
    routes: [
      HTTPRoute(.get, "/v1/streams/{stream}") { request in
        .json { json in
          json.member("stream", request.parameters["stream"] ?? "")
          json.member("q", request.query["q"] ?? "")
        }
      }
    ])
  defer { server.stop() }
  let client = try HTTPClient(HTTPClientConfiguration(url: "http://\(server.address)"))
  let result = try client.get("/v1/streams/a%2Fb?q=x+y%26")
  #expect(result.status == 200)
  #expect(String(decoding: result.body, as: UTF8.self) == "{\"stream\":\"a/b\",\"q\":\"x y&\"}\n")
}
