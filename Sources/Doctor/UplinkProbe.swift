package import Configuration
internal import HTTPClient
internal import Records

/// Whether a destination answers at all; any status is an answer.
package struct UplinkProbe {
  static let timeoutMs: Int32 = 5000
  static let maxAnswerBytes = 64 << 10

  private let uplink: UplinkConfiguration

  package init(_ uplink: UplinkConfiguration) {
    self.uplink = uplink
  }

  package func run() -> Finding {
    let check = "uplink \(uplink.name)"
    var configuration = HTTPClientConfiguration(url: uplink.url)
    configuration.caFile = uplink.tls.caFile
    configuration.certificateFile = uplink.tls.certFile
    configuration.keyFile = uplink.tls.keyFile
    configuration.connectTimeoutMs = Self.timeoutMs
    configuration.readTimeoutMs = Self.timeoutMs
    configuration.writeTimeoutMs = Self.timeoutMs
    configuration.maxBodyBytes = Self.maxAnswerBytes
    do throws(CrossdockError) {
      let answer = try HTTPClient(configuration).get("/healthz")
      return answer.status < 500
        ? Finding(check, .ok, "\(uplink.url): answers")
        : Finding(check, .warning, "\(uplink.url): answers with \(answer.status)", hint: "look at its log")
    } catch {
      return Finding(
        check, .warning, "\(uplink.url): \(error.reason)",
        hint: error.hint.isEmpty ? "records wait in the journal until it answers" : error.hint)
    }
  }
}
