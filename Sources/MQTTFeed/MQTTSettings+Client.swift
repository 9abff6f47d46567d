internal import CMosquitto
internal import Records

// A client of libmosquitto as the settings say.
extension MQTTSettings {
  /// Whole, or none: one that lacks its TLS would send its password in the clear.
  /// - Parameter owner: the `MQTTConnection` that the callbacks are for.
  func makeClient(of owner: UnsafeMutableRawPointer) throws(CrossdockError) -> OpaquePointer {
    guard let client = mosquitto_new(clientID, isTransient, owner) else {
      throw failure("make the MQTT client", MOSQ_ERR_NOMEM.rawValue.signed)
    }
    do throws(CrossdockError) {
      try configure(client)
    } catch {
      mosquitto_destroy(client)
      throw error
    }
    return client
  }

  private func configure(_ client: OpaquePointer) throws(CrossdockError) {
    mosquitto_threaded_set(client, true)
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1)
    let number = version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, Int32(number))
    if version == .v5 { mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, receiveMaximum) }
    mosquitto_max_inflight_messages_set(client, 100)
    MQTTCallbacks.install(on: client)
    if let username {
      try check(mosquitto_username_pw_set(client, username, password), "set the user name")
    }
    if let tls { try setTLS(tls, client) }
    if let statusTopic {
      let payload = Self.statusPayload("offline", reason: "lost")
      try check(mosquitto_will_set(client, statusTopic, Int32(payload.count), payload, 1, true), "set the will")
    }
    if version == .v5 { setConnectProperties(client) }
  }

  private func setTLS(_ tls: TLS, _ client: OpaquePointer) throws(CrossdockError) {
    let system = tls.caFile == nil ? "/etc/ssl/certs" : nil
    try check(
      mosquitto_tls_set(client, tls.caFile, system, tls.certificateFile, tls.keyFile, nil), "read the TLS files",
      hint: "check that ca_file, cert_file and key_file are readable PEM files")
    try check(mosquitto_tls_opts_set(client, 1, nil, nil), "set the TLS options")
    try check(mosquitto_tls_insecure_set(client, false), "set the TLS options")
  }

  /// CONNECT properties can only be handed to the connecting call that blocks. It keeps them for later calls, so it is
  /// given a Unix socket path that cannot exist (port 0 means a path): it fails at once, and the real connect follows.
  private func setConnectProperties(_ client: OpaquePointer) {
    var properties: OpaquePointer?
    mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), sessionExpiryS)
    mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), maximumPacketSize)
    _ = mosquitto_connect_bind_v5(client, "/dev/null/none", 0, keepaliveS, nil, properties)
    mosquitto_property_free_all(&properties)
  }

  private func check(_ code: Int32, _ operation: String, hint: String = "") throws(CrossdockError) {
    if code != MOSQ_ERR_SUCCESS.rawValue.signed { throw failure(operation, code, hint: hint) }
  }

  private func failure(_ operation: String, _ code: Int32, hint: String = "") -> CrossdockError {
    CrossdockError(
      operation, at: "mqtt.\(name)", reason: LibraryCode.describe(code), hint: hint, exitCode: .badConfiguration)
  }

  /// What the status topic says.
  static func statusPayload(_ state: String, reason: String?) -> [UInt8] {
    Array((reason.map { "{\"state\":\"\(state)\",\"reason\":\"\($0)\"}" } ?? "{\"state\":\"\(state)\"}").utf8)
  }
}
