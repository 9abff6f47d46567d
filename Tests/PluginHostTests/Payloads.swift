/// Payloads of requests.
enum Payloads {
  static func open(integers: [String: Int64] = [:], columns: [String] = ["value"], writes: [String] = ["out"])
    -> [UInt8]
  {
    var writer = PayloadWriter()
    writer.put(UInt32(integers.count))
    for (key, value) in integers {
      writer.put(UInt32(2))
      writer.put(key)
      writer.put("")
      writer.put(value)
      writer.put(Double(value).bitPattern)
      writer.put("")
    }
    writer.put(UInt32(1))
    writer.put("in")
    writer.put(UInt32(columns.count))
    for column in columns { writer.put(column) }
    writer.put(UInt32(writes.count))
    for name in writes { writer.put(name) }
    return writer.bytes
  }

  /// Records of stream 0, one column each.
  static func batch(
    _ bodies: [String], sources: [UInt32]? = nil, values: [Double]? = nil, newSources: [String] = [], first: UInt64 = 1,
    timeUs: Int64 = 1_000_000, nowNs: Int64 = 0, monotonicNs: Int64 = 0, waitUs: Int64 = 0
  ) -> [UInt8] {
    func offsets(_ counts: [Int]) -> [UInt32] { counts.reduce(into: [0]) { $0.append($0.last! + UInt32($1)) } }
    let (count, numbers) = (bodies.count, values ?? bodies.map { _ in 0 })
    var writer = PayloadWriter()
    let sizes = [
      count, numbers.count, 0, bodies.map(\.utf8.count).reduce(0, +), newSources.count,
      newSources.map(\.utf8.count).reduce(0, +), 0, 0,
    ]
    for size in sizes { writer.put(UInt32(size)) }
    for number in [timeUs, nowNs, monotonicNs, waitUs] { writer.put(number) }
    writer.putArray(offsets(newSources.map(\.utf8.count)))
    writer.putArray(newSources.flatMap { Array($0.utf8) })
    writer.putArray([UInt16](repeating: 0, count: count))
    writer.putArray(sources ?? [UInt32](repeating: 0, count: count))
    writer.putArray((0..<UInt64(count)).map { first + $0 })
    for base in [1000, 2000, 3000] as [Int64] { writer.putArray((0..<Int64(count)).map { base + $0 }) }
    writer.putArray([UInt32](repeating: 0, count: count))
    writer.putArray(offsets(bodies.map(\.utf8.count)))
    writer.putArray(bodies.flatMap { Array($0.utf8) })
    writer.putArray(offsets(numbers.map { _ in 1 }))
    writer.putArray(numbers.map(\.bitPattern))
    writer.putArray([UInt32](repeating: 0, count: count + 1))
    return writer.bytes
  }
}
