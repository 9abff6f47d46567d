import Fixtures
import Foundation
import Logging
import Records
import Testing

@testable import PluginRuntime

/// A plugin in C, compiled with the system's compiler against the shipped header.
@Suite struct PluginRuntimeTests {
  private static let source = """
    #include "crossdock_plugin.h"
    #include <stdlib.h>
    #include <string.h>
    struct counter { const crossdock_host *host; uint64_t count; };
    static crossdock_bytes text(const char *s) { crossdock_bytes b = {(const uint8_t *)s, strlen(s)}; return b; }
    static int32_t open_it(void *data, const crossdock_host *host, const crossdock_open *o, void **instance) {
      (void)data;
      if (o->option_count != 1 || o->options[0].integer < 0) { host->log(host->context, 3, text("step is negative")); return CROSSDOCK_BAD_OPTIONS; }
      struct counter *c = calloc(1, sizeof *c); c->host = host; *instance = c; return CROSSDOCK_OK;
    }
    static int32_t process(void *instance, const crossdock_batch *b) {
      struct counter *c = instance;
      for (uint32_t i = 0; i < b->selection_count; i++) {
        uint32_t r = b->selection[i];
        c->count++;
        crossdock_output o = {sizeof o, 0, text(b->columns[b->column_offset[r]] > 1 ? "out" : "forbidden"),
          b->sources[b->source[r]], b->event_time_ns[r], text("{\\"seen\\":true}"), text("")};
        int32_t answer = c->host->emit(c->host->context, &o);
        if (answer != CROSSDOCK_OK) return CROSSDOCK_FAILED;
      }
      c->host->count(c->host->context, "seen", b->selection_count);
      return CROSSDOCK_OK;
    }
    static int32_t checkpoint(void *instance) {
      struct counter *c = instance; crossdock_bytes b = {(const uint8_t *)&c->count, 8};
      c->host->write(c->host->context, b); return CROSSDOCK_OK;
    }
    static int32_t restore(void *instance, crossdock_bytes b) {
      struct counter *c = instance; if (b.count != 8) return CROSSDOCK_BAD_CHECKPOINT;
      memcpy(&c->count, b.data, 8); return CROSSDOCK_OK;
    }
    static void close_it(void *instance) { free(instance); }
    static const crossdock_option options[] = {{sizeof(crossdock_option), CROSSDOCK_OPTION_INTEGER, "step", "1", "A step."}};
    static const crossdock_plugin plugin = {sizeof(crossdock_plugin), VERSION, CROSSDOCK_ROLE_MODEL, 1, "counter", "1.2.3",
      "Counts.", options, 0, open_it, restore, process, checkpoint, close_it};
    const crossdock_plugin *crossdock_plugin_entry(uint32_t host) { return host >= 1 ? &plugin : 0; }
    """

  /// Compiles the plugin for an ABI version and gives its path.
  private func build(abi: Int = 1) throws -> String {
    let base = NSTemporaryDirectory() + "crossdock-plugin-\(UUID().uuidString)"
    try Data(Self.source.utf8).write(to: URL(fileURLWithPath: base + ".c"))
    let compiled = try ProgramRun(
      "cc",
      [
        "-shared", "-fPIC", "-DVERSION=\(abi)", "-I", Repository.root.path + "/Sources/CCrossdockPlugin/include", "-o",
        base + ".so", base + ".c",
      ])
    #expect(compiled.code == 0, "\(compiled.errors)")
    return base + ".so"
  }

  private func batch(_ values: [Double]) -> (RecordBatch, SourceNames) {
    let batch = RecordBatch()
    let names = SourceNames()
    for (index, value) in values.enumerated() {
      Array("source-\(index)".utf8).withUnsafeBytes { names.append($0) }
      batch.appendColumn(value)
      batch.finishRecord(
        stream: 0, source: UInt32(index), eventTimeNs: Int64(index), ingestTimeNs: 0, monotonicNs: 0, flags: [])
    }
    return (batch, names)
  }

  private func model(
    _ path: String, step: Int64 = 1, log: Logger = Logger(label: "test")
  ) throws -> InProcessModel {
    try InProcessModel(
      name: "m", descriptor: SharedObject.load(path), options: [PluginOptionValue(key: "step", value: .integer(step))],
      streams: [StreamDefinition(name: "in", streamClass: .telemetry, columns: ["v"])], writes: ["out"],
      log: log)
  }

  @Test func sharedObjectInCRunsThroughTheContract() throws {
    let path = try build()
    let descriptor = try SharedObject.load(path)
    #expect(descriptor.name == "counter" && descriptor.version == "1.2.3")
    #expect(descriptor.options.map(\.key) == ["step"])
    let model = try model(path)
    let (batch, names) = batch([5, 0, 7])
    #expect(model.process(batch, selection: [0, 2], sources: names, deadlineMs: 1000))
    let emitted = model.emitted
    #expect(emitted.records.map(\.eventTimeNs) == [0, 2])
    #expect(
      emitted.records.map { emitted.withSource(of: $0) { String(decoding: $0, as: UTF8.self) } } == [
        "source-0", "source-2",
      ])
    #expect(model.counters == ["seen": 2])
    // A record for a stream that it may not write fails the batch, and nothing of it is kept.
    #expect(!model.process(batch, selection: [0, 1], sources: names, deadlineMs: 1000))
    #expect(model.emitted.records.isEmpty)
  }

  @Test func linesOfAPluginInTheAgentAreBoundedAndTheOthersCounted() throws {
    let written = WrittenLines()
    let log = Logger(label: "test") { _ in written }
    var model: InProcessModel? = try model(build(), log: log)
    let (lines, began) = (1000, Date())
    for _ in 0..<lines { model?.receiveLog(3, "again") }
    let seconds = Int(Date().timeIntervalSince(began)) + 2
    let passed = written.lines.count { $0 == "plugin: again" }
    #expect((1...20 * seconds).contains(passed))
    // Its end is the latest that the others are told of.
    model = nil
    let told = written.lines.compactMap {
      $0.hasSuffix(" lines of the plugin were left out") ? Int($0.prefix { $0 != " " }) : nil
    }
    #expect(passed + told.reduce(0, +) == lines)
  }

  @Test func checkpointMovesTheStateAndADamagedOneIsRefused() throws {
    let path = try build()
    let first = try model(path)
    let (batch, names) = batch([5, 6])
    #expect(first.process(batch, selection: [0, 1], sources: names, deadlineMs: 1000))
    let state = try #require(first.checkpoint())
    #expect(state == [2, 0, 0, 0, 0, 0, 0, 0])
    let second = try model(path)
    #expect(second.restore(state))
    #expect(second.checkpoint() == state)
    #expect(!second.restore([1, 2, 3]))
  }

  @Test func whatIsNoPluginIsRefusedWithTheReason() throws {
    let other = try build(abi: 9)
    let path = try build()
    let abi = #expect(throws: CrossdockError.self) { _ = try SharedObject.load(other) }
    #expect(abi?.reason == "it was built for ABI 9, this agent has 1")
    let missing = #expect(throws: CrossdockError.self) { _ = try SharedObject.load("/nowhere/plugin.so") }
    #expect(missing?.exitCode == .badInput)
    let options = #expect(throws: CrossdockError.self) { _ = try model(path, step: -1) }
    #expect(options?.reason == "step is negative")
  }
}
