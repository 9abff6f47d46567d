internal import CrossdockPlugin
internal import StateCoding

/// The model's own numbers for sources. A host numbers them for the life of an instance, in a process of its own anew with each; what the model
/// remembers outlives instances, and is found again by the name. In the agent's process both numbers are the same.
struct SourceNumbers {
  /// By the host's number.
  private var own: [UInt32?] = []
  /// By the own number, where it may be needed at a checkpoint.
  private var names: [UInt32: String] = [:]
  /// What a checkpoint knows.
  private var restored: [String: UInt32] = [:]
  /// For a source whose host's number another one had before the restart: far from what hosts begin with.
  private var spare: UInt32 = .max
  private let keepsNames: Bool

  /// - Parameter keepsNames: of all sources, not only of those that a checkpoint names.
  init(keepsNames: Bool) {
    self.keepsNames = keepsNames
  }

  mutating func number(of record: PluginRecord) -> UInt32 {
    let host = Int(record.sourceNumber)
    if host < own.count, let known = own[host] { return known }
    return introduce(record.source, host: host)
  }

  private mutating func introduce(_ name: String, host: Int) -> UInt32 {
    while own.count <= host { own.append(nil) }
    var number = UInt32(host)
    if let known = restored[name] {
      number = known
    } else if names[number].map({ $0 != name }) ?? false {
      while names[spare] != nil { spare -= 1 }
      number = spare
      spare -= 1
    }
    own[host] = number
    if keepsNames { names[number] = name }
    return number
  }

  mutating func restore(_ number: UInt32, _ name: String) {
    names[number] = name
    restored[name] = number
  }

  /// The names of these.
  func encode(_ numbers: [UInt32], into state: StateWriter) {
    let named = numbers.filter { names[$0] != nil }
    state.append(UInt32(named.count))
    for number in named {
      state.append(number)
      state.append(names[number] ?? "")
    }
  }

  mutating func restore(from state: inout StateReader) throws {
    for _ in 0..<(try state.integer(UInt32.self)) { restore(try state.integer(), try state.text()) }
  }
}
