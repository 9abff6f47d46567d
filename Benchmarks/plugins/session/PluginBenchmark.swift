// What the contract costs: batches of 150-byte records with one column through a plugin that looks at each, in a confined process and
// in this one. Prints one line a figure.
import Decoding
import Glibc
import Logging
import Platform
import PluginRuntime
import Records

@main
enum PluginBenchmark {
  static func main() throws {
    guard CommandLine.arguments.count == 3 else {
      print("usage: plugin-benchmark HOST FILE.so")
      exit(64)
    }
    let (host, object) = (CommandLine.arguments[1], CommandLine.arguments[2])
    var log = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
    log.logLevel = .critical
    let stream = StreamDefinition(name: "telemetry", streamClass: .telemetry, bodyFormat: .json, columns: ["value"])
    let folder = Files.folder(of: Files.absolute(object))
    let launch = PluginLaunch(hostPath: host, artefact: .sharedObject(path: Files.absolute(object)), folder: folder)
    let session = try PluginSession(launch, writes: ["sums"], log: log)
    guard try session.open(options: [], streams: [stream]) == .ok else { fail("open") }
    let descriptor = try SharedObject.load(object)
    let model = try InProcessModel(
      name: "sum", descriptor: descriptor, options: [], streams: [stream], writes: ["sums"], log: log)
    print("output_check_ns \(try outputCheckNs())")
    let names = SourceNames()
    Array("site/asset-1".utf8).withUnsafeBytes { names.append($0) }
    for count in [1, 10, 100, 500] {
      let batch = makeBatch(count)
      let selection = Array(UInt32(0)..<UInt32(count))
      let isolated = try nsPerBatch {
        guard try session.process(batch, newSources: []) == .ok else { fail("process") }
      }
      let inProcess = nsPerBatch {
        guard model.process(batch, selection: selection, sources: names, deadlineMs: 1000) else { fail("process") }
      }
      print("batch\(count).isolated_us \(Double(isolated) / 1000)")
      print("batch\(count).in_process_us \(Double(inProcess) / 1000)")
      print("batch\(count).records_per_s \(Int64(count) * 1_000_000_000 / max(1, isolated))")
    }
  }

  /// What the engine does with each body for a stream of JSON: of one with 150 bytes.
  private static func outputCheckNs() throws -> Double {
    let text =
      "{\"ts\":1790000000000,\"asset\":\"site/line/asset-1\",\"score\":71.234,\"reasons\":[\"range\",\"rate\"],\"note\":\""
    let body =
      Array(text.utf8) + Array(repeating: UInt8(ascii: "x"), count: 150 - text.utf8.count - 2) + Array("\"}".utf8)
    let extractor = JSONExtractor([])
    let ns = try nsPerBatch {
      for _ in 0..<100 where body.withUnsafeBytes({ extractor.scan($0) }) != nil { fail("scan") }
    }
    return Double(ns) / 100
  }

  private static func makeBatch(_ count: Int) -> RecordBatch {
    let batch = RecordBatch()
    let body = [UInt8](repeating: UInt8(ascii: "x"), count: 150)
    for index in 0..<count {
      batch.appendBody(body)
      batch.appendColumn(Double(index))
      batch.finishRecord(
        stream: 0, source: 0, eventTimeNs: Int64(index), ingestTimeNs: Int64(index), monotonicNs: Int64(index),
        flags: [])
      batch.setSequence(UInt64(index + 1), of: index)
    }
    return batch
  }

  /// The median of eleven rounds.
  private static func nsPerBatch(_ run: () throws -> Void) rethrows -> Int64 {
    for _ in 0..<200 { try run() }
    var rounds: [Int64] = []
    for _ in 0..<11 {
      let started = SystemClock.monotonicNs()
      for _ in 0..<500 { try run() }
      rounds.append((SystemClock.monotonicNs() - started) / 500)
    }
    return rounds.sorted()[5]
  }

  private static func fail(_ what: String) -> Never {
    print("plugin-benchmark: \(what) failed")
    exit(1)
  }
}
