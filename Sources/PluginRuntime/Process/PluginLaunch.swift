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

  package var arguments: [String] {
    var all: [String] = []
    switch artefact {
    case .sharedObject: all.append("run")
    case .program: all.append("exec")
    }
    if isUnconfined {
      all.append("--unconfined")
    } else {
      all += ["--folder", folder]
      for path in readPaths { all += ["--read", path] }
      for path in writePaths { all += ["--write", path] }
      for destination in destinations { all += ["--connect", destination] }
      all += ["--memory-mb", "\(limits.memoryMb)", "--processes", "\(processes)"]
    }
    switch artefact {
    case .sharedObject(let path): all.append(path)
    case .program(let command): all += ["--"] + command
    }
    return all
  }
}
