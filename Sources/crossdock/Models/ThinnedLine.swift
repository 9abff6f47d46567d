#if PLUGIN_PREDICTIVE_MAINTENANCE
  /// A line that goes to the right, thinned to what is seen: of each column of pixels its first, least, greatest and last point, in their order.
  struct ThinnedLine {
    typealias Point = (x: Double, y: Double)

    private struct Column {
      var pixel: Int
      var first: Point
      var least: (y: Double, number: Int)
      var greatest: (y: Double, number: Int)
      var last: Point
      var count = 1
    }

    private var points: [Point] = []
    private var column: Column?

    mutating func append(_ point: Point) {
      let pixel = Int(point.x)
      guard var next = column, next.pixel == pixel else {
        flush()
        column = Column(pixel: pixel, first: point, least: (point.y, 0), greatest: (point.y, 0), last: point)
        return
      }
      if point.y < next.least.y { next.least = (point.y, next.count) }
      if point.y > next.greatest.y { next.greatest = (point.y, next.count) }
      next.last = point
      next.count += 1
      column = next
    }

    private mutating func flush() {
      guard let done = column else { return }
      points.append(done.first)
      let inner = done.least.number < done.greatest.number ? [done.least, done.greatest] : [done.greatest, done.least]
      for (y, number) in inner where number > 0 && number < done.count - 1 { points.append((done.first.x, y)) }
      if done.count > 1 { points.append(done.last) }
      column = nil
    }

    mutating func finished() -> [Point] {
      flush()
      return points
    }
  }
#endif
