/// The eight random bytes by which a signature names its key; shown as minisign shows them.
package struct MinisignKeyNumber: Sendable, Hashable, CustomStringConvertible {
  static let count = 8

  let bytes: [UInt8]

  init(_ bytes: some Collection<UInt8>) {
    precondition(bytes.count == Self.count)
    self.bytes = Array(bytes)
  }

  /// Without zeros in front, as minisign writes it.
  package var description: String {
    String(bytes.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }, radix: 16, uppercase: true)
  }
}
