import JSONText
import Records
import Testing

@testable import PluginBundles

@Suite struct ManifestTests {
  @Test func manifestSaysWhatThePluginSays() throws {
    var whole = plugin(expires: "2027-12-31")
    whole.run = .exec
    whole.command = ["python3", "x y"]
    whole.capabilities = PluginCapabilities(
      reads: ["a*"], writes: [], replies: false, readFiles: ["/etc/x"], writeFiles: ["{data}/y"],
      network: ["tcp:{option:host}:502"], processes: 3)
    whole.limits = PluginLimits(
      memoryMb: 1, cpuPercent: 2, batchMs: 3, startMs: 10, outputRecordsPerS: 5, outputKbPerS: 6)
    let manifest = BundleManifest(
      plugin: whole, createdNs: 7_000_000_000,
      files: [.init(path: "bin/watch.so", bytes: 3, sha256: String(repeating: "a", count: 64), isExecutable: true)])
    #expect(try BundleManifest(json: manifest.encoded()) == manifest)
    let text = String(decoding: try bundle().manifest.encoded(), as: UTF8.self)
    #expect(
      text.hasPrefix(
        """
        {"format":"crossdock-plugin-bundle","format_version":1,"name":"watch","version":"1.0.0","abi":1,"role":"model",\
        "summary":"It watches.","license":"MIT","artefact":"bin/watch.so","run":"shared-object","command":[],\
        "created":"2026-09-21T14:13:20Z","expires":null,"capabilities":{"reads":["*"],"writes":["alerts"],"replies":true,\
        "read_files":[],"write_files":[],"network":[],"processes":0},"limits":{"memory_mb":64,"cpu_percent":50,\
        "batch_ms":1000,"start_ms":5000,"output_records_per_s":1000,"output_kb_per_s":1024},"files":[{"path":"bin/watch.so",\
        "bytes":13,"sha256":"
        """))
  }

  /// A bundle of before there were these keys reads as it did, and is written as it was.
  @Test func limitsThatCameLaterAreThereOnlyWhereTheyAreDeclared() throws {
    let before = try bundle().manifest
    #expect(before.plugin.limits.threads == 16 && before.plugin.limits.diskMb == 64)
    #expect(try BundleManifest(json: before.encoded()) == before)
    var whole = plugin()
    (whole.limits.threads, whole.limits.diskMb, whole.limits.diskFiles) = (3, 500, 20)
    let declared = BundleManifest(plugin: whole, createdNs: before.createdNs, files: before.files)
    let text = String(decoding: declared.encoded(), as: UTF8.self)
    #expect(text.contains("\"output_kb_per_s\":1024,\"threads\":3,\"disk_mb\":500,\"disk_files\":20}"))
    #expect(try BundleManifest(json: declared.encoded()) == declared)
    for (from, to, reason) in [
      ("\"threads\":3", "\"threads\":-1", "\"threads\" is no whole number"),
      ("\"threads\":3", "\"threads\":16", "is not written as"),
    ] {
      #expect(throws: CrossdockError.self, "\(reason)") {
        try BundleManifest(json: Array(text.replacing(from, with: to).utf8))
      }
    }
  }

  @Test(arguments: [
    ("\"name\":\"watch\"", "\"name\":\"../x\"", "\"name\" is no valid name of a plugin"),
    ("\"version\":\"1.0.0\"", "\"version\":\"../..\"", "\"version\" is no semantic version"),
    ("\"abi\":1", "\"abi\":2", "it was built for ABI 2; this Crossdock speaks ABI 1"),
    ("\"role\":\"model\"", "\"role\":\"root\"", "\"role\" is none of the values that it may have"),
    ("\"artefact\":\"bin/watch.so\"", "\"artefact\":\"../x.so\"", "its artefact \"../x.so\" has \"..\" in it"),
    ("\"artefact\":\"bin/watch.so\"", "\"artefact\":\"other.so\"", "its artefact \"other.so\" is not among its files"),
    (
      "\"artefact\":\"bin/watch.so\"", "\"artefact\":null", "artefact and command do not fit to run = \"shared-object\""
    ),
    ("\"format_version\":1", "\"format_version\":2", "its format is newer than this program"),
    ("\"replies\":true", "\"replies\":1", "\"replies\" is neither true nor false"),
    ("\"reads\":[\"*\"]", "\"reads\":[\"/\"]", "\"reads\": \"/\" is no pattern of streams"),
    ("\"network\":[]", "\"network\":[\"udp:a:1\"]", "\"network\": \"udp:a:1\" is not \"tcp:HOST:PORT\""),
    ("\"read_files\":[]", "\"read_files\":[\"/\"]", "\"read_files\": \"/\" would open everything"),
    ("\"memory_mb\":64", "\"memory_mb\":99999", "\"memory_mb\" is no whole number between 1 and 16384"),
    ("\"limits\":{", "\"limits\":{\"more\":1,", "\"more\" is not known in it"),
    ("\"license\":\"MIT\",", "", "\"license\" is missing in it"),
    ("\"path\":\"plugin.toml\"", "\"path\":\"/plugin.toml\"", "is an absolute path"),
    ("\"expires\":null", "\"expires\":\"never\"", "\"expires\" is no day"),
  ])
  func changedMemberIsRefused(from: String, to: String, reason: String) throws {
    let text = String(decoding: try bundle().manifest.encoded(), as: UTF8.self)
    #expect(text.contains(from))
    #expect {
      try BundleManifest(json: Array(text.replacing(from, with: to).utf8))
    } throws: { error in
      let error = error as? CrossdockError
      return error?.reason.contains(reason) == true && (to == "\"abi\":2" || error?.exitCode == .badInput)
    }
  }
}
