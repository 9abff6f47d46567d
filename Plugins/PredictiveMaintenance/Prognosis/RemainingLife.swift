/// What is said of a component's remaining life. Before its degradation has begun no finite number would be honest.
package enum RemainingLife: Equatable, Sendable {
  case notYet
  case estimate(LifeInterval)
}
