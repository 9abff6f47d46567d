import Foundation

/// A wall clock that stands where a file says: seconds added to the real one. A shim before the C library.
struct ShiftedClock {
  private let offsetFile: String
  let environment: [String: String]

  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <time.h>
    int clock_gettime(clockid_t clock, struct timespec *time) {
      static int (*real)(clockid_t, struct timespec *);
      if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
      int answer = real(clock, time);
      if (answer == 0 && clock == CLOCK_REALTIME) {
        FILE *file = fopen(getenv("CROSSDOCK_CLOCK_FILE"), "r");
        long offset = 0;
        if (!file) return answer;
        if (fscanf(file, "%ld", &offset) != 1) offset = 0;
        fclose(file);
        time->tv_sec += offset;
      }
      return answer;
    }
    """

  init(_ sandbox: Sandbox) throws {
    let source = try sandbox.write("shifted_clock.c", Self.source)
    let library = sandbox.path("shifted_clock.so")
    let built = try runToEnd("/usr/bin/cc", ["-shared", "-fPIC", "-o", library, source, "-ldl"])
    guard built.code == 0 else { throw SandboxError("cc: \(built.errors)") }
    offsetFile = sandbox.path("clock-offset")
    environment = ["LD_PRELOAD": library, "CROSSDOCK_CLOCK_FILE": offsetFile]
    try shift(seconds: 0)
  }

  func shift(seconds: Int) throws {
    try Data("\(seconds)\n".utf8).write(to: URL(fileURLWithPath: offsetFile), options: .atomic)
  }
}
