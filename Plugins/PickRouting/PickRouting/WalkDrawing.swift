internal import AisleRouting

// An order's walk over the building, and the list of its stops.
extension HallDrawing {
  /// Stops at one place, one after the other.
  private struct Mark {
    var first: Int
    var last: Int
    var place: NamedPlace
  }

  private static let rowHeight = 19.0
  private static let rowsPerColumn = 34

  mutating func drawOrder(_ order: OpenOrder) {
    let plan = order.plan
    let rows = plan.stops.count + plan.unreachable.count
    let columns = max(1, min(3, (rows + Self.rowsPerColumn - 1) / Self.rowsPerColumn))
    let listHeight = Double((rows + columns - 1) / columns + 2) * Self.rowHeight
    let top = height
    svg.open(Self.pageWidth, top + listHeight + Self.margin)
    let proof = plan.length == plan.lowerBound ? "proven shortest" : "at most \(plan.gapPercent) % above the shortest"
    var text =
      "\(plan.length.metresText) from \(plan.start) to \(plan.reachesEnd ? order.end.name : plan.start), \(proof)"
    if let sShape = plan.sShape, sShape > 0, sShape > plan.length {
      text += " · S-shape \(sShape.metresText), \(100 * (sShape - plan.length) / sShape) % saved"
    }
    drawHead("Order \(order.id)", text + " · layout \(layout.id), version \(layout.version)")
    for panel in panels { draw(panel) }
    drawWalk(order)
    for panel in panels { drawMarks(panel) }
    drawStops(order)
    drawList(order, top: top + 8, columns: columns)
    svg.close()
  }

  private mutating func drawWalk(_ order: OpenOrder) {
    let legs = WalkLine(layout, order).legs
    var whole: [WalkLine.Point] = []
    for leg in legs { whole += whole.last == leg.first ? Array(leg.dropFirst()) : leg }
    for panel in panels {
      var run: [(x: Double, y: Double)] = []
      for point in whole {
        if point.floor == panel.floor {
          let next = (panel.x(point.x), panel.y(point.y))
          if run.last.map({ $0 != next }) ?? true { run.append(next) }
        } else if !run.isEmpty {
          drawRun(run, panel)
          run = []
        }
      }
      drawRun(run, panel)
    }
  }

  /// One line of walking, kept to the right of its way.
  private mutating func drawRun(_ points: [(x: Double, y: Double)], _ panel: Panel) {
    guard points.count >= 2 else { return }
    let aside = max(2.2, min(5, 0.28 * panel.scale))
    let ways = zip(points, points.dropFirst()).map { a, b in
      let length = ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot()
      return (x: (b.x - a.x) / length, y: (b.y - a.y) / length)
    }
    // To the right on the page, where y grows downwards.
    func shifted(_ point: (x: Double, y: Double), _ way: (x: Double, y: Double)) -> (x: Double, y: Double) {
      (point.x - way.y * aside, point.y + way.x * aside)
    }
    var line = [shifted(points[0], ways[0])]
    for i in ways.indices.dropFirst() {
      let (before, after) = (ways[i - 1], ways[i])
      let along = before.x * after.x + before.y * after.y
      if abs(along) < 0.01 {
        let corner = shifted(points[i], before)
        line.append((corner.x - after.y * aside, corner.y + after.x * aside))
      } else {
        line.append(shifted(points[i], before))
        if along < 0.99 { line.append(shifted(points[i], after)) }
      }
    }
    line.append(shifted(points[points.count - 1], ways[ways.count - 1]))
    svg.path(
      line, "fill=\"none\" stroke=\"#ffffff\" stroke-width=\"5.5\" stroke-linejoin=\"round\" stroke-linecap=\"round\"")
    svg.path(
      line, "fill=\"none\" stroke=\"#1257a8\" stroke-width=\"2.6\" stroke-linejoin=\"round\" stroke-linecap=\"round\"")
    for (i, way) in ways.enumerated() {
      let (a, b) = (shifted(points[i], way), shifted(points[i + 1], way))
      let length = abs(b.x - a.x) + abs(b.y - a.y)
      guard length > 26 else { continue }
      drawArrow((a.x + b.x) / 2, (a.y + b.y) / 2, way, "#1257a8", 5.5)
    }
  }

