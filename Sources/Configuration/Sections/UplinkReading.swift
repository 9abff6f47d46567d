/// An uplink with the places that checks across sections name.
struct ReadUplink {
  var configuration: UplinkConfiguration
  var name: Located<String>?
  var streams: [Located<String>]
  var commands: Located<String>?
}

extension SectionReader {
  func uplink() -> ReadUplink {
    let name = identifier(UplinkOptions.name)
    let url = url()
    let token = secret(UplinkOptions.token, UplinkOptions.tokenFile)
    let streams = isGiven(UplinkOptions.streams) ? strings(UplinkOptions.streams) : nil
    if let streams, streams.isEmpty {
      context.error(
        position(of: UplinkOptions.streams), "\"streams\" is empty: the uplink would send nothing",
        hint: "leave the key out to send every stream")
    }
    let certificate = certificate(UplinkOptions.certFile, UplinkOptions.keyFile)
    let (backoffMin, backoffMax) = bounds(UplinkOptions.backoffMin, UplinkOptions.backoffMax)
    let commands = self.name(UplinkOptions.commands)
    let configuration = UplinkConfiguration(
      name: name?.value ?? "", url: url?.text ?? "", token: token,
      tls: TLSConfiguration(
        caFile: file(UplinkOptions.caFile), certFile: certificate?.certFile, keyFile: certificate?.keyFile),
      streams: streams.map { $0.map(\.value) }, segmentMaxBytes: number(UplinkOptions.segmentMaxBytes) ?? 0,
      segmentMaxRecords: number(UplinkOptions.segmentMaxRecords) ?? 0,
      intervalMs: number(UplinkOptions.interval) ?? 0, timeoutMs: number(UplinkOptions.timeout) ?? 0,
      backoffMinMs: backoffMin, backoffMaxMs: backoffMax, maxBytesPerS: number(UplinkOptions.maxBytesPerS),
      commands: commands?.value, position: position)
    return ReadUplink(configuration: configuration, name: name, streams: streams ?? [], commands: commands)
  }

  private func url() -> UplinkURL? {
    guard let text = self.name(UplinkOptions.url) else { return nil }
    switch UplinkURL.parse(text.value) {
    case .failure(let invalid):
      context.error(text.position, invalid.message, hint: invalid.hint)
      return nil
    case .success(let url):
      checkSecurity(url, at: text.position)
      return url
    }
  }

  private func checkSecurity(_ url: UplinkURL, at position: SourcePosition) {
    if url.isSecure { return }
    for row in [UplinkOptions.caFile, UplinkOptions.certFile] where isGiven(row) {
      context.error(
        self.position(of: row), "\"\(row.key)\" has no effect with an http URL", hint: "write https:// in \"url\"")
    }
    let hasToken = isGiven(UplinkOptions.token) || isGiven(UplinkOptions.tokenFile)
    if hasToken, !ListenAddress.isLoopback(url.host) {
      context.warning(
        position, "the token goes to \"\(printable(url.host))\" without TLS and can be overheard",
        hint: "write https:// in \"url\"")
    }
  }
}
