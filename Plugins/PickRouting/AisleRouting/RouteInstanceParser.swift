/// Reads instances from text, one after the other:
///
///     NAME one_word
///     AISLES n
///     AISLE_X x0 … x(n-1)        ascending
///     CROSS h
///     CROSS_Y y0 … y(h-1)        ascending, index 0 is the front
///     DEPOT aisle cross          indices
///     BLOCKED k                  optional; then k lines `aisle y`
///     PICKS n                    then n lines `aisle y`
///     EOF
///
/// Numbers may have up to three decimals. Blank lines and CR before LF are passed over. Any bytes give instances or a
/// `RouteInstanceSyntaxError`; after an error the parser has come to its end.
package struct RouteInstanceParser: ~Copyable {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 0
  /// Most decimals that a number of the current instance has.
  private var places = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package static func parse(_ bytes: [UInt8]) throws(RouteInstanceSyntaxError) -> [RouteInstance] {
    var parser = RouteInstanceParser(bytes)
    var instances: [RouteInstance] = []
    while let instance = try parser.next() { instances.append(instance) }
    return instances
  }

  /// Nil at the end of the text.
  package mutating func next() throws(RouteInstanceSyntaxError) -> RouteInstance? {
    guard let first = nextLine() else { return nil }
    do {
      return try instance(first)
    } catch {
      position = bytes.count
      throw error
    }
  }

  private mutating func instance(_ first: [Range<Int>]) throws(RouteInstanceSyntaxError) -> RouteInstance {
    places = 0
    guard first.count == 2, isWord(first[0], "NAME") else { throw expected("NAME and one word") }
    let name = String(decoding: bytes[first[1]], as: UTF8.self)
    let aisleX = try axis("AISLES", "AISLE_X", 1...RoutingLimits.maximumAisles)
    let crossY = try axis("CROSS", "CROSS_Y", 2...RoutingLimits.maximumCrossAisles)
    let layout = AisleLayout(aisleX: aisleX, crossY: crossY)
    let depot = try fields("DEPOT", "an aisle and a cross-aisle", 2)
    let depotAisle = try index(depot[0], below: aisleX.count, "aisle")
    let depotCross = try index(depot[1], below: crossY.count, "cross-aisle")
    var section = try line("BLOCKED or PICKS with a number of lines")
    var blocks: [AislePosition] = []
    var wanted = "BLOCKED or PICKS with a number of lines"
    if section.count == 2, isWord(section[0], "BLOCKED") {
      blocks = try positions(section[1], layout)
      wanted = "PICKS with a number of lines"
      section = try line(wanted)
    }
    guard section.count == 2, isWord(section[0], "PICKS") else { throw expected(wanted) }
    let picks = try positions(section[1], layout)
    let last = try line("EOF")
    guard last.count == 1, isWord(last[0], "EOF") else { throw expected("EOF") }
    let start = AislePosition(aisle: depotAisle, y: crossY[depotCross])
    var problem = RouteProblem(layout: layout, start: start, end: start, picks: picks, blocks: blocks)
    let scale = Self.shorten(&problem, places)
    return RouteInstance(name: name, problem: problem, scale: scale)
  }

  /// From thousandths to the fewest decimals that the instance needs; returns its scale.
  private static func shorten(_ problem: inout RouteProblem, _ places: Int) -> Int64 {
    let scale: Int64 = [1, 10, 100, 1000][places]
    let divisor = 1000 / scale
    for index in problem.layout.aisleX.indices { problem.layout.aisleX[index] /= divisor }
    for index in problem.layout.crossY.indices { problem.layout.crossY[index] /= divisor }
    for index in problem.picks.indices { problem.picks[index].y /= divisor }
    for index in problem.blocks.indices { problem.blocks[index].y /= divisor }
    problem.start.y /= divisor
    problem.end.y /= divisor
    return scale
  }

  private mutating func axis(
    _ countWord: String, _ word: String, _ bounds: ClosedRange<Int>
  ) throws(RouteInstanceSyntaxError) -> [Int64] {
    let countField = try fields(countWord, "a number of \(bounds.lowerBound) to \(bounds.upperBound)", 1)
    let count = try index(countField[0], below: bounds.upperBound + 1, "number")
    guard bounds.contains(count) else {
      throw expected("\(countWord) with a number of \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    let numbers = try fields(word, "\(count) ascending number\(count == 1 ? "" : "s")", count)
    var axis: [Int64] = []
    for field in numbers {
      let value = try number(field)
      if let before = axis.last, before >= value { throw expected("\(word) with \(count) ascending numbers") }
      axis.append(value)
    }
    return axis
  }

  private mutating func positions(
    _ countField: Range<Int>, _ layout: AisleLayout
  ) throws(RouteInstanceSyntaxError) -> [AislePosition] {
    // Each position takes at least four bytes, so that no count asks for more than the text holds.
    let count = try index(countField, below: bytes.count, "number of lines")
    var positions: [AislePosition] = []
    for _ in 0..<count {
      let fields = try line("an aisle and a y")
      guard fields.count == 2 else { throw expected("an aisle and a y") }
      let position = AislePosition(
        aisle: try index(fields[0], below: layout.aisleX.count, "aisle"), y: try number(fields[1]))
      guard layout.contains(position) else { throw expected("a y between the first and the last cross-aisle") }
      positions.append(position)
    }
    return positions
  }
}

extension RouteInstanceParser {
  private func expected(_ what: String) -> RouteInstanceSyntaxError {
    RouteInstanceSyntaxError(line: line, reason: "expected \(what)")
  }

  private func isWord(_ field: Range<Int>, _ word: String) -> Bool { bytes[field].elementsEqual(word.utf8) }

  private mutating func line(_ what: String) throws(RouteInstanceSyntaxError) -> [Range<Int>] {
    guard let fields = nextLine() else { throw expected("\(what), found the end of the text") }
    return fields
  }

  /// A line of a word and so many fields; the fields.
  private mutating func fields(
    _ word: String, _ what: String, _ count: Int
  ) throws(RouteInstanceSyntaxError) -> [Range<Int>] {
    let fields = try line("\(word) with \(what)")
    guard fields.count == count + 1, isWord(fields[0], word) else { throw expected("\(word) with \(what)") }
    return Array(fields.dropFirst())
  }

  /// The fields of the next line that is not blank.
  private mutating func nextLine() -> [Range<Int>]? {
    while position < bytes.count {
      line += 1
      var fields: [Range<Int>] = []
      var start = -1
      while position < bytes.count, bytes[position] != 0x0A {
        let isSpace = bytes[position] == 0x20 || bytes[position] == 0x09 || bytes[position] == 0x0D
        if !isSpace, start < 0 { start = position }
        if isSpace, start >= 0 {
          fields.append(start..<position)
          start = -1
        }
        position += 1
      }
      if start >= 0 { fields.append(start..<position) }
      position += 1
      if !fields.isEmpty { return fields }
    }
    return nil
  }

  private func index(
    _ field: Range<Int>, below bound: Int, _ name: String
  ) throws(RouteInstanceSyntaxError) -> Int {
    var value = 0
    for byte in bytes[field] {
      guard (0x30...0x39).contains(byte), value < bound else { throw expected("\(name) from 0 to \(bound - 1)") }
      value = value * 10 + Int(byte - 0x30)
    }
    guard value < bound else { throw expected("\(name) from 0 to \(bound - 1)") }
    return value
  }

  /// In thousandths.
  private mutating func number(_ field: Range<Int>) throws(RouteInstanceSyntaxError) -> Int64 {
    var value: Int64 = 0
    var decimals = -1
    var digits = 0
    let isNegative = bytes[field.lowerBound] == 0x2D
    for byte in bytes[field].dropFirst(isNegative ? 1 : 0) {
      if byte == 0x2E, decimals < 0 {
        decimals = 0
        continue
      }
      guard (0x30...0x39).contains(byte), decimals < 3 else { throw expected("numbers with up to 3 decimals") }
      value = value * 10 + Int64(byte - 0x30)
      digits += 1
      if decimals >= 0 { decimals += 1 }
      guard value <= RoutingLimits.maximumCoordinate else { throw expected("smaller numbers") }
    }
    guard digits > 0, decimals != 0 else { throw expected("numbers with up to 3 decimals") }
    places = max(places, decimals)
    for _ in max(decimals, 0)..<3 { value *= 10 }
    guard value <= RoutingLimits.maximumCoordinate else { throw expected("smaller numbers") }
    return isNegative ? -value : value
  }
}
