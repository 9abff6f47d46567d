/// Order statistics by selection in place (Hoare 1961, median of three): no allocation, the same for every order of equal values.
enum Quantile {
  /// Linear interpolation at (count − 1) × share (Hyndman & Fan 1996, type 7: what NumPy and pandas do). Reorders the values.
  static func value(_ values: UnsafeMutablePointer<Double>, count: Int, share: Double) -> Double {
    let position = Double(count - 1) * share
    let below = Int(position)
    let low = select(values, count, below)
    guard Double(below) < position, below + 1 < count else { return low }
    // After the selection everything behind is not smaller.
    var high = values[below + 1]
    for i in (below + 2)..<max(count, below + 2) where values[i] < high { high = values[i] }
    return low + (high - low) * (position - Double(below))
  }

  private static func select(_ values: UnsafeMutablePointer<Double>, _ count: Int, _ k: Int) -> Double {
    var (left, right) = (0, count - 1)
    while left < right {
      let middle = left + (right - left) / 2
      if values[middle] < values[left] { swap(values, middle, left) }
      if values[right] < values[left] { swap(values, right, left) }
      if values[right] < values[middle] { swap(values, right, middle) }
      let pivot = values[middle]
      var (i, j) = (left, right)
      while i <= j {
        while values[i] < pivot { i += 1 }
        while pivot < values[j] { j -= 1 }
        if i <= j {
          swap(values, i, j)
          i += 1
          j -= 1
        }
      }
      if k <= j {
        right = j
      } else if k >= i {
        left = i
      } else {
        break
      }
    }
    return values[k]
  }

  @inline(__always)
  private static func swap(_ values: UnsafeMutablePointer<Double>, _ i: Int, _ j: Int) {
    (values[i], values[j]) = (values[j], values[i])
  }
}
