// Windows over the good values of one slot, in the asset's flat arrays.
//
// Sliding windows are a queue of two parts ("two stacks", Tangwongsan, Hirzel & Schneider 2017): each value of the older part has
// the moments of itself and all older values after it in that part; the newer part has its moments as a whole. A value that
// leaves takes its own entry with it; when the older part is used up, the newer one is made the older, from its end. So a step
// costs a constant on average, and nothing is subtracted. The moments are a function of the values and of where the parts
// meet, so that these are all that a checkpoint holds.

struct SlidingWindow {
  let layout: WindowLayout
  let numbers: UnsafeMutablePointer<Double>
  let integers: UnsafeMutablePointer<Int64>

  @inline(__always)
  init(_ layout: WindowLayout, _ numbers: UnsafeMutablePointer<Double>, _ integers: UnsafeMutablePointer<Int64>) {
    self.layout = layout
    self.numbers = numbers
    self.integers = integers
  }

  private var head: Int {
    get { Int(integers[layout.state]) }
    nonmutating set { integers[layout.state] = Int64(newValue) }
  }
  /// Values there are; without a ring, those in the running statistics.
  var count: Int {
    get { Int(integers[layout.state + 1]) }
    nonmutating set { integers[layout.state + 1] = Int64(newValue) }
  }
  /// Values of the older part.
  var olderCount: Int {
    get { Int(integers[layout.state + 2]) }
    nonmutating set { integers[layout.state + 2] = Int64(newValue) }
  }
  /// Values in the running statistics.
  var runningCount: Int {
    get { Int(integers[layout.state + 3]) }
    nonmutating set { integers[layout.state + 3] = Int64(newValue) }
  }

  @inline(__always)
  private func place(_ i: Int) -> Int {
    let place = head + i
    return place >= layout.capacity ? place - layout.capacity : place
  }

  func value(_ i: Int) -> Double { numbers[layout.values + place(i)] }

  func clear() {
    head = 0
    count = 0
    olderCount = 0
    runningCount = 0
  }

  // MARK: values in

  /// - Returns: whether a value had to leave before its time.
  @inline(__always)
  func push(_ value: Double, timeNs: Int64, seconds: Double) -> Bool {
    var isFull = false
    switch layout.kind {
    case .first:
      guard runningCount < Int(layout.limit) else { return false }
    case .count:
      if count == layout.capacity { dropOldest() }
    case .time:
      evict(before: SlidingWindow.start(of: timeNs, layout.limit))
      if count == layout.capacity {
        dropOldest()
        isFull = true
      }
    case .tumbling:
      if layout.capacity > 0, count == layout.capacity {
        dropFromRing()
        isFull = true
      }
    case .expanding: break
    }
    append(value, timeNs: timeNs, seconds: seconds)
    return isFull
  }

  /// The first nanosecond of the window that ends with `timeNs`.
  static func start(of timeNs: Int64, _ length: Int64) -> Int64 {
    let (start, overflow) = timeNs.subtractingReportingOverflow(length - 1)
    return overflow ? .min : start
  }

  @inline(__always)
  private func append(_ value: Double, timeNs: Int64, seconds: Double) {
    if layout.capacity > 0 {
      let at = place(count)
      numbers[layout.values + at] = value
      if layout.times >= 0 { integers[layout.times + at] = timeNs }
      count += 1
    }
    let running = runningCount
    if running == 0 { numbers[layout.first] = value }
    layout.moments.include(value, time: seconds, into: numbers + layout.running, count: running, atFront: false)
    runningCount = running + 1
  }

  // MARK: values out

  /// Of a window by time: what is older leaves.
  @inline(__always)
  func evict(before limitNs: Int64) {
    while count > 0, integers[layout.times + head] < limitNs { dropOldest() }
  }

  @inline(__always)
  private func dropFromRing() {
    head = head + 1 == layout.capacity ? 0 : head + 1
    count -= 1
  }

  private func dropOldest() {
    if olderCount == 0 { turnOver() }
    dropFromRing()
    olderCount -= 1
  }

  /// The newer part becomes the older one.
  func turnOver() {
    olderCount = count
    runningCount = 0
    makeOlder()
  }

  /// The moments of the older part, from its newest value to its oldest.
  func makeOlder() {
    let stride = layout.moments.stride
    guard stride > 0, olderCount > 0 else { return }
    for i in Swift.stride(from: olderCount - 1, through: 0, by: -1) {
      let at = place(i)
      let run = numbers + layout.aggregates + at * stride
      let later = olderCount - 1 - i
      if later > 0 { copy(numbers + layout.aggregates + place(i + 1) * stride, to: run, stride) }
      layout.moments.include(
        numbers[layout.values + at], time: seconds(at), into: run, count: later, atFront: true)
    }
  }

  /// A few doubles: a loop is less than a call of memmove.
  @inline(__always)
  private func copy(_ from: UnsafePointer<Double>, to: UnsafeMutablePointer<Double>, _ count: Int) {
    for i in 0..<count { to[i] = from[i] }
  }

  private func seconds(_ at: Int) -> Double {
    guard layout.moments.hasTime, layout.times >= 0 else { return 0 }
    return SlidingWindow.seconds(integers[layout.times + at], since: integers[FeatureLayout.Clock.startNs])
  }

  @inline(__always)
  static func seconds(_ ns: Int64, since startNs: Int64) -> Double {
    let (difference, overflow) = ns.subtractingReportingOverflow(startNs)
    return overflow ? (Double(ns) - Double(startNs)) / 1e9 : Double(difference) / 1e9
  }

  // MARK: what the row sees

  /// The moments of all values, where `result` is.
  @inline(__always)
  func makeResult() {
    let result = numbers + layout.result
    let stride = layout.moments.stride
    let running = numbers + layout.running
    guard layout.isSliding, olderCount > 0 else {
      copy(running, to: result, stride)
      return
    }
    let older = numbers + layout.aggregates + head * stride
    guard runningCount > 0 else {
      copy(older, to: result, stride)
      return
    }
    layout.moments.join(older, olderCount, running, runningCount, into: result)
  }

  /// Values that the statistics are about.
  var valueCount: Int { layout.isSliding ? count : runningCount }

  func statistic(_ statistic: FeatureStatistic, parameter: Double, scratch: UnsafeMutablePointer<Double>) -> Double {
    let n = valueCount
    if statistic == .count { return Double(n) }
    guard n > 0 else { return .nan }
    switch statistic {
    case .first: return layout.isSliding ? value(0) : numbers[layout.first]
    case .difference: return value(n - 1) - value(0)
    case .median, .quantile:
      for i in 0..<count { scratch[i] = value(i) }
      return Quantile.value(scratch, count: count, share: parameter)
    default: return layout.moments.value(of: statistic, numbers + layout.result, count: n)
    }
  }

  /// Makes again what a checkpoint leaves out: `count`, `olderCount` and the ring are there.
  func rebuild() {
    makeOlder()
    runningCount = 0
    for i in olderCount..<count {
      let at = place(i)
      let value = numbers[layout.values + at]
      if runningCount == 0 { numbers[layout.first] = value }
      layout.moments.include(
        value, time: seconds(at), into: numbers + layout.running, count: runningCount, atFront: false)
      runningCount += 1
    }
  }
}
