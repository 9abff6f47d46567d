import Foundation
import Testing

/// An agent with a plugin in C that copies numbers, and misbehaves where its options tell it to.
final class PluginFixture {
  let agent: AgentFixture
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// `MODE` is what happens at the number `AT`: 0 nothing, 1 abort, 2 an endless loop, 3 memory without end, 4 CROSSDOCK_FAILED, 5 a
  /// flood of outputs, 6 a record for a stream that it may not write, 7 abort when it is opened, 8 a loop when it is closed,
  /// 9 options that it cannot use, 10 CROSSDOCK_FAILED at every record, but only where it writes `copies-too`, 11 checkpoints that are its
  /// own, with each batch: they say a million more, and other versions do not know that. While
  /// there is a file `hang` or `crash` in its folder of the store, it does that before it has said what it is. With an `OPTION` it has one
  /// of that name, which must be given.
  private static let source = """
    #include "crossdock_plugin.h"
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    #ifndef MODE
    #define MODE 0
    #endif
    #ifndef AT
    #define AT -1
    #endif
    struct copier { const crossdock_host *host; uint64_t count; char *write; };
    static crossdock_bytes text(const char *s) { crossdock_bytes b = {(const uint8_t *)s, strlen(s)}; return b; }
    static int32_t open_it(void *data, const crossdock_host *host, const crossdock_open *o, void **instance) {
      (void)data;
      if (MODE == 7) abort();
      if (MODE == 9) return CROSSDOCK_BAD_OPTIONS;
      struct copier *c = calloc(1, sizeof *c); c->host = host;
      c->write = strdup(o->writes[0]); *instance = c; return CROSSDOCK_OK;
    }
    static int32_t emit(struct copier *c, const crossdock_batch *b, uint32_t r, const char *stream, long n) {
      char body[96];
      snprintf(body, sizeof body, "{\\"n\\":%ld,\\"v\\":" VERSION ",\\"count\\":%llu}", n, (unsigned long long)c->count);
      crossdock_output out = {sizeof out, 0, text(stream), b->sources[b->source[r]], b->event_time_ns[r], text(body), text("")};
      return c->host->emit(c->host->context, &out);
    }
    static int32_t misbehave(struct copier *c, const crossdock_batch *b, uint32_t r, long n) {
      switch (MODE) {
      case 1: abort();
      case 2: for (;;) { __asm__ volatile(""); }
      case 3: for (;;) { char *p = malloc(1 << 20); if (!p) abort(); memset(p, 1, 1 << 20); }
      case 4: c->host->log(c->host->context, 3, text("this one is too much")); return CROSSDOCK_FAILED;
      case 5: for (int i = 0; i < 20000; i++) if (emit(c, b, r, c->write, n) != CROSSDOCK_OK) return CROSSDOCK_FAILED; return CROSSDOCK_OK;
      case 6: return emit(c, b, r, "telemetry", n) == CROSSDOCK_OK ? CROSSDOCK_OK : CROSSDOCK_FAILED;
      default: return CROSSDOCK_OK;
      }
    }
    static int32_t process(void *instance, const crossdock_batch *b) {
      struct copier *c = instance;
      if (MODE == 11) c->host->want_checkpoint(c->host->context);
      for (uint32_t i = 0; i < b->selection_count; i++) {
        uint32_t r = b->selection[i];
        long n = (long)b->columns[b->column_offset[r]];
        if (MODE == 10 && strcmp(c->write, "copies-too") == 0) return CROSSDOCK_FAILED;
        if (MODE && n == AT) { int32_t answer = misbehave(c, b, r, n); if (answer != CROSSDOCK_OK) return answer; }
        c->count++;
        if (emit(c, b, r, c->write, n) != CROSSDOCK_OK) return CROSSDOCK_FAILED;
      }
      return CROSSDOCK_OK;
    }
    static int32_t checkpoint(void *instance) {
      struct copier *c = instance; uint64_t count = c->count + (MODE == 11 ? 1000000 : 0);
      crossdock_bytes b = {(const uint8_t *)&count, 8};
      c->host->write(c->host->context, b); return CROSSDOCK_OK;
    }
    static int32_t restore(void *instance, crossdock_bytes b) {
      struct copier *c = instance; if (b.count != 8) return CROSSDOCK_BAD_CHECKPOINT;
      memcpy(&c->count, b.data, 8); if (MODE == 11 && c->count >= 1000000) c->count -= 1000000; return CROSSDOCK_OK;
    }
    static void close_it(void *instance) { if (MODE == 8) for (;;) { __asm__ volatile(""); } free(((struct copier *)instance)->write); free(instance); }
    #ifdef OPTION
    static const crossdock_option options[] = {{sizeof(crossdock_option), CROSSDOCK_OPTION_INTEGER, OPTION, 0, "A number."}};
    #define OPTIONS sizeof options / sizeof *options
    #else
    #define options 0
    #define OPTIONS 0
    #endif
    static const crossdock_plugin plugin = {sizeof(crossdock_plugin), CROSSDOCK_ABI_VERSION, CROSSDOCK_ROLE_MODEL, OPTIONS, "copier",
      VERSION ".0.0", "Copies numbers.", options, 0, open_it, restore, process, checkpoint, close_it};
    const crossdock_plugin *crossdock_plugin_entry(uint32_t host) {
      while (access(FOLDER "/hang", F_OK) == 0) pause();
      if (access(FOLDER "/crash", F_OK) == 0) abort();
      return host >= 1 ? &plugin : 0;
    }
    """

