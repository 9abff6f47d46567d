#if PLUGIN_PREDICTIVE_MAINTENANCE
  /// Where the line through the values of a picture is broken: where the time goes back (a device's clock was set, or records were late), and
  /// where there were no values for so long that a line would say what nobody has measured.
  struct PlotRuns {
    /// A pause: so many times as long as nine of ten steps are at most.
    private static let pauseSteps = 5.0
    /// What is narrower is not seen; so there are few pauses in a picture, however many values.
    private static let leastPixels = 3.0
    /// Of more than so many pieces nothing could be made out: then the values are points.
    private static let mostRuns = 2000

    /// Of the values in the order in which they came; together all of them, or none where they are scattered.
    let runs: [Range<Int>]
    let isScattered: Bool
    let longestPauseNs: Double

    /// - Parameter width: of the picture, in pixels.
    init(_ times: [Int64], width: Int) {
      var steps: [Double] = []
      for (before, time) in zip(times, times.dropFirst()) where time > before {
        steps.append(Double(time) - Double(before))
      }
      steps.sort()
      var pauseNs = Double.infinity
      if let first = times.min(), let last = times.max(), !steps.isEmpty {
        let usual = steps[(steps.count - 1) * 9 / 10]
        let pixelNs = (Double(last) - Double(first)) / Double(width)
        pauseNs = max(Self.pauseSteps * usual, Self.leastPixels * pixelNs)
      }
      var (all, start): ([Range<Int>], Int) = ([], 0)
      for i in times.indices.dropFirst() {
        guard times[i] < times[i - 1] || Double(times[i]) - Double(times[i - 1]) > pauseNs else { continue }
        all.append(start..<i)
        start = i
      }
      if start < times.count { all.append(start..<times.count) }
      isScattered = all.count > Self.mostRuns
      runs = isScattered ? [] : all
      longestPauseNs = steps.last.map { $0 > pauseNs ? $0 : 0 } ?? 0
    }

    /// A line with a level that may be missing: its pieces, thinned to at most four points a column of pixels (its first, least, greatest and
    /// last), in the order of time.
    /// - Parameter place: of a value in the picture; nil: there is none.
    func lines(_ place: (Int) -> (x: Double, y: Double)?) -> [[(x: Double, y: Double)]] {
      var all: [[(x: Double, y: Double)]] = []
      for run in runs {
        var line = ThinnedLine()
        for i in run {
          if let point = place(i) {
            line.append(point)
          } else {
            all.append(line.finished())
            line = ThinnedLine()
          }
        }
        all.append(line.finished())
      }
      return all.filter { !$0.isEmpty }
    }

    /// Scattered values: one a pixel.
    static func dots(_ count: Int, _ place: (Int) -> (x: Double, y: Double)?) -> [(x: Double, y: Double)] {
      var (seen, all): (Set<Int>, [(x: Double, y: Double)]) = ([], [])
      for i in 0..<count {
        guard let point = place(i) else { continue }
        let pixel = Int(point.x) << 32 | Int(max(0, point.y))
        if seen.insert(pixel).inserted { all.append((point.x.rounded(), point.y.rounded())) }
      }
      return all
    }
  }
#endif
