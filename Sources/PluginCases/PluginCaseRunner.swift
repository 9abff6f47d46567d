package import Logging
internal import Platform
package import PluginRuntime
package import Records

/// Runs a plugin's test cases in the real host, confined as the agent would confine it.
package struct PluginCaseRunner {
  package struct Result: Sendable {
    package var name: String
    /// What differs, one line each; nothing when the case passes.
    package var differences: [String]
    package var records: Int
    package var outputs: Int
    package var rejects: Int
    package var tookMs: Int64

    package var isPassed: Bool { differences.isEmpty }
  }

  private let manifest: PluginManifest
  private let folder: String
  private let hostPath: String
  private let scratch: String
  private let isUnconfined: Bool
  private let log: Logger
  /// What it says of its options.
  package let table: [PluginDescriptor.Option]

  /// Starts the plugin once and asks it what it is.
  ///
  /// - Parameters:
  ///   - folder: the plugin's, absolute.
  ///   - scratch: a folder for the private folders of its instances, absolute; it is there.
  /// - Throws: when it cannot be started, or is not what its manifest says.
  package init(
    _ manifest: PluginManifest, folder: String, hostPath: String, scratch: String, isUnconfined: Bool = false,
    log: Logger
  ) throws(CrossdockError) {
    self.manifest = manifest
    self.folder = folder
    self.hostPath = hostPath
    self.scratch = scratch
    self.isUnconfined = isUnconfined
    self.log = log
    // Saying what it is takes no file and no network.
    var launch = try PluginLaunch(manifest, folder: folder, hostPath: hostPath, capabilities: PluginCapabilities())
    launch.isUnconfined = isUnconfined
    let session: PluginSession
    do throws(PluginFailure) {
      session = try PluginSession(launch, writes: [], log: log)
    } catch {
      throw Self.failure(manifest, "\(error)")
    }
    let hello = session.hello
    session.process.kill()
    table = hello.options
    guard hello.name == manifest.name, hello.version == manifest.version.text, hello.role == manifest.role else {
      throw Self.failure(
        manifest,
        """
        it says that it is the \(hello.role.rawValue) \(hello.name) \(hello.version), and plugin.toml says the \
        \(manifest.role.rawValue) \(manifest.name) \(manifest.version)
        """, hint: "name, version and role stand in plugin.toml and in the source: a new version is written into both")
    }
  }

  /// - Throws: when a case cannot be read.
  package func run(_ testCase: PluginCase) throws(CrossdockError) -> Result {
    let start = SystemClock.monotonicNs()
    var result = Result(
      name: testCase.name, differences: [], records: testCase.input.count, outputs: 0, rejects: 0, tookMs: 0)
    let data = "\(scratch)/\(testCase.name)"
    try Files.createFolder(data)
    let whole = try life(of: testCase, data: data)
    let second = try life(of: testCase, data: data)
    do throws(PluginFailure) {
      try live(whole)
      result.differences = testCase.differences(outputs: whole.run.outputs, rejects: whole.run.rejects)
      result.differences += whole.run.refusals
      result.differences += try Self.files(testCase, data)
      if "\(whole.run.lastStatus)" != testCase.status {
        result.differences.append("status: expected \(testCase.status), found \(whole.run.lastStatus)")
      }
      let isDeterministic = manifest.role == .model || manifest.role == .decoder
      if result.isPassed, isDeterministic, testCase.isRestarted, testCase.input.count > 1, testCase.status == "ok" {
        result.differences = try Self.restarted(second, like: whole.run)
      }
    } catch {
      result.differences.append("the plugin: \(error)")
    }
    (result.outputs, result.rejects) = (whole.run.outputs.count, whole.run.rejects.count)
    result.tookMs = (SystemClock.monotonicNs() - start) / 1_000_000
    return result
  }

  private struct Life {
    var testCase: PluginCase
    var run: CaseRun
  }

  private func life(of testCase: PluginCase, data: String) throws(CrossdockError) -> Life {
    let options = try CaseOptions(
      of: testCase, plugin: manifest.name, table: table, data: data, pluginFolder: folder)
    var launch = try PluginLaunch(
      manifest, folder: folder, hostPath: hostPath,
      capabilities: try manifest.capabilities.resolved(data: data, options: options.texts))
    launch.isUnconfined = isUnconfined
    let hasData = manifest.capabilities.writeFiles.contains { $0.hasPrefix(PluginCapabilities.dataPlaceholder) }
    return Life(
      testCase: testCase,
      run: CaseRun(
        testCase, role: manifest.role, options: options.values, launch: launch, dataFolder: hasData ? data : "",
        log: log))
  }

  private func live(_ life: Life) throws(PluginFailure) {
    try life.run.start()
    if manifest.role == .feed {
      for number in 0..<life.testCase.polls {
        try life.run.poll(number)
        if life.run.lastStatus != .ok { break }
        _ = try life.run.checkpoint()
      }
    } else {
      try life.run.feed(life.testCase.input.indices)
      if life.run.lastStatus == .ok { _ = try life.run.checkpoint() }
    }
    life.run.stop()
  }

  /// The same records in small batches, with another process from the middle on: it must answer the same.
  private static func restarted(_ life: Life, like whole: CaseRun) throws(PluginFailure) -> [String] {
    let count = life.testCase.input.count
    let batch = max(1, count / 64)
    try life.run.start()
    try life.run.feed(0..<(count / 2), batchRecords: batch)
    let state = try life.run.checkpoint()
    life.run.stop()
    try life.run.start(state: state)
    try life.run.feed((count / 2)..<count, batchRecords: batch)
    life.run.stop()
    if life.run.outputs == whole.outputs, life.run.rejects == whole.rejects { return [] }
    let place = zip(whole.outputs, life.run.outputs).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let first = place ?? min(whole.outputs.count, life.run.outputs.count)
    func shown(_ outputs: [ActualOutput]) -> String { first < outputs.count ? outputs[first].shown : "nothing" }
    return [
      "cut into batches of \(batch) and restarted from its checkpoint after \(count / 2) records, it answers otherwise:",
      "output \(first + 1) in one go: \(shown(whole.outputs))",
      "output \(first + 1) restarted: \(shown(life.run.outputs))",
    ]
  }

  private static func files(_ testCase: PluginCase, _ data: String) throws(PluginFailure) -> [String] {
    do throws(CrossdockError) {
      return try testCase.differences(ofFilesIn: data)
    } catch {
      return ["\(error)"]
    }
  }

  private static func failure(_ manifest: PluginManifest, _ reason: String, hint: String = "") -> CrossdockError {
    CrossdockError("start the plugin", at: "\(manifest.name) \(manifest.version)", reason: reason, hint: hint)
  }
}
