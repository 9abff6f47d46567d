/// The values that decisions compare, one slot for each way in which an input is looked at, so that a decision in
/// `TreeForest` is nothing but
/// `slot <= threshold`, with no question about missing values or categories:
///
/// - missing goes left: the value, or -∞ when it is missing, which is at most any threshold;
/// - missing goes right: the value, or NaN, which is not;
/// - a set of categories: 0 in the set, 1 outside, compared with ½.
///
/// Slots are in this order of kinds, each kind in the order of inputs. Slot 0 is -∞ for good: leaves ask for it.
struct InputSlots: Sendable {
  struct Key: Hashable {
    var rule: MissingRule
    var input: Int32
    var categories: Int32
  }

  private var inputs: [Int32] = []
  /// Where each kind ends: missing left, right, zero missing left, zero missing right.
  private var ends: [Int] = [0, 0, 0, 0]
  private var setInputs: [Int32] = []
  private var setNumbers: [Int32] = []
  private var setRules: [MissingRule] = []
  private var numbers: [Key: Int32] = [:]

  var count: Int { 1 + inputs.count + setInputs.count }

  init(of trees: [DecisionTree]) {
    var keys: Set<Key> = []
    for tree in trees {
      for decision in tree.decisions { keys.insert(Self.key(decision)) }
    }
    let sorted = keys.sorted { a, b in
      (a.categories >= 0 ? 1 : 0, a.rule.rawValue, a.input, a.categories)
        < (b.categories >= 0 ? 1 : 0, b.rule.rawValue, b.input, b.categories)
    }
    for (index, key) in sorted.enumerated() {
      numbers[key] = Int32(index + 1)
      if key.categories >= 0 {
        setInputs.append(key.input)
        setNumbers.append(key.categories)
        setRules.append(key.rule)
      } else {
        inputs.append(key.input)
        for kind in Int(key.rule.rawValue)..<4 { ends[kind] = inputs.count }
      }
    }
  }

  private static func key(_ decision: DecisionTree.Decision) -> Key {
    Key(rule: decision.missing, input: decision.input, categories: decision.categories)
  }

  func slot(of decision: DecisionTree.Decision) -> Int32 { numbers[Self.key(decision)]! }

  func fill(_ slots: UnsafeMutablePointer<Double>, from row: UnsafeBufferPointer<Double>, sets: CategorySets) {
    slots[0] = -.infinity
    let values = row.baseAddress.unsafelyUnwrapped
    let zero = MissingRule.zeroBound
    inputs.withUnsafeBufferPointer { inputs in
      for i in 0..<ends[0] {
        let value = values[Int(inputs[i])]
        slots[1 + i] = value.isNaN ? -.infinity : value
      }
      for i in ends[0]..<ends[1] { slots[1 + i] = values[Int(inputs[i])] }
      for i in ends[1]..<ends[2] {
        let value = values[Int(inputs[i])]
        slots[1 + i] = value.magnitude > zero ? value : -.infinity
      }
      for i in ends[2]..<ends[3] {
        let value = values[Int(inputs[i])]
        slots[1 + i] = value.magnitude > zero ? value : .nan
      }
    }
    let first = 1 + inputs.count
    for i in 0..<setInputs.count {
      let value = values[Int(setInputs[i])]
      let isLeft = value.isNaN ? setRules[i].goesLeft : sets.contains(value, inSet: Int(setNumbers[i]))
      slots[first + i] = isLeft ? 0 : 1
    }
  }
}
