#if PLUGIN_PREDICTIVE_MAINTENANCE
  import JSONText

  /// SVG text, element by element. Coordinates have one decimal: a tenth of a pixel is not seen.
  struct SVGCanvas {
    private(set) var text: String

    init(width: Int, height: Int) {
      text =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\" "
        + "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    }

    enum Anchor: String {
      case start
      case middle
      case end
    }

    mutating func line(
      _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String, width: Double = 1, dash: String? = nil
    ) {
      text +=
        "<line x1=\"\(Self.tenths(x1))\" y1=\"\(Self.tenths(y1))\" x2=\"\(Self.tenths(x2))\" y2=\"\(Self.tenths(y2))\" "
        + "stroke=\"\(colour)\" stroke-width=\"\(Self.tenths(width))\"\(dash.map { " stroke-dasharray=\"\($0)\"" } ?? "")/>\n"
    }

    mutating func rectangle(
      _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: String, opacity: Double = 1,
      title: String? = nil
    ) {
      let head =
        "<rect x=\"\(Self.tenths(x))\" y=\"\(Self.tenths(y))\" width=\"\(Self.tenths(max(0, width)))\" "
        + "height=\"\(Self.tenths(max(0, height)))\" fill=\"\(colour)\""
        + (opacity < 1 ? " fill-opacity=\"\(opacity)\"" : "")
      text += title.map { "\(head)><title>\(MarkupText.escaped($0))</title></rect>\n" } ?? "\(head)/>\n"
    }

    /// Lines as one element. One that is no longer than a point is a short stroke: what is dashed is a level, what is not is a value and becomes a dot.
    mutating func lines(
      _ all: [[(x: Double, y: Double)]], _ colour: String, width: Double = 1, dash: String? = nil
    ) {
      var path = ""
      var lone: [(x: Double, y: Double)] = []
      for line in all {
        // What is no longer than a dot would not be seen as a line.
        let isDot = line.allSatisfy { abs($0.x - line[0].x) < 1.5 && abs($0.y - line[0].y) < 1.5 }
        if isDot, let first = line.first { lone.append(first) }
        for (i, point) in line.enumerated() where !isDot {
          path += "\(i == 0 ? "M" : i == 1 ? "L" : "")\(Self.tenths(point.x)),\(Self.tenths(point.y)) "
        }
      }
      if !path.isEmpty {
        text +=
          "<path fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(Self.tenths(width))\" stroke-linejoin=\"round\""
          + "\(dash.map { " stroke-dasharray=\"\($0)\"" } ?? "") d=\"\(path)\"/>\n"
      }
      if dash == nil { dots(lone, colour) } else { strokes(lone, colour, width) }
    }

    mutating func dots(_ points: [(x: Double, y: Double)], _ colour: String) {
      guard !points.isEmpty else { return }
      text += "<path fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2.5\" stroke-linecap=\"round\" d=\""
      for point in points { text += "M\(Self.tenths(point.x)),\(Self.tenths(point.y))h.1 " }
      text += "\"/>\n"
    }

    private mutating func strokes(_ points: [(x: Double, y: Double)], _ colour: String, _ width: Double) {
      guard !points.isEmpty else { return }
      text += "<path fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(Self.tenths(width))\" d=\""
      for point in points { text += "M\(Self.tenths(point.x - 3)),\(Self.tenths(point.y))h6 " }
      text += "\"/>\n"
    }

    mutating func label(
      _ words: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, size: Int = 12, colour: String = "#333",
      isBold: Bool = false, rotated: Bool = false
    ) {
      text +=
        "<text x=\"\(Self.tenths(x))\" y=\"\(Self.tenths(y))\" text-anchor=\"\(anchor.rawValue)\" font-size=\"\(size)\" "
        + "fill=\"\(colour)\"\(isBold ? " font-weight=\"bold\"" : "")"
        + (rotated ? " transform=\"rotate(-90 \(Self.tenths(x)) \(Self.tenths(y)))\"" : "")
        + ">\(MarkupText.escaped(words))</text>\n"
    }

    func finished() -> String { text + "</svg>\n" }

    static func tenths(_ number: Double) -> String {
      let scaled = Int((min(max(number, -1e6), 1e6) * 10).rounded())
      let whole = "\(scaled < 0 ? "-" : "")\(scaled.magnitude / 10)"
      return scaled % 10 == 0 ? whole : "\(whole).\(scaled.magnitude % 10)"
    }
  }
#endif
