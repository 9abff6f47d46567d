import Foundation

/// A disk that refuses to write the journal with the error that a file says: a shim before the C library, built with the
/// system's compiler.
struct FaultyDisk {
  private let errorFile: String
  let environment: [String: String]

  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    static int refused(int fd) {
      char link[64], path[4096];
      snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
      ssize_t length = readlink(link, path, sizeof path - 1);
      if (length < 0) return 0;
      path[length] = 0;
      if (!strstr(path, "journal.db")) return 0;
      FILE *file = fopen(getenv("CROSSDOCK_DISK_ERROR_FILE"), "r");
      int error = 0;
      if (!file) return 0;
      if (fscanf(file, "%d", &error) != 1) error = 0;
      fclose(file);
      if (error) errno = error;
      return error;
    }
    #define NEXT(type, name, ...) ((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))
    ssize_t write(int fd, const void *b, size_t n) { return refused(fd) ? -1 : NEXT(ssize_t, write, int, const void *, size_t)(fd, b, n); }
    ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return refused(fd) ? -1 : NEXT(ssize_t, pwrite, int, const void *, size_t, off_t)(fd, b, n, o); }
    ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { return refused(fd) ? -1 : NEXT(ssize_t, pwrite64, int, const void *, size_t, off64_t)(fd, b, n, o); }
    int ftruncate(int fd, off_t n) { return refused(fd) ? -1 : NEXT(int, ftruncate, int, off_t)(fd, n); }
    int ftruncate64(int fd, off64_t n) { return refused(fd) ? -1 : NEXT(int, ftruncate64, int, off64_t)(fd, n); }
    int fdatasync(int fd) { return refused(fd) ? -1 : NEXT(int, fdatasync, int)(fd); }
    int fsync(int fd) { return refused(fd) ? -1 : NEXT(int, fsync, int)(fd); }
    """

  init(_ sandbox: Sandbox) throws {
    let source = try sandbox.write("faulty_disk.c", Self.source)
    let library = sandbox.path("faulty_disk.so")
    let built = try runToEnd("/usr/bin/cc", ["-shared", "-fPIC", "-o", library, source, "-ldl"])
    guard built.code == 0 else { throw SandboxError("cc: \(built.errors)") }
    errorFile = sandbox.path("disk-error")
    environment = ["LD_PRELOAD": library, "CROSSDOCK_DISK_ERROR_FILE": errorFile]
    try fail(with: 0)
  }

  /// 0: it works again.
  func fail(with error: Int32) throws {
    try Data("\(error)\n".utf8).write(to: URL(fileURLWithPath: errorFile), options: .atomic)
  }
}
