#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CLinux
  import Glibc
  import Platform
  import Records

  /// A text file, or the standard input (`-`), line by line in constant memory.
  final class LineReader {
    static let maximumLineBytes = 8 << 20
    private static let chunkBytes = 256 << 10

    let path: String
    /// Of the line that was given last, from 1.
    private(set) var line = 0
    private let descriptor: Int32
    private var buffer: UnsafeMutablePointer<UInt8>
    private var capacity = 2 * chunkBytes
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    init(path: String) throws(CrossdockError) {
      self.path = path == "-" ? "standard input" : path
      descriptor = path == "-" ? STDIN_FILENO : crossdock_open(path, O_RDONLY, 0)
      guard descriptor >= 0 else { throw Files.inputFailure(path) }
      buffer = .allocate(capacity: capacity)
    }

    deinit {
      if descriptor != STDIN_FILENO { close(descriptor) }
      buffer.deallocate()
    }

    /// Without its end (LF or CR LF); valid until the next call. nil at the end of the file.
    func next() throws(CrossdockError) -> UnsafeBufferPointer<UInt8>? {
      var searched = start
      while true {
        if let found = memchr(buffer + searched, 0x0A, end - searched) {
          let stop = buffer.distance(to: found.assumingMemoryBound(to: UInt8.self))
          return take(to: stop, next: stop + 1)
        }
        searched = end
        guard !isAtEnd else { return start < end ? take(to: end, next: end) : nil }
        let moved = start
        try fill()
        searched -= moved - start
      }
    }

    private func take(to stop: Int, next: Int) -> UnsafeBufferPointer<UInt8> {
      let from = start
      start = next
      line += 1
      let isCarriageReturn = stop > from && buffer[stop - 1] == 0x0D
      return UnsafeBufferPointer(start: buffer + from, count: stop - from - (isCarriageReturn ? 1 : 0))
    }

    private func fill() throws(CrossdockError) {
      if start > 0 {
        buffer.update(from: buffer + start, count: end - start)
        (start, end) = (0, end - start)
      }
      guard end < Self.maximumLineBytes else {
        throw error(line: line + 1, "the line is longer than \(Self.maximumLineBytes) bytes")
      }
      if capacity - end < Self.chunkBytes {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * capacity)
        larger.update(from: buffer, count: end)
        buffer.deallocate()
        buffer = larger
        capacity *= 2
      }
      var got = -1
      repeat { got = read(descriptor, buffer + end, Self.chunkBytes) } while got < 0 && errno == EINTR
      guard got >= 0 else { throw Files.inputFailure(path) }
      isAtEnd = got == 0
      end += got
    }

    /// - Parameter column: from 1, in bytes; nil: the whole line.
    func error(line: Int? = nil, column: Int? = nil, _ reason: String, hint: String = "") -> CrossdockError {
      let place = "\(path):\(line ?? self.line)" + (column.map { ":\($0)" } ?? "")
      return CrossdockError("read the records", at: place, reason: reason, hint: hint, exitCode: .badInput)
    }
  }
#endif
