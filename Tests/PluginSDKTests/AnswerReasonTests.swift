import Fixtures
import Foundation
import Logging
import Records
import Testing

@testable import PluginRuntime

/// What an operator is told of a plugin that does not answer with CROSSDOCK_OK.
@Suite struct AnswerReasonTests {
  private static let source = """
    #include "crossdock_plugin.h"
    #include <string.h>
    static const crossdock_host *host;
    static int batches;
    static void say(const char *text) { host->log(host->context, CROSSDOCK_LOG_ERROR, (crossdock_bytes){(const uint8_t *)text, strlen(text)}); }
    static int32_t open_it(void *data, const crossdock_host *h, const crossdock_open *o, void **instance) {
      (void)data, (void)o;
      host = h;
      *instance = &host;
      return CROSSDOCK_OK;
    }
    static int32_t process(void *instance, const crossdock_batch *batch) {
      (void)instance, (void)batch;
      switch (batches++) {
        case 0: return 12345;
        case 1: return CROSSDOCK_RETRY;
        case 2: return CROSSDOCK_FAILED;
        case 3: say("the sensor\\n<2>crossdock: all is lost\\x1b[2J"); return CROSSDOCK_FAILED;
        case 4: return CROSSDOCK_FAILED;
        default: say("why"); return -7;
      }
    }
    static void close_it(void *instance) { (void)instance; }
    static const crossdock_plugin plugin = {.struct_size = sizeof(crossdock_plugin), .abi_version = 1, .role = CROSSDOCK_ROLE_MODEL,
      .name = "answers", .version = "1.0.0", .summary = "Answers.", .open = open_it, .process = process, .close = close_it};
    const crossdock_plugin *crossdock_plugin_entry(uint32_t host) { return host >= 1 ? &plugin : 0; }
    """

  @Test func reasonIsOfTheCallThatFailedAndNoOther() throws {
    let workshop = try Workshop()
    let base = workshop.folder + "/answers"
    try Self.source.write(toFile: base + ".c", atomically: true, encoding: .utf8)
    let built = try workshop.run([
      "cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-I",
      Workshop.root + "/Sources/CCrossdockPlugin/include", "-o", base + ".so", base + ".c",
    ])
    try #require(built.code == 0, "\(built.output)\(built.errors)")
    let session = try workshop.session(.sharedObject(path: base + ".so"), folder: workshop.folder)
    defer { session.close() }
    let stream = StreamDefinition(name: "t", streamClass: .telemetry, columns: [])
    #expect(try session.open(options: [], streams: [stream]) == .ok)
    let batch = RecordBatch()
    batch.finishRecord(stream: 0, source: 0, eventTimeNs: 0, ingestTimeNs: 0, monotonicNs: 0, flags: [])
    func reason(_ expected: PluginSession.Status, newSources: [[UInt8]] = []) throws -> String {
      #expect(try session.process(batch, newSources: newSources) == expected)
      return session.reason
    }
    #expect(
      try reason(.failed, newSources: [Array("pump".utf8)]) == "it answered 12345, which is no status of the contract")
    #expect(try reason(.retry).hasPrefix("it answered CROSSDOCK_RETRY"))
    #expect(try reason(.failed) == "")
    #expect(try reason(.failed) == #"the sensor\u{a}<2>crossdock: all is lost\u{1b}[2J"#)
    #expect(try reason(.failed) == "")
    #expect(try reason(.failed) == "it answered -7, which is no status of the contract: why")
  }
}
