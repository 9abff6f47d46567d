// The default detector of many signals of one asset: is any of them, or a few of them, away from where it was?
//
//   e ← e + λ (x − e)                        an exponentially weighted mean a column (Roberts 1959)
//   z = (e − centre) / scale                 standardised by what e itself did in learning, not by what x did
//   deviation = mean of the two largest |z|  one column may err, two that move together rarely do
//
// `ColumnLearning` says how centre and scale are learned. After it the centre follows e with the time constant
// `adaptCount`, for slow change is what temperatures and ambient conditions do; it is frozen while the alarm is open
// (`DeviationAlarm`), so that a fault does not become normal. The scale holds the error of exactly this follower on a
// column that wanders: a column that wandered in learning has to go farther before it counts.
//
// The largest of many columns is large by chance: beyond `fewColumns` the deviation is divided by how much larger the
// extreme of that many standard normal values is, √(ln 2n / ln 2·fewColumns) (Fisher & Tippett 1928).
//
// A column that did not move in learning is steady. Its scale is a guess: 1 % of its level, or of the first other value where its level
// is 0, so that a setting that is changed is a deviation and a last digit mostly none. What is guessed may open an alarm, at most: its |z|
// counts up to twice the threshold, or one flag would hide all other columns, and outlast its end.
//
// Multiplying a column by a constant changes nothing but roundings, nor does adding one, unless the column is steady.
//
// Causal: a row's score depends on that row and earlier ones. A cell that is NaN, infinite or beyond ±1e100 is no
// measurement: its column is left out of that row. Columns learn on their own: the score is made of those that are ready.
// Memory: 8 words a column and a few more; while learning also learnCount / 5 + 6 words a column.

import Glibc

