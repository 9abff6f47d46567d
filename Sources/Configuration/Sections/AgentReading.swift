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
      maxBytes: number(JournalOptions.maxSize) ?? 0, commitMaxMessages: number(JournalOptions.commitMaxMessages) ?? 0,
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

  func stream() -> (definition: StreamDefinition, name: Located<String>)? {
    let streamClass = choice(StreamOptions.streamClass).flatMap(StreamClass.init(name:))
    guard let name = identifier(StreamOptions.name) else { return nil }
    if name.value.hasPrefix("_") {
      context.error(name.position, "\"\(name.value)\": names that begin with \"_\" are the agent's own")
    }
    return (StreamDefinition(name: name.value, streamClass: streamClass ?? .telemetry), name)
  }
}
