internal import AisleRouting

// What stands in a building.
extension HallDrawing {
  /// Half of the way that is drawn free of racks: of the aisle's width, or of what lies between the aisles.
  private func halfWidth(_ line: Int, _ hall: HallLayout.Floor) -> Double {
    if layout.widths[line] > 0 { return Double(layout.widths[line]) / 2000 }
    return min(1.1, 0.28 * spacing(line - hall.firstLine, hall))
  }

  private func spacing(_ aisle: Int, _ hall: HallLayout.Floor) -> Double {
    let xs = hall.geometry.aisleX
    var least = 4.0
    if aisle > 0 { least = min(least, Double(xs[aisle] - xs[aisle - 1]) / 1000) }
    if aisle + 1 < xs.count { least = min(least, Double(xs[aisle + 1] - xs[aisle]) / 1000) }
    return least
  }

  func drawnHalfWidth(_ line: Int) -> Double {
    guard let floor = layout.floor(ofLine: line) else { return 0 }
    return halfWidth(line, layout.floors[floor])
  }

  mutating func drawHall(_ hall: HallLayout.Floor, _ panel: Panel) {
    let (first, last) = (hall.geometry.crossY[0], hall.geometry.crossY[hall.geometry.crossY.count - 1])
    for cross in hall.crossAisles {
      let half = max(Double(cross.width) / 2000, 0.6) * panel.scale
      let (x, width) = (panel.left + 4, panel.width - 8)
      svg.rect(x, panel.y(cross.y) - half, width, 2 * half, "fill=\"#ffffff\"")
      let row = hall.geometry.crossY.firstIndex { $0 >= cross.y - cross.width / 2 } ?? 0
      if hall.crossDirections[row] != .both {
        let toRight = hall.crossDirections[row] == .ascending
        for part in 1...3 {
          drawArrow(x + width * Double(part) / 4, panel.y(cross.y), toRight ? (1, 0) : (-1, 0), "#b8791c", 6)
        }
      }
    }
    let locations = locationsByLine
    for aisle in hall.geometry.aisleX.indices {
      let line = hall.firstLine + aisle
      let half = halfWidth(line, hall)
      let depth = max(0.25, min(1.1, (spacing(aisle, hall) - 2 * half) / 2 - 0.05))
      let x = panel.x(hall.geometry.aisleX[aisle])
      svg.rect(
        x - half * panel.scale, panel.y(last), 2 * half * panel.scale, panel.y(first) - panel.y(last),
        "fill=\"#ffffff\"")
      drawRacks(line, hall, panel, x: x, half: half * panel.scale, depth: depth * panel.scale, locations[line] ?? [])
      let size = max(7, min(13, spacing(aisle, hall) * panel.scale * 0.34))
      for y in [panel.y(first) + 1.2 * panel.scale + size, panel.y(last) - 1.2 * panel.scale] {
        svg.label(x, y, size, layout.aisles[line], "text-anchor=\"middle\" font-weight=\"bold\" fill=\"#33414f\"")
      }
      if layout.directions[line] != .both {
        let up = layout.directions[line] == .ascending
        for (below, above) in zip(hall.geometry.crossY, hall.geometry.crossY.dropFirst()) {
          // Not between the two edges of a wide cross-aisle.
          guard !hall.crossAisles.contains(where: { below < $0.y && $0.y < above }) else { continue }
          drawArrow(x, panel.y((below + above) / 2), up ? (0, -1) : (0, 1), "#b8791c", 7)
        }
      }
    }
  }

  private var locationsByLine: [Int: [AislePosition]] {
    var lines: [Int: [AislePosition]] = [:]
    for (name, place) in layout.places where !layout.isDepot(name) { lines[place.aisle, default: []].append(place) }
    return lines.mapValues { $0.sorted { ($0.y, $0.face) < ($1.y, $1.face) } }
  }

  /// Racks on both sides of a sub-aisle, from its first location to its last, with a line between neighbours.
  private mutating func drawRacks(
    _ line: Int, _ hall: HallLayout.Floor, _ panel: Panel, x: Double, half: Double, depth: Double,
    _ locations: [AislePosition]
  ) {
    for (below, above) in zip(hall.geometry.crossY, hall.geometry.crossY.dropFirst()) {
      for (side, left) in [(Int8(-1), x - half - depth), (Int8(1), x + half)] {
        let ys = locations.filter { $0.y > below && $0.y < above && ($0.face == 0 || $0.face == side) }.map(\.y)
        guard let low = ys.first, let high = ys.last else { continue }
        let gaps = zip(ys, ys.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }
        let pitch = gaps.min() ?? 1000
        let (bottom, top) = (max(below + 100, low - pitch / 2), min(above - 100, high + pitch / 2))
        svg.rect(
          left, panel.y(top), depth, panel.y(bottom) - panel.y(top),
          "fill=\"#cfd8df\" stroke=\"#8795a1\" stroke-width=\"0.7\"")
        guard Double(pitch) / 1000 * panel.scale > 3 else { continue }
        for (a, b) in zip(ys, ys.dropFirst()) where a != b {
          let y = panel.y((a + b) / 2)
          svg.line(left, y, left + depth, y, "stroke=\"#9dabb7\" stroke-width=\"0.6\"")
        }
      }
    }
  }