  /// - Parameter extra: more of agent.conf.
  init(extra: String = "") throws {
    agent = try AgentFixture(
      extra: """
        [plugins]
        allow_unsigned = true
        [[stream]]
        name = "copies"
        class = "telemetry"
        [[plugin]]
        name = "copier"
        plugin = "copier"
        reads = ["telemetry"]
        writes = ["copies"]
        begin = "oldest"
        \(extra)
        """)
  }

  /// With a second instance, which writes a stream of its own.
  static func ofTwoInstances() throws -> PluginFixture {
    try PluginFixture(
      extra: """
        [[stream]]
        name = "copies-too"
        class = "telemetry"
        [[plugin]]
        name = "second"
        plugin = "copier"
        reads = ["telemetry"]
        writes = ["copies-too"]
        begin = "oldest"
        """)
  }

  /// Starts the agent and waits until its subscription is there.
  /// With the plugin's first version installed, and connected.
  static func running(mode: Int = 0, at: Int = -1, memoryMb: Int = 64, batchMs: Int = 10_000) throws -> PluginFixture {
    let fixture = try PluginFixture()
    try fixture.install(
      try fixture.bundle(version: 1, mode: mode, at: at, memoryMb: memoryMb, batchMs: batchMs))
    try fixture.startAgent()
    return fixture
  }

  func startAgent() throws {
    try agent.startAgent()
    guard waitUntil("the agent is connected", { agent.isConnected }) else {
      throw SandboxError("the agent does not connect:\n\(agent.agent?.log ?? "")")
    }
  }

