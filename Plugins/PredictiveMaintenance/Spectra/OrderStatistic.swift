/// Selection in place (Hoare 1961, "Algorithm 65: Find").
enum OrderStatistic {
  /// The value that would stand at `rank` if the `count` values were sorted. Reorders them.
  static func select(_ x: UnsafeMutablePointer<Float>, _ count: Int, rank: Int) -> Float {
    var low = 0
    var high = count - 1
    while low < high {
      let pivot = x[rank]
      var i = low
      var j = high
      repeat {
        while x[i] < pivot { i += 1 }
        while pivot < x[j] { j -= 1 }
        if i <= j {
          (x[i], x[j]) = (x[j], x[i])
          i += 1
          j -= 1
        }
      } while i <= j
      if j < rank { low = i }
      if rank < i { high = j }
    }
    return x[rank]
  }
}
