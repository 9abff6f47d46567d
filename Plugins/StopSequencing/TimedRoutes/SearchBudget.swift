/// How long a search may take: steps, by which its answer is a function of the problem and the seed alone; or whatever the
/// caller measures. Whatever is used up first ends the search.
package struct SearchBudget {
  package var steps: Int
  /// The part that is used up, from 0 to 1 and beyond.
  package var spent: () -> Double

  package init(steps: Int) {
    self.steps = steps
    spent = { 0 }
  }

  package init(steps: Int = .max, spent: @escaping () -> Double) {
    self.steps = steps
    self.spent = spent
  }
}
