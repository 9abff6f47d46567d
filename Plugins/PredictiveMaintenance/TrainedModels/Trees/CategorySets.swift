/// The sets of category numbers that decisions of an ensemble ask for, as bits.
///
/// LightGBM cuts the value down to a whole number, XGBoost rounds it to a float first and takes nothing below zero or
/// from 2²⁴.
struct CategorySets: Sendable {
  private(set) var words: [UInt32] = []
  /// Where set k begins in `words`; one more than sets.
  private(set) var starts: [Int] = [0]
  var roundsToFloat = false

  var count: Int { starts.count - 1 }

  /// Its number.
  mutating func append(_ set: some Sequence<UInt32>) -> Int {
    words.append(contentsOf: set)
    starts.append(words.count)
    return starts.count - 2
  }

  func contains(_ value: Double, inSet set: Int) -> Bool {
    let category: Int
    if roundsToFloat {
      let rounded = Float(value)
      guard rounded >= 0, rounded < 16_777_216 else { return false }
      category = Int(rounded)
    } else {
      guard value > -1, value < 2_147_483_648 else { return false }
      category = Int(value)
    }
    let word = starts[set] + category >> 5
    return word < starts[set + 1] && words[word] >> UInt32(category & 31) & 1 == 1
  }
}
