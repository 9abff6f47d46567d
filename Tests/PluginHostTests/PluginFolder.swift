import CLinux
import Foundation

/// A temporary folder with plugins that are compiled into it.
final class PluginFolder {
  let path: String
  /// Beside the plugin's folder, so that nothing in it is the plugin's.
  let outside: String

  private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  private static let header = sources.deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/CCrossdockPlugin/include").path
  static let hasCompiler = FileManager.default.isExecutableFile(atPath: "/usr/bin/cc")

  init() throws {
    let base = NSTemporaryDirectory() + "crossdock-host-\(UUID().uuidString)"
    (path, outside) = (base + "/plugin", base + "/outside")
    for folder in [path, outside] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path) }

  /// The shared object made of these files of Plugins/.
  func compile(_ files: String..., options: [String] = []) throws -> String {
    let object = "\(path)/\(files[0])-\(UUID().uuidString).so"
    let arguments =
      ["/usr/bin/cc", "-O1", "-shared", "-fPIC", "-I", Self.header] + options + ["-o", object]
      + files.map { Self.sources.appendingPathComponent("Plugins/\($0).c").path }
    guard try Self.run(arguments) == 0 else { throw HostChild.Ended(description: "\(files[0]).c does not compile") }
    return object
  }

  /// Runs a program to its end; its wait status.
  private static func run(_ arguments: [String]) throws -> Int32 {
    let environment = ["PATH=/usr/bin:/bin"]
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(nothing) }
    var (pid, status): (pid_t, Int32) = (0, -1)
    guard crossdock_spawn(arguments[0], &argv, &envp, nothing, STDERR_FILENO, &pid) == 0 else { return -1 }
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status
  }

  /// The launcher that takes system calls away.
  func compileWithout() throws -> String {
    let program = "\(outside)/without"
    let source = Self.sources.appendingPathComponent("Plugins/without.c").path
    guard try Self.run(["/usr/bin/cc", "-o", program, source]) == 0 else {
      throw HostChild.Ended(description: "without.c does not compile")
    }
    return program
  }

  func compileHostile() throws -> String {
    try compile("hostile", "acts", "acts_network", "acts_process", options: ["-pthread"])
  }

  /// A file of Plugins/ as it is.
  func copy(_ name: String) throws -> String {
    try FileManager.default.copyItem(
      atPath: Self.sources.appendingPathComponent("Plugins/\(name)").path, toPath: "\(path)/\(name)")
    return name
  }

  func write(_ name: String, _ text: String) throws -> String {
    let file = "\(outside)/\(name)"
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    return file
  }
}
