import Decoding
import Engine
import Glibc
import Records

/// One thing that is measured.
struct DecodeCase {
  let name: String
  let messages: [[UInt8]]

  /// - Parameter pass: handles each message once.
  func time(_ rounds: Int, _ pass: () -> Void) {
    // Two passes fill the tables and arenas; what is allocated after them is allocated for ever.
    let perRound = max(1, 1_000_000 / messages.count / max(1, messages[0].count / 150))
    pass()
    pass()
    let before = Allocations.count()
    var best = Double.infinity
    for _ in 0..<rounds {
      let start = monotonicNs()
      for _ in 0..<perRound { pass() }
      best = min(best, Double(monotonicNs() - start) / Double(perRound * messages.count))
    }
    var allocations = "-"
    if let before, let after = Allocations.count() {
      allocations = fixed(Double(after - before) / Double(rounds * perRound * messages.count), places: 3)
    }
    let average = messages.reduce(0) { $0 + $1.count } / messages.count
    print("\(name): \(fixed(best, places: 1)) ns, \(Int(1e9 / best))/s, \(allocations) allocations, \(average) bytes")
  }

  private func monotonicNs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private func fixed(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let whole = Int((value * scale).rounded())
    let fraction = String(whole % Int(scale))
    return "\(whole / Int(scale))." + String(repeating: "0", count: places - fraction.utf8.count) + fraction
  }
}

/// The allocations of this process so far, when ../allocations.c is preloaded.
enum Allocations {
  private typealias Counter = @convention(c) () -> UInt64
  private static let counter: Counter? = dlsym(nil, "crossdock_allocations").map {
    unsafeBitCast($0, to: Counter.self)
  }

  static func count() -> UInt64? { counter?() }
}

func scan(_ messages: [[UInt8]], _ pointers: [String]) throws -> () -> Void {
  let extractor = JSONExtractor(try pointers.map { try JSONPointer(parsing: $0) })
  return {
    for message in messages {
      let fault = message.withUnsafeBytes { extractor.scan($0) }
      precondition(fault == nil)
    }
  }
}

/// As the ingest path does it: into a batch, which is emptied after 256 messages; with `keys`, new identities all the time.
func decode(_ messages: [[UInt8]], _ options: DecoderOptions, keys: Bool) throws -> () -> Void {
  let decoder = try FeedDecoder(options)
  let batch = RecordBatch()
  let clock = ClockReading(wallNs: 1_795_420_800_000_000_000, monotonicNs: 77, isSynchronised: true)
  let recent = RecentKeys(limit: 10_000, windowNs: 3_600_000_000_000)
  var pass: UInt64 = 0
  var inBatch = 0
  return {
    pass += 1
    for message in messages {
      let outcome = message.withUnsafeBytes {
        decoder.decode(
          payload: $0, arrival: Arrival(clock: clock), stream: 3, source: 5, into: batch)
      }
      precondition(outcome == .records(1))
      if keys, let key = decoder.dedupeKeys[0] { precondition(recent.insert(key &+ pass, nowNs: clock.monotonicNs)) }
      inBatch += 1
      if inBatch == 256 {
        batch.removeAll()
        inBatch = 0
      }
    }
  }
}
