internal import JSONText

/// A message to the plugin, its shape checked; names are resolved later, against the layout. The member `type` tells the kind,
/// whatever the stream; members that are not known are left to those who know them.
enum PickMessage: Equatable {
  case order(PickOrder)
  case event(PickEvent)
}

struct PickOrder: Equatable {
  struct Line: Equatable {
    var number: Int
    /// The first is where the goods are expected; the others have the same item.
    var locations: [String]
    var gtin: String?
    var quantity: Double
    var handling = Handling.normal
  }

  /// Heavy goods come first and fragile ones last, so that nothing is crushed.
  enum Handling: Int, Equatable {
    case heavy, normal, fragile

    init?(name: String) {
      switch name {
      case "heavy": self = .heavy
      case "normal": self = .normal
      case "fragile": self = .fragile
      default: return nil
      }
    }
  }

  var id: String
  /// Of the content: a higher one replaces what is not picked yet.
  var version = 0
  /// Nil where the message leaves it to the default.
  var layout: String?
  var start: String?
  /// The walk ends at the nearest of them; empty: the default.
  var ends: [String]
  var lines: [Line]
}

struct PickEvent: Equatable {
  enum Kind: String, CaseIterable {
    case confirmed, short, skipped, blocked, unblocked
  }

  var kind: Kind
  /// Of the event, by its sender.
  var id: String?
  var order: String?
  var layout: String?
  /// Which lines of the order; for `blocked` and `unblocked` the location alone is a place.
  var line: Int?
  var location: String?
  /// Where the picker stands.
  var at: String?
  var stretch: Stretch?

  enum Stretch: Equatable {
    case wholeAisle(String)
    /// Millimetres.
    case part(aisle: String, from: Int64, to: Int64)
    case between(String, String)
  }
}

extension PickMessage {
  static func parse(_ document: JSONValue) throws(MemberError) -> PickMessage {
    let message = try MemberReader(document, at: "")
    let type = message.has("type") || !message.has("lines") ? try message.text("type") : "order"
    if type == "order" { return .order(try order(message)) }
    guard let kind = PickEvent.Kind(rawValue: type) else {
      let known = ["order"] + PickEvent.Kind.allCases.map(\.rawValue)
      throw message.fail("type", "is none of \(known.joined(separator: ", "))")
    }
    return .event(try event(kind, message))
  }

  private static func order(_ message: MemberReader) throws(MemberError) -> PickOrder {
    let elements = try message.array("lines")
    guard !elements.isEmpty else { throw message.fail("lines", "is empty") }
    guard elements.count <= PickRoutingLimits.maximumLinesPerOrder else {
      throw message.fail(
        "lines", "has \(elements.count) lines; at most \(PickRoutingLimits.maximumLinesPerOrder) in an order")
    }
    var numbers: Set<Int> = []
    var lines: [PickOrder.Line] = []
    for (i, element) in elements.enumerated() {
      let line = try MemberReader(element, at: "lines[\(i)]")
      let number = try line.integer("line", in: 0...1_000_000_000)
      guard numbers.insert(number).inserted else { throw line.fail("line", "\(number) is used twice") }
      let quantity = try line.number("quantity")
      guard quantity > 0, quantity <= PickRoutingLimits.maximumQuantity else {
        throw line.fail("quantity", "is not greater than 0 and at most \(Int(PickRoutingLimits.maximumQuantity))")
      }
      lines.append(
        PickOrder.Line(
          number: number, locations: try locations(line), gtin: try line.optionalText("gtin"), quantity: quantity,
          handling: try handling(line)))
    }
    return PickOrder(
      id: try message.text("order"),
      version: message.has("version") ? try message.integer("version", in: 0...1_000_000_000) : 0,
      layout: try message.optionalText("layout"), start: try message.optionalText("start"), ends: try ends(message),
      lines: lines)
  }

  /// `location`, or `locations` with one to 16 of them.
  private static func locations(_ line: MemberReader) throws(MemberError) -> [String] {
    guard line.has("locations") else { return [try line.text("location")] }
    guard !line.has("location") else { throw line.fail("locations", "cannot stand beside location") }
    return try line.names("locations", atMost: PickRoutingLimits.maximumAlternatives)
  }

  private static func ends(_ message: MemberReader) throws(MemberError) -> [String] {
    guard let value = message.value("end") else { return [] }
    guard value.array != nil else { return [try message.text("end")] }
    return try message.names("end", atMost: PickRoutingLimits.maximumAlternatives)
  }

  private static func handling(_ line: MemberReader) throws(MemberError) -> PickOrder.Handling {
    guard let name = try line.optionalText("handling") else { return .normal }
    guard let handling = PickOrder.Handling(name: name) else {
      throw line.fail("handling", "is none of heavy, normal, fragile")
    }
    return handling
  }

  private static func event(_ kind: PickEvent.Kind, _ message: MemberReader) throws(MemberError) -> PickEvent {
    var event = PickEvent(kind: kind)
    event.id = try message.nameOrNumber("id")
    event.location = try message.optionalText("location")
    event.at = try message.optionalText("at")
    event.layout = try message.optionalText("layout")
    if kind == .blocked || kind == .unblocked {
      event.order = try message.optionalText("order")
      event.stretch = try stretch(message)
      if (event.stretch == nil) == (event.location == nil) {
        throw message.fail("", "must name the place by one of location, aisle or between")
      }
    } else {
      event.order = try message.text("order")
      if message.has("line") { event.line = try message.integer("line", in: 0...1_000_000_000) }
      guard event.line != nil || event.location != nil else {
        throw message.fail("line", "is missing, and so is location")
      }
    }
    return event
  }

  private static func stretch(_ message: MemberReader) throws(MemberError) -> PickEvent.Stretch? {
    if message.has("between") {
      let names = try message.array("between")
      guard names.count == 2 else { throw message.fail("between", "is not two locations") }
      guard !message.has("aisle") else { throw message.fail("aisle", "cannot stand beside between") }
      return .between(
        try MemberReader.name(names[0], at: "between[0]"), try MemberReader.name(names[1], at: "between[1]"))
    }
    guard let aisle = try message.optionalText("aisle") else { return nil }
    if message.has("y") {
      let y = try message.millimetres("y")
      return .part(aisle: aisle, from: y, to: y)
    }
    guard message.has("from") || message.has("to") else { return .wholeAisle(aisle) }
    let (from, to) = (try message.millimetres("from"), try message.millimetres("to"))
    return .part(aisle: aisle, from: min(from, to), to: max(from, to))
  }
}
