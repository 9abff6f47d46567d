import Testing

@testable import HTTPServer

@Test func anEscapedSlashStaysInItsComponent() {
  let target = RequestTarget("/v1/streams/a%2Fb/x?since=a+b%26&empty&last=1&last=2")
  #expect(target?.components == ["v1", "streams", "a/b", "x"])
  #expect(target?.query == ["since": "a b&", "empty": "", "last": "2"])
}

@Test(arguments: ["", "v1", "*", "/%", "/%2", "/%zz", "/%00", "/%ff", "/a?x=%f"])
func aTargetThatIsNoPathIsRefused(_ target: String) {
  #expect(RequestTarget(target) == nil)
}

@Test func routesMatchByMethodAndComponents() {
  let table = RouteTable(routes: [
    HTTPRoute(.get, "/v1/streams/{stream}") { _ in .text(200, "") },
    HTTPRoute(.post, "/v1/streams/{stream}/segments") { _ in .text(200, "") },
  ])
  func name(_ method: String, _ path: [String]) -> String {
    switch table.resolve(method: method, path: path) {
    case .route(_, let method, let parameters): "\(method.rawValue) \(parameters["stream"] ?? "")"
    case .methodNotAllowed(let methods): "405 \(methods.map(\.rawValue))"
    case .notFound: "404"
    }
  }
  #expect(name("GET", ["v1", "streams", "s"]) == "GET s")
  #expect(name("HEAD", ["v1", "streams", "s"]) == "GET s")
  #expect(name("POST", ["v1", "streams", "s", "segments"]) == "POST s")
  #expect(name("BREW", ["v1", "streams", "s"]) == "405 [\"GET\"]")
  #expect(name("GET", ["v1", "streams"]) == "404")
  #expect(name("GET", []) == "404")
}

@Test func onlyTheWholeTokenOpens() throws {
  let token = try #require(BearerToken(Array("s3cret-token".utf8)))
  #expect(token.isCarried(by: "Bearer s3cret-token"))
  #expect(token.isCarried(by: "bearer s3cret-token"))
  for wrong in [
    nil, "", "Bearer", "Bearer ", "Bearer s3cret-toke", "Bearer s3cret-tokens", "Bearer S3cret-token",
    "Basic s3cret-token", "s3cret-token", "Bearer s3cret-tokens3cret-token",
  ] {
    #expect(!token.isCarried(by: wrong))
  }
  #expect(BearerToken([UInt8]()) == nil)
  #expect(BearerToken(Array("two words".utf8)) == nil)
}
