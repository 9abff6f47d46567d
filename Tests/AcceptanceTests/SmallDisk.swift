import Foundation

/// A file system of a few megabytes that can be filled; gone with its owner.
final class SmallDisk {
  let path: String

  /// Nil where nothing can be mounted.
  init?(_ sandbox: Sandbox, megabytes: Int) throws {
    path = sandbox.path("disk")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let options = ["-t", "tmpfs", "-o", "size=\(megabytes)m", "crossdock-test", path]
    guard try runToEnd("/usr/bin/mount", options).code == 0 else { return nil }
  }

  deinit {
    _ = try? runToEnd("/usr/bin/umount", ["-l", path])
  }

  var freeBytes: Int {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
    return (attributes?[.systemFreeSize] as? NSNumber)?.intValue ?? 0
  }

  /// About so much is left. From a fuller disk it gets there without a moment at which more is free.
  func fill(leaving bytes: Int) {
    let file = open("\(path)/filler", O_RDWR | O_CREAT, 0o600)
    let size = lseek(file, 0, SEEK_END)
    if freeBytes < bytes {
      ftruncate(file, size - (bytes - freeBytes))
    } else {
      let zeros = [UInt8](repeating: 0, count: freeBytes - bytes)
      _ = Foundation.write(file, zeros, zeros.count)
    }
    close(file)
  }

  /// Not a byte is left.
  func fill() {
    let file = open("\(path)/filler", O_WRONLY | O_CREAT, 0o600)
    let zeros = [UInt8](repeating: 0, count: 4096)
    while Foundation.write(file, zeros, zeros.count) > 0 {}
    close(file)
  }

  func empty() {
    unlink("\(path)/filler")
  }

  /// Bytes of all files below a folder of it.
  func bytes(below folder: String) -> Int {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: "\(path)/\(folder)")) ?? []
    return names.reduce(0) {
      let size = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(folder)/\($1)")[.size] as? Int
      return $0 + (size ?? 0)
    }
  }
}
