internal import AisleRouting
package import CrossdockPlugin

/// A picture of a building from above, as SVG: racks, aisles and their names, cross-aisles, depots, lifts, what is blocked and
/// what is one-way; and, of an order, the walk with its stops numbered and a list of them. Made to be printed.
///
/// Floors stand below each other. The front (least y) is at the bottom. Walks keep to the right of their way, so that a way there
/// and a way back do not hide each other.
package struct HallDrawing {
  /// One floor on the page.
  struct Panel {
    var floor: Int
    var minX: Double
    var maxY: Double
    var scale: Double
    var left: Double
    var top: Double
    var width: Double
    var height: Double

    func x(_ millimetres: Int64) -> Double { left + (Double(millimetres) / 1000 - minX) * scale }
    func y(_ millimetres: Int64) -> Double { top + (maxY - Double(millimetres) / 1000) * scale }
  }

  static let pageWidth = 1180.0
  static let margin = 36.0
  static let headHeight = 84.0

  let layout: HallLayout
  let map: BuildingMap
  var panels: [Panel] = []
  var svg = SVGWriter()
  private(set) var height = 0.0

  init(_ layout: HallLayout) {
    self.layout = layout
    map = BuildingMap(layout)
    layPanels()
  }

  /// The building alone.
  package static func draw(_ layout: HallLayout) -> String {
    var drawing = HallDrawing(layout)
    drawing.svg.open(pageWidth, drawing.height + margin)
    drawing.drawHead(layout.id, "version \(layout.version) · \(layout.locationCount) locations")
    for panel in drawing.panels {
      drawing.draw(panel)
      drawing.drawMarks(panel)
    }
    drawing.svg.close()
    return drawing.svg.text
  }

  /// An order's walk.
  /// - Throws: `PluginError` when the layout cannot be used or the order is refused.
  package static func draw(layout: [UInt8], layoutPath: String, order: [UInt8]) throws(PluginError) -> String {
    let planned = try OneOrderRoute.plan(layout: layout, layoutPath: layoutPath, order: order)
    var drawing = HallDrawing(planned.layout)
    drawing.drawOrder(planned.order)
    return drawing.svg.text
  }

  /// A picture of a layout file; what is wrong with it does not hinder it, where it can be drawn at all.
  package static func draw(layout: [UInt8], layoutPath: String) throws(PluginError) -> String {
    let (hall, findings) = LayoutReader.check(layout)
    guard let hall else { throw PluginError("layout \(layoutPath)\(findings[0].place): \(findings[0].text)") }
    return draw(hall)
  }

  private mutating func layPanels() {
    var top = Self.headHeight
    for floor in map.floorNames.indices {
      var (xs, ys): ([Int64], [Int64]) = ([], [])
      for hall in layout.floors where hall.id == map.floorNames[floor] {
        xs += hall.geometry.aisleX
        ys += hall.geometry.crossY
      }
      for line in map.lines.indices.suffix(layout.nodes.count) where map.lines[line].floor == floor {
        xs.append(map.lines[line].x)
        ys.append(map.lines[line].y)
      }
      guard let minX = xs.min(), let maxX = xs.max(), let minY = ys.min(), let maxY = ys.max() else { continue }
      let (left, bottom) = (Double(minX) / 1000 - 2.5, Double(minY) / 1000 - 2.5)
      let width = Double(maxX) / 1000 + 2.5 - left
      let height = Double(maxY) / 1000 + 2.5 - bottom
      let scale = min(60, (Self.pageWidth - 2 * Self.margin) / width, 760 / height)
      panels.append(
        Panel(
          floor: floor, minX: left, maxY: Double(maxY) / 1000 + 2.5, scale: scale,
          left: (Self.pageWidth - width * scale) / 2, top: top + 22, width: width * scale, height: height * scale))
      top += height * scale + 58
    }
    height = top
  }

  mutating func setHeight(_ height: Double) { self.height = height }

  mutating func drawHead(_ title: String, _ subtitle: String) {
    svg.label(Self.margin, 44, 26, title, "font-weight=\"bold\" fill=\"#16202c\"")
    svg.label(Self.margin, 68, 14, subtitle, "fill=\"#4a5866\"")
  }

  mutating func draw(_ panel: Panel) {
    let name = map.floorNames[panel.floor]
    if !name.isEmpty {
      svg.label(panel.left, panel.top - 6, 15, "Floor \(name)", "font-weight=\"bold\" fill=\"#16202c\"")
    }
    svg.rect(
      panel.left, panel.top, panel.width, panel.height, "fill=\"#f4f5f2\" stroke=\"#9aa5b0\" stroke-width=\"1.5\"")
    for hall in layout.floors where hall.id == name { drawHall(hall, panel) }
    drawGraph(panel)
    drawBlocks(panel)
    drawScale(panel)
  }

  private mutating func drawScale(_ panel: Panel) {
    let metres = [1.0, 2, 5, 10, 20, 50, 100, 200, 500, 1000].last { $0 * panel.scale <= 160 } ?? 1
    let (x, y) = (panel.left + panel.width - metres * panel.scale, panel.top + panel.height + 16)
    svg.line(x, y, x + metres * panel.scale, y, "stroke=\"#16202c\" stroke-width=\"2\"")
    for end in [x, x + metres * panel.scale] {
      svg.line(end, y - 4, end, y + 4, "stroke=\"#16202c\" stroke-width=\"2\"")
    }
    svg.label(x - 6, y + 4, 12, "\(Int(metres)) m", "text-anchor=\"end\" fill=\"#16202c\"")
  }
}
