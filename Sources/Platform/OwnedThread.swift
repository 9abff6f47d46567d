internal import CLinux
internal import Glibc

/// A thread with a name and an end that can be waited for.
package final class OwnedThread: Sendable {
  private let handle: pthread_t

  /// - Parameter name: at most 15 bytes; shown by top and gdb.
  package init(name: String, stackBytes: Int = 1 << 20, _ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(ThreadBody(name: name, run: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stackBytes)
    var handle = pthread_t()
    let code = pthread_create(&handle, &attributes, runThread, box.toOpaque())
    precondition(code == 0, "pthread_create: \(code)")
    pthread_attr_destroy(&attributes)
    self.handle = handle
  }

  /// Waits for the end of the body. Call it once.
  package func join() {
    pthread_join(handle, nil)
  }
}

private final class ThreadBody: Sendable {
  let name: String
  let run: @Sendable () -> Void

  init(name: String, run: @escaping @Sendable () -> Void) {
    self.name = name
    self.run = run
  }
}

private let runThread: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { box in
  let body = Unmanaged<ThreadBody>.fromOpaque(box!).takeRetainedValue()
  crossdock_set_thread_name(body.name)
  body.run()
  return nil
}
