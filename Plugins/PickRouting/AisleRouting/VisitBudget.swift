/// How the steps of a search over visits are divided: the matrix that was made for it, the search, and the tree that bounds it from
/// below.
struct VisitBudget {
  /// More rounds add little.
  static let mostTreeRounds = 120
  /// With fewer, more than a quarter of the steps is taken; with much fewer, they are hardly better than a tree without penalties.
  private static let (usualTreeRounds, fewestTreeRounds) = (20, 4)
  /// Pairs of places a step, for each of: the matrix and what is copied of it; the distances between groups; a round of a tree over
  /// groups, one-way and not.
  private static let (pairsOfMatrix, pairsOfGroups, pairsOfDirectedTree, pairsOfTree) = (2, 6, 6, 12)

  let searchSteps: Int
  /// 0: there is no time for one.
  let treeRounds: Int

  init(_ problem: VisitProblem, budgetMs: Int, isSymmetric: Bool) {
    let whole = max(1, budgetMs) * RoutingLimits.movesPerMillisecond
    let steps = max(whole / 4, whole - problem.placeCount * problem.placeCount / Self.pairsOfMatrix)
    let groups = problem.visits.count + 2
    let pairs = problem.visits.count * problem.visits.reduce(0) { $0 + $1.count }
    let first = (pairs + groups * groups) / Self.pairsOfGroups
    // With a precedence, a tree for each rank as well.
    let trees = problem.ranks.contains { $0 != problem.ranks[0] } ? 2 : 1
    let each = max(1, trees * groups * groups / (isSymmetric ? Self.pairsOfTree : Self.pairsOfDirectedTree))
    let usual = min(Self.mostTreeRounds, (steps / 4 - first) / each)
    // Of several places each the distances between visits are short, and the bound is weak however many rounds it has.
    let isSingle = problem.visits.allSatisfy { $0.count == 1 }
    let rounds = isSingle ? max(usual, min(Self.usualTreeRounds, (steps / 2 - first) / each)) : usual
    treeRounds = rounds < Self.fewestTreeRounds ? 0 : rounds
    searchSteps = treeRounds == 0 ? steps : steps - first - treeRounds * each
  }
}