  mutating func drawGraph(_ panel: Panel) {
    let first = layout.aisles.count - layout.nodes.count
    for edge in layout.edges {
      let (a, b) = (map.lines[first + edge.from], map.lines[first + edge.to])
      guard a.floor == panel.floor, b.floor == panel.floor else { continue }
      let (ax, ay, bx, by) = (panel.x(a.x), panel.y(a.y), panel.x(b.x), panel.y(b.y))
      svg.line(ax, ay, bx, by, "stroke=\"#ffffff\" stroke-width=\"9\" stroke-linecap=\"round\"")
      svg.line(ax, ay, bx, by, "stroke=\"#c3ccd4\" stroke-width=\"1\"")
      let length = ((bx - ax) * (bx - ax) + (by - ay) * (by - ay)).squareRoot()
      if !edge.isTwoWay, length > 0 {
        drawArrow((ax + bx) / 2, (ay + by) / 2, ((bx - ax) / length, (by - ay) / length), "#b8791c", 6)
      }
    }
    for line in first..<layout.aisles.count where map.lines[line].floor == panel.floor {
      svg.circle(panel.x(map.lines[line].x), panel.y(map.lines[line].y), 3, "fill=\"#8795a1\"")
    }
    for (name, place) in layout.places.sorted(by: { $0.key < $1.key }) where place.aisle >= first {
      let point = map.point(place)
      guard point.floor == panel.floor, !layout.isDepot(name) else { continue }
      svg.rect(panel.x(point.x) - 5, panel.y(point.y) - 5, 10, 10, "fill=\"#cfd8df\" stroke=\"#8795a1\"")
      svg.label(panel.x(point.x) + 8, panel.y(point.y) - 7, 10, name, "fill=\"#33414f\"")
    }
  }

  mutating func drawBlocks(_ panel: Panel) {
    for block in layout.permanentBlocks where map.lines[block.aisle].floor == panel.floor {
      let half = max(6, drawnHalfWidth(block.aisle) * panel.scale)
      let x = panel.x(map.lines[block.aisle].x)
      let base = map.lines[block.aisle].y
      let (top, bottom) = (panel.y(base + block.to) - 4, panel.y(base + block.from) + 4)
      svg.rect(
        x - half, top, 2 * half, bottom - top, "fill=\"#f6c6c0\" stroke=\"#c0271a\" stroke-width=\"1.5\"")
      let middle = (top + bottom) / 2
      let size = min(half, 7)
      for turn in [1.0, -1.0] {
        svg.line(
          x - size, middle - turn * size, x + size, middle + turn * size,
          "stroke=\"#c0271a\" stroke-width=\"2.5\" stroke-linecap=\"round\"")
      }
    }
  }

  /// Depots and lifts.
  mutating func drawMarks(_ panel: Panel) {
    for lift in layout.lifts {
      for stop in lift.stops {
        let point = map.point(stop)
        guard point.floor == panel.floor else { continue }
        let (x, y) = (panel.x(point.x), panel.y(point.y))
        svg.rect(x - 9, y - 9, 18, 18, "fill=\"#ffffff\" stroke=\"#5b3f8c\" stroke-width=\"2\"")
        svg.path([(x, y - 6), (x - 4, y - 1), (x + 4, y - 1)], closed: true, "fill=\"#5b3f8c\"")
        svg.path([(x, y + 6), (x - 4, y + 1), (x + 4, y + 1)], closed: true, "fill=\"#5b3f8c\"")
        svg.label(x + 13, y + 4, 11, lift.id, "fill=\"#5b3f8c\" font-weight=\"bold\"")
      }
    }
    for name in layout.depots {
      let point = map.point(layout.places[name]!)
      guard point.floor == panel.floor else { continue }
      let (x, y) = (panel.x(point.x), panel.y(point.y))
      svg.path(
        [(x, y - 9), (x + 9, y), (x, y + 9), (x - 9, y)], closed: true,
        "fill=\"#1f7a4d\" stroke=\"#ffffff\" stroke-width=\"1.5\"")
      svg.label(
        x + 11, y + 17, 12, name,
        "fill=\"#1f7a4d\" font-weight=\"bold\" paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"3\"")
    }
  }

  mutating func drawArrow(
    _ x: Double, _ y: Double, _ direction: (x: Double, y: Double), _ colour: String, _ size: Double
  ) {
    let (dx, dy) = direction
    svg.path(
      [
        (x + dx * size, y + dy * size), (x - dx * size - dy * size * 0.8, y - dy * size + dx * size * 0.8),
        (x - dx * size * 0.4, y - dy * size * 0.4), (x - dx * size + dy * size * 0.8, y - dy * size - dx * size * 0.8),
      ], closed: true, "fill=\"\(colour)\"")
  }
}
