/// A thing that acts at times of its own. Times are virtual: nanoseconds since the start of the run.
protocol SimulatedDevice: AnyObject {
  /// When it acts next.
  var dueNs: Int64 { get }
  /// Does what is due and moves `dueNs` on.
  func act(_ output: MessageOutput)
}

extension Double {
  /// Seconds as nanoseconds.
  var secondsNs: Int64 { Int64((self * 1e9).rounded()) }
  /// Rounded to so many decimal places: sensors have no more, and payloads stay short.
  func rounded(places: Int) -> Double {
    var power = 1.0
    for _ in 0..<places { power *= 10 }
    return (self * power).rounded() / power
  }
}
