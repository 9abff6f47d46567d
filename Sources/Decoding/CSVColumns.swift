import Records

/// A CSV's columns: their names as JSON, and where a feed's fields stand among them.
struct CSVColumns {
  /// `"name":`, quoted and escaped, of every column.
  private(set) var keys: [[UInt8]] = []
  /// Bytes of all keys.
  private(set) var keyBytes = 0
  private(set) var time: Int?
  /// Nil: there is no such column.
  private(set) var fields: [Int?] = []
  private(set) var dedupe: [Int?] = []

  init(names: [[UInt8]], _ options: DecoderOptions) {
    func index(_ place: String) -> Int? { names.firstIndex { $0.elementsEqual(place.utf8) } }
    time = options.time.flatMap(index)
    fields = options.fields.map { index($0.place) }
    dedupe = options.dedupe.map(index)
    for name in names {
      var key: [UInt8] = []
      name.withUnsafeBytes { CSVJSON.appendString($0, isDoubled: false, to: &key) }
      key.append(UInt8(ascii: ":"))
      keyBytes += key.count
      keys.append(key)
    }
  }
}

/// CSV fields as JSON.
enum CSVJSON {
  /// A quoted JSON string; `isDoubled`: `""` is one quote.
  static func appendString(_ text: UnsafeRawBufferPointer, isDoubled: Bool, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    var at = 0
    while at < text.count {
      let byte = text[at]
      switch byte {
      case UInt8(ascii: "\""):
        out.append(UInt8(ascii: "\\"))
        out.append(byte)
        if isDoubled { at += 1 }
      case UInt8(ascii: "\\"):
        out.append(byte)
        out.append(byte)
      case 0..<0x20:
        out.append(contentsOf: "\\u00".utf8)
        out.append(hexDigit(byte >> 4))
        out.append(hexDigit(byte & 15))
      default: out.append(byte)
      }
      at += 1
    }
    out.append(UInt8(ascii: "\""))
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }
}
