/// What is measured: messages of 150 bytes with three numbers, a time and an identity, and waveforms of 2048 samples.
/// ../simdjson.cpp makes the same ones.
enum Messages {
  static let small: [[UInt8]] = (0..<4096).map { number in
    let id = String(1_000_000 + number)
    let head =
      "{\"id\":\"m-\(id)\",\"ts\":\"2026-11-23T08:00:\(10 + number % 50).\(100 + number % 900)Z\",\"rpm\":\(1480 + number % 20).25,"
      + "\"temperature\":\(60 + number % 9).5,\"rms\":0.0\(100 + number % 900),\"unit\":\"mm/s\",\"note\":\""
    let tail = "\"}"
    return Array((head + String(repeating: "x", count: 150 - head.utf8.count - tail.utf8.count) + tail).utf8)
  }

  static let large: [[UInt8]] = (0..<64).map { number in
    var text = "{\"id\":\"w-\(1_000_000 + number)\",\"ts\":1795420800123,\"rpm\":1480.25,\"samples\":["
    for sample in 0..<2048 {
      let value = (sample * 7919 + number * 104_729) % 199_999 - 99_999
      let digits = String(value.magnitude)
      let fraction = String(repeating: "0", count: 6 - digits.utf8.count) + digits
      text += "\(sample > 0 ? "," : "")\(value < 0 ? "-" : "")0.\(fraction)"
    }
    return Array((text + "]}").utf8)
  }
}