  private mutating func drawStops(_ order: OpenOrder) {
    var marks: [Mark] = []
    for (i, stop) in order.plan.stops.enumerated() {
      let place = order.lines[stop].place
      if let last = marks.last, last.place.position == place.position {
        marks[marks.count - 1].last = i + 1
      } else {
        marks.append(Mark(first: i + 1, last: i + 1, place: place))
      }
    }
    for mark in marks {
      let text = mark.first == mark.last ? "\(mark.first)" : "\(mark.first)-\(mark.last)"
      drawStop(mark.place.position, text, "#c2410c")
    }
    for line in order.plan.unreachable { drawStop(order.lines[line].place.position, "×", "#7a7f85") }
  }

  private mutating func drawStop(_ place: AislePosition, _ text: String, _ colour: String) {
    let point = map.point(place)
    guard let panel = panels.first(where: { $0.floor == point.floor }) else { return }
    let side = Double(place.face) * (drawnHalfWidth(place.aisle) * panel.scale + 3)
    let (x, y) = (panel.x(point.x) + side, panel.y(point.y))
    if side != 0 {
      svg.line(panel.x(point.x), y, x, y, "stroke=\"#c2410c\" stroke-width=\"2\" stroke-dasharray=\"2 3\"")
    }
    let radius = max(6.5, min(11, panel.scale * 0.5))
    let width = max(2 * radius, Double(text.count) * radius * 0.95 + 6)
    svg.rect(
      x - width / 2, y - radius, width, 2 * radius,
      "rx=\"\(svg.number(radius))\" fill=\"\(colour)\" stroke=\"#ffffff\" stroke-width=\"1.5\"")
    svg.label(
      x, y + radius * 0.42, radius * 1.15, text, "text-anchor=\"middle\" font-weight=\"bold\" fill=\"#ffffff\"")
  }

  private mutating func drawList(_ order: OpenOrder, top: Double, columns: Int) {
    let plan = order.plan
    let width = (Self.pageWidth - 2 * Self.margin) / Double(columns)
    let rows = plan.stops.count + plan.unreachable.count
    let perColumn = (rows + columns - 1) / max(1, columns)
    // The names get what the numbers leave.
    let places = [0.0, 30, width * 0.34, width * 0.62, width * 0.76, width - 14]
    for column in 0..<columns {
      let x = Self.margin + Double(column) * width
      for (i, title) in ["", "location", "item", "quantity", "check", "walk m"].enumerated() {
        svg.label(
          x + places[i], top + 14, 11, title,
          "fill=\"#4a5866\" font-weight=\"bold\"\(i == 5 ? " text-anchor=\"end\"" : "")")
      }
    }
    for row in 0..<rows {
      let isStop = row < plan.stops.count
      let line = order.lines[isStop ? plan.stops[row] : plan.unreachable[row - plan.stops.count]]
      let x = Self.margin + Double(row / max(1, perColumn)) * width
      let y = top + 14 + Double(row % max(1, perColumn) + 1) * Self.rowHeight
      if row.isMultiple(of: 2) { svg.rect(x - 4, y - 13.5, width - 8, Self.rowHeight, "fill=\"#f1f4f6\"") }
      let quantity = line.quantity == line.quantity.rounded() ? "\(Int64(line.quantity))" : "\(line.quantity)"
      let cells = [
        isStop ? "\(row + 1)" : "×", line.place.name, line.gtin ?? "", quantity,
        layout.checkDigits[line.place.name] ?? "", isStop ? svg.number(plan.walks[row].metres) : "unreachable",
      ]
      for (i, cell) in cells.enumerated() {
        svg.label(
          x + places[i], y, 12, cell,
          "fill=\"#16202c\"\(i == 0 ? " font-weight=\"bold\"" : "")\(i == 5 ? " text-anchor=\"end\"" : "")")
      }
    }
  }
}
