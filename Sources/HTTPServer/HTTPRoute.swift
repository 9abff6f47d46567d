/// A pattern of a path, such as `/v1/streams/{stream}/segments`, and the function that answers it.
package struct HTTPRoute: Sendable {
  enum Component: Sendable, Equatable {
    case literal(String)
    case parameter(String)
  }

  let method: HTTPMethod
  let components: [Component]
  /// Answered without the bearer token.
  let isOpen: Bool
  /// Instead of the server's `maxBodyBytes`.
  let maxBodyBytes: Int?
  let answer: @Sendable (HTTPRequest) -> HTTPResponse

  /// Handlers run on the server's thread, one at a time: what they wait for, everyone waits for.
  package init(
    _ method: HTTPMethod, _ pattern: String, isOpen: Bool = false, maxBodyBytes: Int? = nil,
    _ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse
  ) {
    self.method = method
    components = pattern.split(separator: "/").map { part in
      part.hasPrefix("{") && part.hasSuffix("}")
        ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
    }
    self.isOpen = isOpen
    self.maxBodyBytes = maxBodyBytes
    self.answer = answer
  }

  /// The parameters' values, or nil when the path is another one.
  func match(_ path: [String]) -> [String: String]? {
    guard path.count == components.count else { return nil }
    var parameters: [String: String] = [:]
    for (component, text) in zip(components, path) {
      switch component {
      case .literal(let literal): if literal != text { return nil }
      case .parameter(let name): parameters[name] = text
      }
    }
    return parameters
  }
}

/// All routes of a server. Where two match, the one that comes first answers.
struct RouteTable: Sendable {
  enum Resolution {
    case route(HTTPRoute, HTTPMethod, parameters: [String: String])
    /// With the methods that there are, for `Allow`.
    case methodNotAllowed([HTTPMethod])
    case notFound
  }

  let routes: [HTTPRoute]

  func resolve(method text: String, path: [String]) -> Resolution {
    let method = HTTPMethod(rawValue: text == "HEAD" ? "GET" : text)
    var allowed: [HTTPMethod] = []
    for route in routes {
      guard let parameters = route.match(path) else { continue }
      if let method, route.method == method { return .route(route, method, parameters: parameters) }
      allowed.append(route.method)
    }
    return allowed.isEmpty ? .notFound : .methodNotAllowed(allowed)
  }
}
