import Foundation
import Testing

/// Plugins that take what is not theirs, and one whose file was exchanged, beside a real agent.
@Suite(.serialized) struct HostilePluginTests {
  private static let filler = """
    static int32_t process(void *instance, const crossdock_batch *b) {
      struct state *s = instance; (void)b; static char megabyte[1 << 20]; memset(megabyte, 1, sizeof megabyte);
      for (long n = 0;; n++) {
        char path[600]; snprintf(path, sizeof path, "%s/%ld", s->folder, n);
        FILE *f = fopen(path, "w"); if (!f) continue;
        for (int m = 0; m < 8; m++) fwrite(megabyte, 1, sizeof megabyte, f);
        fclose(f);
      }
    }
    """

  private func bytes(_ folder: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.reduce(0) {
      let size = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\($1)")[.size] as? Int
      return $0 + (size ?? 0)
    }
  }

  /// It does not start again, no record is blamed, an operator can disable it, and nothing of it is left when it is removed.
  @Test func uplinkThatFillsItsFolderIsStopped() throws {
    let fixture = try RoleFixture(role: "uplink", process: Self.filler, limits: "disk_mb = 16")
    try fixture.startAgent()
    try fixture.agent.publisher().publish(10)
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" })
    let folder = URL(fileURLWithPath: fixture.dataFolder).resolvingSymlinksInPath().path
    let excess = "it has more than 16 MiB in its folder \(folder): disk_mb = 16"
    let reason = fixture.status?["reason"] as? String ?? ""
    #expect(reason.hasPrefix("it does not start: it has more than 16 MiB in its folder"), "\(reason), not \(excess)")
    #expect(try fixture.bodies("_quarantine").isEmpty)
    #expect(bytes(fixture.dataFolder) > 16 << 20)
    let disabled = try runToEnd("crossdock", ["plugin", "disable", "role", "--config", fixture.agent.configuration])
    #expect(disabled.code == 0, "\(disabled.errors)")
    fixture.agent.stopAgent()
    let text = try String(contentsOfFile: fixture.agent.configuration, encoding: .utf8)
    let section = try #require(text.range(of: "[[plugin]]"))
    try String(text[..<section.lowerBound]).write(
      toFile: fixture.agent.configuration, atomically: true, encoding: .utf8)
    let removed = try runToEnd("crossdock", ["plugin", "remove", "role", "--config", fixture.agent.configuration])
    #expect(removed.output.contains("role: removed 1 private folder\n"), "\(removed)")
    #expect(!FileManager.default.fileExists(atPath: fixture.dataFolder))
  }

  private static let idler = """
    static int32_t process(void *instance, const crossdock_batch *b) { (void)instance; (void)b; return CROSSDOCK_OK; }
    """

  /// What runs goes on; the file that somebody exchanged does not.
  @Test func fileThatIsNotWhatWasInstalledIsNotStarted() throws {
    let fixture = try RoleFixture(role: "uplink", process: Self.idler)
    try fixture.startAgent()
    #expect(waitUntil("it runs") { fixture.status?["state"] as? String == "running" })
    let file = fixture.agent.sandbox.path("data/plugins/role/1.0.0/role.so")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    bytes[bytes.count - 1] ^= 1
    try FileManager.default.removeItem(atPath: file)
    try bytes.write(to: URL(fileURLWithPath: file))
    fixture.killPlugin()
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" })
    let reason = fixture.status?["reason"] as? String ?? ""
    #expect(reason.hasPrefix("it is not what was installed: role.so"), "\(reason)")
  }
}
