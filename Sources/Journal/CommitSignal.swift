internal import Glibc
internal import Synchronization

/// Tells waiting readers that something was committed: a generation that only grows.
package final class CommitSignal: @unchecked Sendable {
  // @unchecked because the condition variable and its mutex are raw memory that only pthread functions touch; `current`
  // and `waiting` are read and written under that mutex.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var current: UInt64 = 0
  private var waiting = 0

  package init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  package var generation: UInt64 {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return current
  }

  /// A new generation: wakes everyone who waits. Costs next to nothing while nobody does.
  package func wakeAll() {
    pthread_mutex_lock(mutex)
    current += 1
    let isWaitedFor = waiting > 0
    pthread_mutex_unlock(mutex)
    if isWaitedFor { pthread_cond_broadcast(condition) }
  }

  /// Waits until the generation is past the given one, at most the time, and returns the present one.
  package func wait(past generation: UInt64, timeoutMs: Int) -> UInt64 {
    var deadline = timespec()
    clock_gettime(CLOCK_MONOTONIC, &deadline)
    deadline.tv_sec += timeoutMs / 1000
    deadline.tv_nsec += (timeoutMs % 1000) * 1_000_000
    if deadline.tv_nsec >= 1_000_000_000 {
      deadline.tv_sec += 1
      deadline.tv_nsec -= 1_000_000_000
    }
    pthread_mutex_lock(mutex)
    waiting += 1
    defer {
      waiting -= 1
      pthread_mutex_unlock(mutex)
    }
    while current <= generation {
      if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { break }
    }
    return current
  }
}
