/// The eight random bytes by which a signature names its key; shown as minisign shows them.
package struct MinisignKeyNumber: Sendable, Hashable, CustomStringConvertible {
  static let count = 8

  let bytes: [UInt8]

  init(_ bytes: some Collection<UInt8>) {
    precondition(bytes.count == Self.count)
    self.bytes = Array(bytes)
  }

  package var description: String {
    bytes.reversed().map { byte in
      let text = String(byte, radix: 16, uppercase: true)
      return byte < 16 ? "0" + text : text
    }.joined()
  }
}