package struct MultivariateDetector: Equatable, Sendable {
  package struct Parameters: Equatable, Sendable {
    /// Values of a column that are learned from, 10…100,000.
    package var learnCount = 400
    /// λ, above 0, at most 1.
    package var weight = 0.1
    /// Time constant with which the centre follows, in rows, at least 1.
    package var adaptCount = 400.0
    /// Deviation, in scales, from which on a row is anomalous.
    package var threshold = 3.0
    /// Rows of one alarm after which all is learned anew, for what does not end by itself is the new normal; 0: never.
    package var relearnCount = 0

    package init() {}

    /// The nearest parameters that the detector can work with.
    var bounded: Parameters {
      var parameters = self
      parameters.learnCount = min(max(learnCount, 10), 100_000)
      if !(weight > 0 && weight <= 1) { parameters.weight = 0.1 }
      if !(adaptCount >= 1 && adaptCount <= 1e12) { parameters.adaptCount = 400 }
      if !(threshold > 0 && threshold <= 1e6) { parameters.threshold = 3 }
      return parameters
    }
  }

  /// What one row is.
  package struct Reading: Equatable, Sendable {
    /// 0…1, 0.5 at the threshold: deviation² / (deviation² + threshold²).
    package var score = 0.0
    /// In scales, corrected for the number of columns.
    package var deviation = 0.0
    /// The alarm is open: it stays so for some rows after the score has fallen.
    package var isAlert = false
    /// No column was ready: nothing can be said yet.
    package var isLearning = false
    /// The row has another number of columns than the detector: it was not used.
    package var isRefused = false
  }

  package static let largestColumnCount = 256
  /// Values farther from 0 are not measurements; within, no arithmetic here overflows.
  package static let largestMagnitude = 1e100
  static let fewColumns = 8
  static let steadyShare = 0.01
  static let unknownScale = Double.greatestFiniteMagnitude

  package let parameters: Parameters
  package let columnCount: Int
  /// z of each column in the last row, 0 where there was none: the evidence of an alert.
  package internal(set) var deviations: [Double]
  var smooth: [Double]
  var centre: [Double]
  /// 0 until the column is ready; `unknownScale` while a steady column of level 0 has not moved.
  var scale: [Double]
  /// Columns that did not move in learning; empty when there is none.
  var steady: [Bool] = []
  /// nil when every column is ready.
  var learning: ColumnLearning?
  var alarm = DeviationAlarm()
  var last = Reading(isLearning: true)

  /// - Precondition: columnCount in 1…`largestColumnCount`.
  package init(columnCount: Int, _ parameters: Parameters = Parameters()) {
    precondition((1...Self.largestColumnCount).contains(columnCount), "MultivariateDetector: columns")
    self.columnCount = columnCount
    self.parameters = parameters.bounded
    let zeros = [Double](repeating: 0, count: columnCount)
    (deviations, smooth, centre, scale) = (zeros, zeros, zeros, zeros)
    learning = ColumnLearning(columnCount: columnCount, learnCount: self.parameters.learnCount)
  }

  /// Forgets everything and learns anew: after maintenance, or when a sensor was replaced.
  package mutating func reset() {
    self = MultivariateDetector(columnCount: columnCount, parameters)
  }

  package mutating func update(_ row: [Double]) -> Reading {
    row.withUnsafeBufferPointer { update($0) }
  }

  package mutating func update(_ row: UnsafeBufferPointer<Double>) -> Reading {
    guard row.count == columnCount else { return Reading(isLearning: last.isLearning, isRefused: true) }
    let used = learning == nil ? standardise(row) : learnAndStandardise(row)
    guard used.ready > 0 else {
      // Nothing was measured: what was said of the last row stays.
      for i in 0..<columnCount { deviations[i] = 0 }
      return last
    }
    let columns = max(used.ready, Self.fewColumns)
    let correction = columns == Self.fewColumns ? 1 : Self.correction(columns)
    let deviation = (used.ready == 1 ? used.largest : 0.5 * (used.largest + used.second)) * correction
    let threshold = parameters.threshold
    alarm.observe(deviation, threshold: threshold)
    last = Reading(
      score: deviation * deviation / (deviation * deviation + threshold * threshold), deviation: deviation,
      isAlert: alarm.isOpen)
    if !alarm.isOpen {
      follow(row)
    } else if parameters.relearnCount > 0, alarm.openCount >= parameters.relearnCount {
      let reading = last
      reset()
      return reading
    }
    return last
  }

  private struct Largest {
    var ready = 0
    var largest = 0.0
    var second = 0.0

    mutating func take(_ z: Double) {
      let magnitude = z.magnitude
      ready += 1
      if magnitude > largest {
        second = largest
        largest = magnitude
      } else if magnitude > second {
        second = magnitude
      }
    }
  }

  private mutating func standardise(_ row: UnsafeBufferPointer<Double>) -> Largest {
    var used = Largest()
    for i in 0..<columnCount {
      guard row[i].magnitude <= Self.largestMagnitude else {
        deviations[i] = 0
        continue
      }
      smooth[i] += parameters.weight * (row[i] - smooth[i])
      deviations[i] = bounded((smooth[i] - centre[i]) / scale[i])
      used.take(deviations[i])
    }
    return steady.isEmpty ? used : standardiseSteady(row)
  }

  /// Puts what is guessed in its bounds: in a loop of its own, as it would cost the other half a time more.
  private mutating func standardiseSteady(_ row: UnsafeBufferPointer<Double>) -> Largest {
    var used = Largest()
    for i in 0..<columnCount where row[i].magnitude <= Self.largestMagnitude {
      if steady[i] { deviations[i] = guessedDeviation(i, row[i]) }
      used.take(deviations[i])
    }
    return used
  }

  private mutating func guessedDeviation(_ i: Int, _ value: Double) -> Double {
    if scale[i] == Self.unknownScale, value != 0 {
      scale[i] = max(Self.steadyShare * value.magnitude, .leastNormalMagnitude)
    }
    let most = 2 * parameters.threshold
    return min(max((smooth[i] - centre[i]) / scale[i], -most), most)
  }

  /// The same while some columns still learn.
  private mutating func learnAndStandardise(_ row: UnsafeBufferPointer<Double>) -> Largest {
    var used = Largest()
    let isSure = steady.isEmpty
    for i in 0..<columnCount {
      deviations[i] = 0
      guard row[i].magnitude <= Self.largestMagnitude else { continue }
      let isFirst = scale[i] == 0 && learning?.seen[i] == 0
      smooth[i] = isFirst ? row[i] : smooth[i] + parameters.weight * (row[i] - smooth[i])
      if scale[i] > 0 {
        deviations[i] =
          isSure || !steady[i] ? bounded((smooth[i] - centre[i]) / scale[i]) : guessedDeviation(i, row[i])
        used.take(deviations[i])
      } else if let learned = learning?.take(
        column: i, value: row[i], smooth: smooth[i], weight: parameters.weight, adaptCount: parameters.adaptCount)
      {
        (centre[i], scale[i]) = learned
        if scale[i] == 0 { guessScale(i) }
      }
    }
    if learning?.isDone == true { learning = nil }
    return used
  }

  private mutating func guessScale(_ i: Int) {
    if steady.isEmpty { steady = [Bool](repeating: false, count: columnCount) }
    steady[i] = true
    scale[i] = centre[i] == 0 ? Self.unknownScale : max(Self.steadyShare * centre[i].magnitude, .leastNormalMagnitude)
  }

  private mutating func follow(_ row: UnsafeBufferPointer<Double>) {
    let gain = 1 / parameters.adaptCount
    for i in 0..<columnCount where deviations[i] != 0 { centre[i] += gain * (smooth[i] - centre[i]) }
  }

  static func correction(_ columns: Int) -> Double {
    (log(2 * Double(fewColumns)) / log(2 * Double(columns))).squareRoot()
  }

  private func bounded(_ z: Double) -> Double { min(max(z, -1e6), 1e6) }

  /// Bytes that this detector holds.
  package var memoryBytes: Int {
    MemoryLayout<Self>.size + 4 * 8 * columnCount + steady.count + (learning?.memoryBytes ?? 0)
  }
}
