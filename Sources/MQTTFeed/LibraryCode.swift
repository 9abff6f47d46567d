internal import CMosquitto
internal import Glibc

/// libmosquitto's result codes in words.
enum LibraryCode {
  static func describe(_ code: Int32) -> String {
    switch code {
    case MOSQ_ERR_ERRNO.rawValue.signed: String(cString: strerror(errno))
    // libmosquitto 2.0.11 has no words for this one.
    case MOSQ_ERR_KEEPALIVE.rawValue.signed: "no answer to a ping within the keepalive"
    case MOSQ_ERR_MALFORMED_UTF8.rawValue.signed:
      "the broker sends a topic that MQTT forbids (not UTF-8, or a forbidden character)"
    default: String(cString: mosquitto_strerror(code))
    }
  }

  /// From 128 on it is the broker's reason of MQTT 5, below a result code of the library.
  static func describe(disconnect reason: Int32) -> String {
    reason >= 128 ? "the broker says: \(String(cString: mosquitto_reason_string(reason)))" : describe(reason)
  }
}

extension UInt32 {
  /// Result codes come as unsigned enums and are returned as int.
  var signed: Int32 { Int32(bitPattern: self) }
}
extension Int32 {
  var signed: Int32 { self }
}
