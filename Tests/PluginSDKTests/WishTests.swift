import Fixtures
import Foundation
import Logging
import Records
import Testing

@testable import PluginRuntime

/// A plugin is told that records come again after a restart, and can ask that its checkpoint be committed with a batch: in this process and
/// in one of its own.
@Suite struct WishTests {
  private static let source = """
    #include "crossdock_plugin.h"
    #include <stdlib.h>
    static int32_t open_it(void *data, const crossdock_host *host, const crossdock_open *o, void **instance) {
      (void)data; (void)o; *instance = (void *)host; return CROSSDOCK_OK;
    }
    static int32_t process(void *instance, const crossdock_batch *b) {
      const crossdock_host *host = instance;
      (void)b;
      if (host->remaining_us(host->context) == INT64_MAX) return CROSSDOCK_OK;
      host->want_checkpoint(host->context);
      host->want_checkpoint(host->context);
      return CROSSDOCK_OK;
    }
    static int32_t checkpoint(void *instance) {
      const crossdock_host *host = instance;
      // Outside of process() it asks for nothing.
      host->want_checkpoint(host->context);
      return CROSSDOCK_OK;
    }
    static void close_it(void *instance) { (void)instance; }
    static const crossdock_plugin plugin = {sizeof(crossdock_plugin), 1, CROSSDOCK_ROLE_MODEL, 0, "wish", "1.0.0", "Asks.", 0, 0,
      open_it, 0, process, checkpoint, close_it};
    const crossdock_plugin *crossdock_plugin_entry(uint32_t host) { return host >= 1 ? &plugin : 0; }
    """

  private func build(_ workshop: Workshop) throws -> String {
    let base = workshop.folder + "/wish"
    try Self.source.write(toFile: base + ".c", atomically: true, encoding: .utf8)
    let built = try workshop.run([
      "cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-I",
      Workshop.root + "/Sources/CCrossdockPlugin/include", "-o", base + ".so", base + ".c",
    ])
    try #require(built.code == 0, "\(built.output)")
    return base + ".so"
  }

  private var batch: RecordBatch {
    let batch = RecordBatch()
    batch.finishRecord(stream: 0, source: 0, eventTimeNs: 0, ingestTimeNs: 0, monotonicNs: 0, flags: [])
    return batch
  }

  @Test func inAProcessOfItsOwn() throws {
    let workshop = try Workshop()
    let session = try workshop.session(.sharedObject(path: try build(workshop)), folder: workshop.folder)
    defer { session.close() }
    #expect(
      try session.open(
        options: [], streams: [StreamDefinition(name: "t", streamClass: .telemetry, columns: [])]) == .ok)
    #expect(try session.process(batch, newSources: [Array("pump".utf8)], isReplay: true) == .ok)
    #expect(!session.isCheckpointWanted)
    #expect(try session.process(batch, newSources: []) == .ok)
    #expect(session.isCheckpointWanted)
    #expect(try session.checkpoint() == [])
    #expect(try session.process(batch, newSources: [], isReplay: true) == .ok)
    #expect(!session.isCheckpointWanted)
  }

  @Test func inThisProcess() throws {
    let workshop = try Workshop()
    let model = try InProcessModel(
      name: "wish", descriptor: try SharedObject.load(try build(workshop)), options: [],
      streams: [StreamDefinition(name: "t", streamClass: .telemetry, columns: [])], writes: [],
      log: Logger(label: "sdk") { _ in SwiftLogNoOpLogHandler() })
    let names = SourceNames()
    Array("pump".utf8).withUnsafeBytes { names.append($0) }
    #expect(model.process(batch, selection: [0], sources: names, deadlineMs: 1000, isReplay: true))
    #expect(!model.isCheckpointWanted)
    #expect(model.process(batch, selection: [0], sources: names, deadlineMs: 1000))
    #expect(model.isCheckpointWanted)
  }
}
