import Foundation

/// An agent with one installed plugin in C of any role, named "role", and what it says in the stream "said".
final class RoleFixture {
  let agent: AgentFixture
  /// Of the agent, where the plugin may keep files.
  var dataFolder: String { agent.sandbox.path("data/plugin-data/role") }
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  private static let head = """
    #include "crossdock_plugin.h"
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    struct state { const crossdock_host *host; uint64_t next; char folder[512]; };
    static crossdock_bytes text(const char *s) { crossdock_bytes b = {(const uint8_t *)s, strlen(s)}; return b; }
    static int32_t open_it(void *data, const crossdock_host *host, const crossdock_open *o, void **instance) {
      (void)data;
      struct state *s = calloc(1, sizeof *s); s->host = host; s->next = 1;
      snprintf(s->folder, sizeof s->folder, "%s", o->data_folder); *instance = s; return CROSSDOCK_OK;
    }
    static int32_t checkpoint(void *instance) {
      struct state *s = instance; crossdock_bytes b = {(const uint8_t *)&s->next, 8};
      s->host->write(s->host->context, b); return CROSSDOCK_OK;
    }
    static int32_t restore(void *instance, crossdock_bytes b) {
    #ifdef UNUSABLE
      ((struct state *)instance)->next = 100000; return CROSSDOCK_BAD_CHECKPOINT;
    #endif
      struct state *s = instance; if (b.count != 8) return CROSSDOCK_BAD_CHECKPOINT;
      memcpy(&s->next, b.data, 8); return CROSSDOCK_OK;
    }
    static int32_t say(struct state *s, long n, int64_t time) {
      char body[64]; snprintf(body, sizeof body, "{\\"n\\":%ld}", n);
      crossdock_output out = {sizeof out, 0, text("said"), text("plant/one"), time, text(body), text("")};
      return s->host->emit(s->host->context, &out);
    }
    static long number(const crossdock_batch *b, uint32_t r) { return (long)b->columns[b->column_offset[r]]; }
    """

  private static func tail(_ role: String) -> String {
    """

    static void close_it(void *instance) { free(instance); }
    static const crossdock_plugin plugin = {sizeof(crossdock_plugin), CROSSDOCK_ABI_VERSION, CROSSDOCK_ROLE_\(role.uppercased()), 0,
      "role", "1.0.0", "For a test.", 0, 0, open_it, restore, process, checkpoint, close_it};
    const crossdock_plugin *crossdock_plugin_entry(uint32_t host) { return host >= 1 ? &plugin : 0; }
    """
  }

  /// - Parameters:
  ///   - process: the C function `process`.
  ///   - instance: more keys of the instance.
  ///   - limits: more of `[limits]`.
  ///   - isCheckpointUnusable: `restore` takes half of it and refuses it.
  init(role: String, process: String, instance: String = "", limits: String = "", isCheckpointUnusable: Bool = false)
    throws
  {
    let (reads, writes) = (role != "feed", role != "uplink")
    agent = try AgentFixture(
      extra: """
        [plugins]
        allow_unsigned = true
        [[stream]]
        name = "said"
        class = "telemetry"
        [[plugin]]
        name = "role"
        plugin = "role"
        \(reads ? "reads = [\"telemetry\"]\nbegin = \"oldest\"" : "")
        \(writes ? "writes = [\"said\"]" : "")
        \(instance)
        """)
    _ = try agent.sandbox.write("role/role.c", Self.head + "\n" + process + Self.tail(role))
    _ = try agent.sandbox.write(
      "role/plugin.toml",
      """
      name = "role"
      version = "1.0.0"
      abi = 1
      role = "\(role)"
      summary = "For a test."
      artefact = "role.so"
      [capabilities]
      \(reads ? "reads = [\"telemetry\"]" : "")
      \(writes ? "writes = [\"said\"]" : "")
      \(role == "model" ? "replies = true" : "")
      \(role == "uplink" ? "write_files = [\"{data}\"]" : "")
      [limits]
      batch_ms = 60000
      start_ms = 60000
      cpu_percent = 100
      output_records_per_s = 1000000
      output_kb_per_s = 1000000
      \(limits)
      """)
    let place = agent.sandbox.path("role")
    let compiled = try runToEnd(
      "/usr/bin/cc",
      [
        "-shared", "-fPIC", "-O1", isCheckpointUnusable ? "-DUNUSABLE" : "-DUSABLE", "-I",
        root + "/Sources/CCrossdockPlugin/include", "-o", place + "/role.so",
        place + "/role.c",
      ])
    guard compiled.code == 0 else { throw SandboxError("cc: \(compiled.errors)") }
    let file = agent.sandbox.path("role.cdp")
    for command in [["pack", place, "-o", file], ["install", file, "--config", agent.configuration]] {
      let result = try runToEnd("crossdock", ["plugin"] + command)
      guard result.code == 0 else { throw SandboxError("plugin \(command): \(result.errors)") }
    }
  }

  func startAgent() throws {
    try agent.startAgent()
    guard waitUntil("the agent is connected", { agent.isConnected }) else {
      throw SandboxError("the agent does not connect:\n\(agent.agent?.log ?? "")")
    }
  }

  var status: [String: Any]? { (agent.status()?["plugins"] as? [[String: Any]])?.first }
  func figure(_ key: String) -> Int { (status?[key] as? NSNumber)?.intValue ?? -1 }
  func last(_ stream: String) -> Int { agent.last(stream) }

  func bodies(_ stream: String) throws -> [[String: Any]] {
    let result = try runToEnd("crossdock", ["export", stream, "--config", agent.configuration])
    guard result.code == 0 else { throw SandboxError("export: \(result.errors)") }
    return try result.output.split(separator: "\n").compactMap { line in
      (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["body"] as? [String: Any]
    }
  }

  func said() throws -> [Int] { try bodies("said").map { ($0["n"] as? NSNumber)?.intValue ?? -1 } }

  /// The agent's, zombies among them.
  var children: [pid_t] {
    guard let pid = agent.agent?.pid else { return [] }
    var all: [pid_t] = []
    for task in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? [] {
      let children = (try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/children", encoding: .utf8)) ?? ""
      all += children.split(separator: " ").compactMap { pid_t($0) }
    }
    return all
  }

  /// As soon as there is one.
  func killPlugin() {
    waitUntil("a process") { !children.isEmpty }
    for child in children { kill(child, SIGKILL) }
  }
}
