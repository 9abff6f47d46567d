internal import CLinux
internal import Glibc

/// The kernel's random numbers, for identities.
package enum RandomBytes {
  package static func word() -> UInt64 {
    var word: UInt64 = 0
    let count = getrandom(&word, 8, 0)
    precondition(count == 8, "getrandom: \(errno)")
    return word
  }
}
