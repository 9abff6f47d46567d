extension SectionReader {
  func connection(_ connectionName: String, agentID: String) -> MQTTConnectionConfiguration {
    let host = name(MQTTOptions.host)
    let tls = tls()
    let version = choice(MQTTOptions.version, MQTTVersion.self) ?? .v5
    if isGiven(MQTTOptions.sessionExpiry), version == .v311 {
      context.warning(
        position(of: MQTTOptions.sessionExpiry), "\"session_expiry_s\" has no effect with MQTT 3.1.1",
        hint: "set persistent_client_expiration in the broker")
    }
    let port = number(MQTTOptions.port) ?? (tls == nil ? 1883 : 8883)
    let password = secret(MQTTOptions.password, MQTTOptions.passwordFile)
    let username = name(MQTTOptions.username)?.value
    checkCredentials(host: host, hasTLS: tls != nil)
    let (reconnectMin, reconnectMax) = bounds(MQTTOptions.reconnectMin, MQTTOptions.reconnectMax)
    return MQTTConnectionConfiguration(
      name: connectionName, host: host?.value ?? "", port: UInt16(port), version: version,
      clientID: clientID(connectionName, agentID: agentID), username: username, password: password, tls: tls,
      keepaliveS: number(MQTTOptions.keepalive) ?? 0, sessionExpiryS: UInt32(number(MQTTOptions.sessionExpiry) ?? 0),
      receiveMaximum: UInt16(number(MQTTOptions.receiveMaximum) ?? 0), statusTopic: statusTopic(agentID: agentID),
      reconnectMinMs: reconnectMin, reconnectMaxMs: reconnectMax, position: position)
  }

  private func clientID(_ connectionName: String, agentID: String) -> String {
    guard isGiven(MQTTOptions.clientID) else { return "crossdock-\(agentID)-\(connectionName)" }
    guard let given = name(MQTTOptions.clientID) else { return "" }
    if given.value.utf8.count > TopicTemplate.maxBytes {
      context.error(given.position, "\"client_id\" is longer than \(TopicTemplate.maxBytes) bytes")
    }
    return given.value
  }

  private func statusTopic(agentID: String) -> String? {
    guard let template = name(MQTTOptions.statusTopic) else { return nil }
    if let problem = SourceTemplate.problem(template.value, names: ["agent"]) {
      context.error(template.position, "\"status_topic\": \(problem.message)", hint: problem.hint)
      return nil
    }
    var topic = ""
    var rest = Substring(template.value)
    while let open = rest.firstIndex(of: "{"), let close = rest.firstIndex(of: "}") {
      topic += rest[..<open] + agentID
      rest = rest[rest.index(after: close)...]
    }
    topic += rest
    if topic.contains("+") || topic.contains("#") || topic.utf8.count > TopicTemplate.maxBytes {
      context.error(template.position, "\"status_topic\" must be one topic: no \"+\", no \"#\", at most 65535 bytes")
      return nil
    }
    return topic
  }

  private func tls() -> TLSConfiguration? {
    let caFile = file(MQTTOptions.caFile)
    let certificate = certificate(MQTTOptions.certFile, MQTTOptions.keyFile)
    let wanted = boolean(MQTTOptions.tls)
    let needed = [MQTTOptions.caFile, MQTTOptions.certFile].first { isGiven($0) }
    if wanted == false, let needed {
      context.error(
        position(of: MQTTOptions.tls), "\"tls\" is false, but \"\(needed.key)\" is given in \(header)",
        hint: "remove one of the two")
    }
    guard wanted == true || (wanted == nil && needed != nil) else { return nil }
    return TLSConfiguration(caFile: caFile, certFile: certificate?.certFile, keyFile: certificate?.keyFile)
  }

  private func checkCredentials(host: Located<String>?, hasTLS: Bool) {
    let hasPassword = isGiven(MQTTOptions.password) || isGiven(MQTTOptions.passwordFile)
    guard hasPassword else { return }
    let position = position(of: isGiven(MQTTOptions.password) ? MQTTOptions.password : MQTTOptions.passwordFile)
    if !isGiven(MQTTOptions.username) {
      context.error(position, "a password without \"username\" in \(header)")
    }
    if let host, !hasTLS, !ListenAddress.isLoopback(host.value) {
      context.warning(
        position, "the password goes to \"\(printable(host.value))\" without TLS and can be overheard",
        hint: "give \"ca_file\" or tls = true")
    }
  }

  /// Two numbers of which the first may not be larger.
  func bounds(_ low: OptionRow, _ high: OptionRow) -> (Int, Int) {
    guard let first = number(low), let last = number(high) else { return (0, 0) }
    if first > last {
      context.error(
        position(of: isGiven(low) ? low : high), "\"\(low.key)\" is \(first), more than \"\(high.key)\", \(last)")
    }
    return (first, last)
  }
}
