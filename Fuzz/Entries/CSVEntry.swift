import Decoding
import JSONText
import Records

/// Byte 0 chooses delimiter, header and bounds, the rest is the payload. Each record's body must be a JSON object with as many
/// members as there are columns, and be read by the JSON decoder to the same numbers.
enum CSVEntry {
  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    var input = FuzzInput(bytes)
    let choice = input.byte()
    let payload = Array(input.rest)
    var csv = DecoderOptions.CSV()
    csv.delimiter = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "a")][Int(choice & 3)]
    csv.hasHeader = choice & 4 == 0
    csv.columns = choice & 8 == 0 || csv.hasHeader ? [] : ["a", "b", "t"]
    csv.maxRows = 20
    csv.maxColumns = 8
    csv.maxNameBytes = 20
    csv.maxExpandedBytes = 2000
    let place = csv.hasHeader || !csv.columns.isEmpty ? "a" : "1"
    let options = DecoderOptions(
      format: .csv, time: csv.hasHeader || !csv.columns.isEmpty ? "t" : "2", fields: [.init("a", at: place)],
      dedupe: choice & 16 == 0 ? [place] : [], csv: csv)
    let decoded = DecodedInput(payload, options)
    guard case .records(let count) = decoded.outcome else {
      if case .undecodable(let fault) = decoded.outcome {
        try require((0...payload.count).contains(fault.offset), "\(fault) in \(payload.count) bytes")
      }
      return 0
    }
    try require(count >= 1 && count <= csv.maxRows, "\(count) rows")
    for record in 1...count {
      let body = decoded.batch.withBody(of: record) { Array($0) }
      guard let object = try? JSONValue.parse(body), let members = object.object else {
        throw FuzzFinding("the body is no JSON object: \(String(decoding: body, as: UTF8.self))")
      }
      try require(members.count <= csv.maxColumns, "\(members.count) columns")
      guard let value = object[place] else { continue }
      let column = decoded.batch.columns[record - 1]
      if let number = value.number {
        try require(column.bitPattern == number.bitPattern, "\(place) is \(column), in the body \(number)")
      } else if case .null = value {
        try require(column.isNaN, "\(place) is \(column), in the body null")
      }
    }
    return count
  }
}
