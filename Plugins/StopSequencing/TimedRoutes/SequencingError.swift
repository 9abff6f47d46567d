/// Why a problem is refused. Nothing has been computed then.
package enum SequencingError: Error, Equatable, CustomStringConvertible {
  /// The member of the problem, and what is wrong with it.
  case badProblem(String, String)
  /// Neither this arc nor a way round it can be driven, and no sequence does without.
  case noWay(from: Int, to: Int)

  package var description: String {
    switch self {
    case .badProblem(let member, let reason): "\(member): \(reason)"
    case .noWay(let from, let to): "there is no way from place \(from) to place \(to), and no sequence without it"
    }
  }
}
