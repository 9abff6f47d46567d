import Records

extension SectionReader {
  func agent() -> AgentSection {
    let id = name(AgentOptions.id)
    if let id, !StreamDefinition.isValidName(id.value) {
      context.error(
        id.position, "\"\(printable(id.value))\" is not a valid id",
        hint: "letters, digits, \"-\", \"_\", \".\", at most 64 bytes")
    }
    return AgentSection(id: id?.value ?? "", dataDirectory: path(AgentOptions.dataDirectory)?.value ?? "")
  }

  func journal() -> JournalSection {
    JournalSection(
      maxBytes: number(JournalOptions.maxSize) ?? 0, minFreeBytes: number(JournalOptions.minFree) ?? 0,
      commitLingerMs: number(JournalOptions.commitLinger) ?? 0,
      commitMaxMessages: number(JournalOptions.commitMaxMessages) ?? 0,
      commitMaxBytes: number(JournalOptions.commitMaxBytes) ?? 0)
  }

  func log() -> LogSection { LogSection(level: choice(LogOptions.level, LogLevel.self) ?? .info) }

  func control() -> ControlConfiguration {
    let listen = string(ControlOptions.listen)
    let address = listen.flatMap { ListenAddress($0.value) }
    if let listen, address == nil {
      context.error(
        listen.position, "\"\(printable(listen.value))\" is not an address with a port",
        hint: "write for example \"127.0.0.1:7780\" or \"[::1]:7780\"")
    }
    let token = secret(ControlOptions.token, ControlOptions.tokenFile)
    let certificate = certificate(ControlOptions.certFile, ControlOptions.keyFile)
    if let listen, let address, !ListenAddress.isLoopback(address.host) {
      if !isGiven(ControlOptions.token) && !isGiven(ControlOptions.tokenFile) {
        context.error(
          listen.position, "\"\(printable(listen.value))\" can be reached from outside and asks for no token",
          hint: "give \"token_file\", or listen on 127.0.0.1")
      } else if !isGiven(ControlOptions.certFile) {
        context.warning(
          listen.position,
          "\"\(printable(listen.value))\" can be reached from outside without TLS: the token can be overheard",
          hint: "give \"cert_file\" and \"key_file\"")
      }
    }
    return ControlConfiguration(
      listenHost: address?.host ?? "", listenPort: address?.port ?? 0, certificate: certificate, token: token)
  }

  /// A name of a stream, feed, model or uplink: what may stand in a URL, a metric and a file name.
  func identifier(_ row: OptionRow) -> Located<String>? {
    guard let text = name(row) else { return nil }
    guard StreamDefinition.isValidName(text.value) else {
      context.error(
        text.position, "\"\(printable(text.value))\" is not a valid name in \(header)",
        hint: "letters, digits, \"-\", \"_\", \".\", at most 64 bytes")
      return nil
    }
    return text
  }

  func stream(_ classes: [StreamClass: Retention]) -> (definition: StreamDefinition, name: Located<String>)? {
    let streamClass = choice(StreamOptions.streamClass).flatMap(StreamClass.init(name:)) ?? .telemetry
    var defaults = classes[streamClass] ?? Retention()
    defaults.maxBytes = nil
    let retention = retention(defaults)
    guard let name = identifier(StreamOptions.name) else { return nil }
    if name.value.hasPrefix("_") {
      context.error(name.position, "\"\(name.value)\": names that begin with \"_\" are the agent's own")
    }
    return (StreamDefinition(name: name.value, streamClass: streamClass, retention: retention), name)
  }

  /// How much is kept; what is not given is as in the defaults.
  func retention(_ defaults: Retention) -> Retention {
    var retention = defaults
    if let bytes = number(StreamOptions.maxSize) { retention.maxBytes = Int64(bytes) }
    if let seconds = number(StreamOptions.maxAge) { retention.maxAgeMs = Int64(seconds) * 1000 }
    if isGiven(StreamOptions.whenFull), let rule = choice(StreamOptions.whenFull).flatMap(Retention.WhenFull.init) {
      retention.whenFull = rule
    }
    if isGiven(StreamOptions.thinWindow), let seconds = number(StreamOptions.thinWindow) {
      retention.thinWindowMs = Int64(seconds) * 1000
    }
    return retention
  }
}
