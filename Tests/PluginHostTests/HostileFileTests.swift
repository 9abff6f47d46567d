import Foundation
import Testing

/// Each denial beside the same call where it is declared.
@Suite(.enabled(if: PluginFolder.hasCompiler, "there is no C compiler"), .serialized)
struct HostileFileTests {
  let folder: PluginFolder
  let library: String

  init() throws {
    folder = try PluginFolder()
    library = try folder.compileHostile()
  }

  @Test func filesOutsideCannotBeReadUnlessDeclared() throws {
    let journal = try folder.write("journal.db", "records")
    let hostile = try Hostile(library, folder)
    #expect(try hostile.order("read /etc/shadow") == "EACCES")
    #expect(try hostile.order("read \(journal)") == "EACCES")
    #expect(try hostile.order("read /proc/self/environ") == "EACCES")
    #expect(try hostile.order("read /proc/1/root/etc/passwd") != "ok")
    #expect(try hostile.order("read \(library)") == "ok")
    #expect(hostile.child.hasSaid("crossdock-denied: 1 open /etc/shadow\n"))
    #expect(hostile.child.hasSaid("open \(journal)\n"))

    let declared = try Hostile(library, folder, ["--read", journal])
    #expect(try declared.order("read \(journal)") == "ok")
    #expect(try declared.order("write \(journal)") == "EACCES")
    #expect(try declared.order("read /etc/shadow") == "EACCES")
  }

  /// Swift's runtime and the C library look there when they start, and do without.
  @Test func itsOwnMapIsDeniedAndNotCounted() throws {
    let hostile = try Hostile(library, folder)
    #expect(try hostile.order("read /proc/self/maps") == "EACCES")
    #expect(try hostile.order("read /proc/\(hostile.child.pid)/maps") == "EACCES")
    #expect(try hostile.order("write /proc/self/maps") == "EACCES")
    #expect(try hostile.order("read /proc/self/smaps") == "EACCES")
    #expect(hostile.child.hasSaid("crossdock-denied: 1 open /proc/\(hostile.child.pid)/smaps\n"))
    #expect(hostile.child.hasSaid("crossdock-denied: 1 open /proc/\(hostile.child.pid)/maps (to write)\n"))
    #expect(!hostile.child.errors.contains("/maps\n"))
    #expect(try hostile.order("read /proc/sys/vm/overcommit_memory") == "EACCES")
    #expect(try hostile.order("read /proc/sys/vm/swappiness") == "EACCES")
    #expect(hostile.child.hasSaid("crossdock-denied: 1 open /proc/sys/vm/swappiness\n"))
    #expect(!hostile.child.errors.contains("overcommit_memory"))
  }

  @Test func roundaboutPathsLeadNowhere() throws {
    let secret = try folder.write("secret", "secret")
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/link", withDestinationPath: secret)
    let hostile = try Hostile(library, folder)
    #expect(try hostile.order("read \(folder.path)/link") == "EACCES")
    #expect(try hostile.order("read \(folder.path)/../outside/secret") == "EACCES")
    #expect(hostile.child.hasSaid("open \(secret)\n"))
  }

  @Test func nothingIsWrittenOutsideDeclaredFolders() throws {
    let file = try folder.write("file", "kept")
    let writable = "\(folder.outside)/data"
    try FileManager.default.createDirectory(atPath: writable, withIntermediateDirectories: true)
    let hostile = try Hostile(library, folder, ["--write", writable])
    for order in [
      "write \(file)", "write \(folder.outside)/new", "write \(folder.path)/new", "unlink \(file)", "truncate \(file)",
      "mkdir \(folder.outside)/sub",
    ] {
      #expect(try hostile.order(order) == "EACCES", "\(order)")
    }
    #expect(try hostile.order("chmod \(file)") == "EPERM")
    #expect(try hostile.order("symlink \(writable)/shadow") == "EPERM")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
    #expect(hostile.child.hasSaid("open \(file) (to write)\n"))
    #expect(hostile.child.hasSaid("crossdock-denied: 1 chmod\n"))

    for order in [
      "write \(writable)/new", "read \(writable)/new", "truncate \(writable)/new", "mkdir \(writable)/sub",
      "unlink \(writable)/new",
    ] {
      #expect(try hostile.order(order) == "ok", "\(order)")
    }
    let free = try Hostile(library, folder, ["--unconfined"])
    #expect(try free.order("chmod \(file)") == "ok")
    #expect(try free.order("symlink \(folder.outside)/shadow") == "ok")
  }

  @Test func filesGrowToTheirLimit() throws {
    let hostile = try Hostile(library, folder, ["--write", folder.outside, "--file-mb", "3"])
    #expect(try hostile.order("fill \(folder.outside)/large") == "3 EFBIG")
    #expect(try hostile.order("write \(folder.outside)/small") == "ok")
  }

  @Test func memoryIsTakenUpToTheLimit() throws {
    let hostile = try Hostile(library, folder, ["--memory-mb", "64"])
    #expect(try hostile.order("memory 10240") == "ENOMEM")
    #expect(try hostile.order("memory 100") == "ENOMEM")
    #expect(try hostile.order("memory 50") == "ok")
    #expect(try hostile.order("limit") == "EPERM")
    #expect(try hostile.order("shared") == "EPERM")
    #expect(try Hostile(library, folder, ["--unconfined"]).order("shared") == "ok")
    let larger = try Hostile(library, folder, ["--memory-mb", "200"])
    #expect(try larger.order("memory 100") == "ok")
  }

  @Test func descriptorsAreTakenUpToTheLimit() throws {
    #expect(try Hostile(library, folder).order("descriptors") == "EMFILE")
    #expect(try Hostile(library, folder, ["--open-files", "2000"]).order("descriptors") == "ok")
  }

  @Test func whatMayBeReadCannotBeEmptied() throws {
    let file = try folder.write("file", "kept")
    #expect(try Hostile(library, folder, ["--read", file]).order("empty \(file)") == "EPERM")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
    #expect(try Hostile(library, folder, ["--unconfined"]).order("empty \(file)") == "ok")
  }

  @Test func environmentOfTheAgentIsGone() throws {
    let child = try HostChild(
      ["run", "--folder", folder.path, library], environment: ["PATH=/bin", "FLOOR_PASSWORD=secret", "TZ=UTC"])
    _ = try child.receive()
    try child.request(.open, Payloads.open())
    let orders = ["FLOOR_PASSWORD", "TZ", "PATH", "HOME"].map { "environment \($0)" }
    let answer = try child.request(.batch, Payloads.batch(orders, newSources: ["s"]))
    #expect(answer.outputs.map(\.body) == ["none", "UTC", "/usr/bin", "/nonexistent"])
    let memory = try String(
      decoding: Data(contentsOf: URL(fileURLWithPath: "/proc/\(child.pid)/environ")), as: UTF8.self)
    #expect(!memory.contains("secret"))
  }
}