  /// Makes a bundle of a version that does `mode` at the number `at`. A batch may take far longer than it does on a busy machine, but where
  /// it is to be late.
  func bundle(
    version: Int, mode: Int = 0, at: Int = -1, memoryMb: Int = 64, batchMs: Int = 10_000, option: String? = nil
  ) throws -> String {
    let folder = "copier-\(version)"
    _ = try agent.sandbox.write("\(folder)/copier.c", Self.source)
    _ = try agent.sandbox.write(
      "\(folder)/plugin.toml",
      """
      name = "copier"
      version = "\(version).0.0"
      abi = 1
      role = "model"
      summary = "Copies numbers."
      artefact = "copier.so"
      [capabilities]
      reads = ["telemetry"]
      writes = ["copies*"]
      [limits]
      memory_mb = \(memoryMb)
      batch_ms = \(batchMs)
      start_ms = 60000
      cpu_percent = 100
      output_records_per_s = 1000000
      output_kb_per_s = 1000000
      """)
    let place = agent.sandbox.path(folder)
    let compiled = try runToEnd(
      "/usr/bin/cc",
      [
        "-shared", "-fPIC", "-O1", "-DVERSION=\"\(version)\"", "-DMODE=\(mode)", "-DAT=\(at)",
        "-DFOLDER=\"\(versionFolder(version))\"", "-I",
        root + "/Sources/CCrossdockPlugin/include", "-o", place + "/copier.so", place + "/copier.c",
      ] + (option.map { ["-DOPTION=\"\($0)\""] } ?? []))
    guard compiled.code == 0 else { throw SandboxError("cc: \(compiled.errors)") }
    let file = agent.sandbox.path("copier-\(version).cdp")
    let packed = try runToEnd("crossdock", ["plugin", "pack", place, "-o", file])
    guard packed.code == 0 else { throw SandboxError("pack: \(packed.errors)") }
    return file
  }

  /// The folder of an installed version.
  func versionFolder(_ version: Int) -> String { agent.sandbox.path("data/plugins/copier/\(version).0.0") }

  /// As a state was before it held what a plugin says.
  func forgetWhatItSays() throws {
    let file = URL(fileURLWithPath: agent.sandbox.path("data/plugins/copier/state.json"))
    var state = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    var versions = try #require(state["versions"] as? [[String: Any]])
    for index in versions.indices { try #require(versions[index].removeValue(forKey: "says") != nil) }
    state["versions"] = versions
    try JSONSerialization.data(withJSONObject: state).write(to: file)
  }

  /// A command on plugins.
  @discardableResult
  func plugin(_ words: String...) throws -> (code: Int32, output: String, errors: String) {
    let result = try runToEnd("crossdock", ["plugin"] + words + ["--config", agent.configuration])
    return (result.code, result.output, result.errors)
  }

  @discardableResult
  func install(_ bundle: String) throws -> (code: Int32, output: String, errors: String) {
    let result = try runToEnd("crossdock", ["plugin", "install", bundle, "--config", agent.configuration])
    return (result.code, result.output, result.errors)
  }

  var statuses: [[String: Any]] { agent.status()?["plugins"] as? [[String: Any]] ?? [] }
  var status: [String: Any]? { statuses.first }
  func figure(_ key: String) -> Int { (status?[key] as? NSNumber)?.intValue ?? -1 }

  /// The numbers in the copies, in order, with the version that made each.
  func copies(_ stream: String = "copies") throws -> [(n: Int, version: Int, count: Int)] {
    try bodies(stream).map { body in
      func number(_ key: String) -> Int { (body[key] as? NSNumber)?.intValue ?? -1 }
      return (number("n"), number("v"), number("count"))
    }
  }

  func bodies(_ stream: String) throws -> [[String: Any]] {
    let result = try runToEnd("crossdock", ["export", stream, "--config", agent.configuration])
    guard result.code == 0 else { throw SandboxError("export: \(result.errors)") }
    return try result.output.split(separator: "\n").compactMap { line in
      (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["body"] as? [String: Any]
    }
  }

  /// The processes that the agent has started.
  func pluginProcesses() -> [pid_t] {
    guard let pid = agent.agent?.pid else { return [] }
    var all: [pid_t] = []
    for task in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? [] {
      let children = (try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/children", encoding: .utf8)) ?? ""
      all += children.split(separator: " ").compactMap { pid_t($0) }
    }
    return all
  }

  /// Waits until so many copies are in the journal. What the plugin has emitted may still be on its way there.
  func waitForCopies(_ count: Int, in stream: String = "copies") -> Bool {
    waitUntil("\(count) \(stream)") { agent.last(stream) >= count }
  }
}

extension LoadPublisher {
  /// Publishes the next so many, and waits until the broker has them.
  func publish(_ count: Int) {
    for _ in 0..<count { publish() }
    waitUntil("the broker has them") { self.isAllAcknowledged }
  }
}
