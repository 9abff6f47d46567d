/// The methods that routes answer. HEAD is answered by GET's route, without the body.
package enum HTTPMethod: String, Sendable {
  case get = "GET"
  case post = "POST"
  case put = "PUT"
  case delete = "DELETE"
}
