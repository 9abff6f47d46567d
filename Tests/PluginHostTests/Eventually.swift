import Foundation

/// Whether the condition comes to hold.
func eventually(_ condition: () -> Bool) -> Bool {
  let end = Date().addingTimeInterval(HostChild.patienceS)
  while !condition() {
    guard end.timeIntervalSinceNow > 0 else { return false }
    _ = poll(nil, 0, 5)
  }
  return true
}

extension [UInt8] {
  func replacing(at index: Int, with byte: UInt8) -> [UInt8] {
    var copy = self
    copy[index] = byte
    return copy
  }
}
