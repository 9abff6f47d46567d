/// SVG text, element by element. Coordinates are rounded to hundredths, text is escaped.
struct SVGWriter {
  private(set) var text = ""

  mutating func open(_ width: Double, _ height: Double) {
    text +=
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(number(width))\" height=\"\(number(height))\" viewBox=\"0 0 \(number(width)) \(number(height))\" font-family=\"Helvetica, Arial, sans-serif\">\n"
    rect(0, 0, width, height, "fill=\"#ffffff\"")
  }

  mutating func close() { text += "</svg>\n" }

  mutating func raw(_ element: String) { text += element + "\n" }

  mutating func rect(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String) {
    text +=
      "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\" \(style)/>\n"
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    text += "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" \(style)/>\n"
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String) {
    text += "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\" \(style)/>\n"
  }

  mutating func path(_ points: [(x: Double, y: Double)], closed: Bool = false, _ style: String) {
    guard let first = points.first else { return }
    var path = "M\(number(first.x)) \(number(first.y))"
    for point in points.dropFirst() { path += "L\(number(point.x)) \(number(point.y))" }
    text += "<path d=\"\(path)\(closed ? "Z" : "")\" \(style)/>\n"
  }

  mutating func label(_ x: Double, _ y: Double, _ size: Double, _ label: String, _ style: String = "") {
    text +=
      "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(number(size))\" \(style)>\(Self.escaped(label))</text>\n"
  }

  func number(_ value: Double) -> String {
    let hundredths = (value * 100).rounded()
    let whole = Int64(hundredths)
    let sign = whole < 0 ? "-" : ""
    let (units, rest) = (whole.magnitude / 100, whole.magnitude % 100)
    if rest == 0 { return "\(sign)\(units)" }
    return "\(sign)\(units).\(rest < 10 ? "0" : "")\(rest)"
  }

  private static func escaped(_ label: String) -> String {
    var out = ""
    for character in label {
      switch character {
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "&": out += "&amp;"
      case "\"": out += "&quot;"
      default: out.append(character)
      }
    }
    return out
  }
}
