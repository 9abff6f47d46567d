internal import JSONText

/// One entry of a layout's `bays`: `count` locations in each of some aisles, at equal distances.
///
///     {"aisles": ["A01", "A02"], "count": 20, "first_y": 1.0, "pitch": 1.4, "id": "{aisle}-{bay:2}", "first_bay": 1, "face": "left"}
struct BayRule {
  private enum Part {
    case text(String)
    case aisle
    case bay(digits: Int)
  }

  let aisles: [Int]
  let count: Int
  /// Millimetres.
  let firstY: Int64
  let pitch: Int64
  let face: Int8
  private let firstBay: Int
  private let pattern: [Part]

  static let members = ["aisles", "count", "first_y", "pitch", "id", "first_bay", "face"]

  /// - Parameter unusable: aisles that are left out.
  init(_ rule: MemberReader, in layout: HallLayout, unusable: Set<String>) throws(MemberError) {
    count = try rule.integer("count", in: 1...PickRoutingLimits.maximumLocations)
    firstY = try rule.millimetres("first_y")
    pitch = try rule.millimetres("pitch")
    guard pitch > 0 else { throw rule.fail("pitch", "is not greater than 0") }
    face = try rule.face()
    firstBay = rule.has("first_bay") ? try rule.integer("first_bay", in: 0...1_000_000) : 1
    pattern = try Self.parse(try rule.text("id"), in: rule)
    guard rule.has("aisles") else {
      aisles = Array(0..<layout.hallAisleCount)
      return
    }
    var numbers: [Int] = []
    for (i, element) in try rule.array("aisles").enumerated() {
      let place = "\(rule.path).aisles[\(i)]"
      let name = try MemberReader.name(element, at: place)
      guard let number = layout.aisle(name), number < layout.hallAisleCount else {
        if unusable.contains(name) { continue }
        throw MemberError(member: place, reason: "there is no aisle \(name)")
      }
      numbers.append(number)
    }
    aisles = numbers
  }

  func id(aisle: String, bay: Int) -> String {
    var id = ""
    for part in pattern {
      switch part {
      case .text(let text): id += text
      case .aisle: id += aisle
      case .bay(let digits):
        let number = String(firstBay + bay)
        id += String(repeating: "0", count: max(0, digits - number.utf8.count)) + number
      }
    }
    return id
  }

  private static func parse(_ pattern: String, in rule: MemberReader) throws(MemberError) -> [Part] {
    var parts: [Part] = []
    var rest = Substring(pattern)
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else { throw rule.fail("id", "has a '{' without its '}'") }
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      let name = rest[rest.index(after: open)..<close]
      if name == "aisle" {
        parts.append(.aisle)
      } else if name == "bay" {
        parts.append(.bay(digits: 0))
      } else if name.hasPrefix("bay:"), let digits = Int(name.dropFirst(4)), (1...9).contains(digits) {
        parts.append(.bay(digits: digits))
      } else {
        throw rule.fail("id", "has {\(name)}; known are {aisle}, {bay} and {bay:digits}")
      }
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    return parts
  }
}
