extension FeatureSpecification {
  /// The checks of inputs alone: no features, a row for each record, empty but for the reasons of each input.
  package init(checking inputs: [Input]) {
    self.init()
    name = "checks"
    version = "1.0.0"
    self.inputs = inputs
    seal()
  }
}

extension FeatureSpecification.Input {
  /// An input that a column of the same name fills, checked for nothing yet.
  package init(_ name: String) {
    self.init(name: name, column: name)
  }
}
