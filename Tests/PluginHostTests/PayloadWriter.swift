/// Numbers and texts, little-endian, one after the other.
struct PayloadWriter {
  var bytes: [UInt8] = []

  mutating func put(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }

  mutating func put(_ text: String) {
    put(UInt32(text.utf8.count))
    bytes += text.utf8
  }

  mutating func pad() {
    while bytes.count % 8 != 0 { bytes.append(0) }
  }

  mutating func putArray(_ numbers: [some FixedWidthInteger]) {
    for number in numbers { put(number) }
    pad()
  }
}
