package import Records

/// What a plugin's process is, what it may do, and what it may take: everything that `crossdock-plugin-host` is told.
/// What is not named here is denied (docs/security.md).
package struct PluginLaunch: Sendable, Equatable {
  package enum Artefact: Sendable, Equatable {
    /// A shared object, loaded by the host.
    case sharedObject(path: String)
    /// A program and its arguments, which the host becomes.
    case program([String])
  }

  package var hostPath: String
  package var artefact: Artefact
  /// The plugin's folder: what it may always read.
  package var folder: String
  package var readPaths: [String] = []
  package var writePaths: [String] = []
  /// The one of `writePaths` that is the instance's own, if it declares one.
  package var privateFolder: String?
  /// `tcp:HOST:PORT`.
  package var destinations: [String] = []
  package var processes = 0
  package var limits = PluginLimits()
  package var isUnconfined = false

  package init(hostPath: String, artefact: Artefact, folder: String) {
    self.hostPath = hostPath
    self.artefact = artefact
    self.folder = folder
  }

  /// As a plugin's description has it.
  /// - Parameter capabilities: its own, with the instance's folder and options filled in.
  /// - Throws: when nothing can be started: a plugin that is linked into the agent.
  package init(
    _ manifest: PluginManifest, folder: String, hostPath: String, capabilities: PluginCapabilities
  ) throws(CrossdockError) {
    self.hostPath = hostPath
    self.folder = folder
    switch manifest.run {
    case .sharedObject:
      guard let artefact = manifest.artefact else {
        throw CrossdockError(
          "start the plugin", at: "\(folder)/plugin.toml", reason: "it names no artefact", exitCode: .badConfiguration)
      }
      self.artefact = .sharedObject(path: "\(folder)/\(artefact)")
    case .exec: artefact = .program(manifest.program)
    }
    readPaths = capabilities.readFiles
    writePaths = capabilities.writeFiles
    destinations = capabilities.network
    processes = capabilities.processes
    limits = manifest.limits
  }

  package var arguments: [String] {
    var all: [String] = []
    switch artefact {
    case .sharedObject: all.append("run")
    case .program: all.append("exec")
    }
    all += ["--folder", folder]
    if isUnconfined {
      all.append("--unconfined")
    } else {
      for path in readPaths { all += ["--read", path] }
      for path in writePaths { all += ["--write", path] }
      for destination in destinations { all += ["--connect", destination] }
      all += ["--memory-mb", "\(limits.memoryMb)", "--processes", "\(processes)"]
      all += ["--threads", "\(limits.threads)"]
    }
    switch artefact {
    case .sharedObject(let path): all.append(path)
    case .program(let command): all += ["--"] + command
    }
    return all
  }
}
