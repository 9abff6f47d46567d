import Foundation

/// A disk whose syncs take as long as a file says: a shim before the C library, built with the system's compiler.
struct SlowDisk {
  private let delayFile: String
  let environment: [String: String]

  static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/cc")

  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <time.h>
    static void wait_as_told(void) {
      FILE *file = fopen(getenv("CROSSDOCK_SYNC_DELAY_FILE"), "r");
      long ms = 0;
      if (!file) return;
      if (fscanf(file, "%ld", &ms) != 1) ms = 0;
      fclose(file);
      struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
      nanosleep(&pause, NULL);
    }
    int fdatasync(int fd) { wait_as_told(); return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd); }
    int fsync(int fd) { wait_as_told(); return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
    """

  init(_ sandbox: Sandbox) throws {
    let source = try sandbox.write("slow_disk.c", Self.source)
    let library = sandbox.path("slow_disk.so")
    let built = try runToEnd("/usr/bin/cc", ["-shared", "-fPIC", "-o", library, source, "-ldl"])
    guard built.code == 0 else { throw SandboxError("cc: \(built.errors)") }
    delayFile = sandbox.path("sync-delay")
    environment = ["LD_PRELOAD": library, "CROSSDOCK_SYNC_DELAY_FILE": delayFile]
    try delay(ms: 0)
  }

  func delay(ms: Int) throws {
    try Data("\(ms)\n".utf8).write(to: URL(fileURLWithPath: delayFile), options: .atomic)
  }
}
