// model.json: what a trained model is, read strictly (ModelDescription+Reading.swift); docs/models.md explains each member.
//
// Invariants: there is at least one artefact; every artefact's role fits the task; a classification has at least two classes; the
// calibration's floor is not above its ceiling.
package import Prognosis

package struct ModelDescription: Sendable, Equatable {
  package static let fileName = "model.json"
  package static let format = "crossdock-model"
  package static let formatVersion = 1

  package enum Task: String, Sendable, CaseIterable {
    /// Remaining life.
    case rul
    case classification
    case anomaly
    case regression
  }

  package enum Role: String, Sendable, CaseIterable {
    case point
    /// Quantile models of an interval.
    case lower
    case upper
    /// Probabilities of classes.
    case `class`
  }

  /// One file of the bundle that is evaluated. Several of a role are a weighted mean.
  package struct Artefact: Sendable, Equatable {
    package var file: String
    /// As `ModelFormat` names it.
    package var format: String
    package var role: Role
    package var weight: Double
  }

  /// From which output on an alert is called for.
  package struct AlertRule: Sendable, Equatable {
    package var warning: Double
    package var critical: Double
    /// Classes that are no fault.
    package var normal: [String]
  }

  package struct Training: Sendable, Equatable {
    package var data: String
    /// SHA-256 of the tables.
    package var identity: String
    package var commit: String
    package var command: String
    package var rows: Int
  }

  /// A score of its training, for people.
  package struct Metric: Sendable, Equatable {
    package var name: String
    package var value: Double
  }

  /// When a shadow becomes active by itself.
  package struct PromotionRule: Sendable, Equatable {
    package var evaluations: Int
    /// Least share of evaluations in which both say the same.
    package var agreement: Double
  }

  /// When the active version gives way to the one before by itself.
  package struct RollbackRule: Sendable, Equatable {
    /// Evaluations that are looked at together.
    package var window: Int
    /// So many of them over the deadline are too many.
    package var deadlineMisses: Int
    /// A feature's population stability index against the training data that is too much.
    package var psi: Double
  }

  package var name: String
  package var version: String
  package var task: Task
  package var summary: String
  package var license: String
  /// The hash of features.json, 16 hexadecimal digits.
  package var features: String
  package var artefacts: [Artefact]
  package var classes: [String]
  /// Of two classes: from which probability on it is the second.
  package var threshold: Double
  package var unit: String
  package var calibration: IntervalCalibration?
  package var alert: AlertRule?
  package var training: Training
  package var metrics: [Metric]
  /// Of the golden cases, relative.
  package var tolerance: Double
  /// Of one evaluation, above 0.
  package var deadlineUs: Int
  /// Outputs of two versions that are not further apart say the same.
  package var agreementWithin: Double
  package var compareEvery: Int
  package var promotion: PromotionRule?
  package var rollback: RollbackRule

  /// Whether outputs come with an interval.
  package var hasInterval: Bool {
    calibration != nil || artefacts.contains { $0.role == .lower || $0.role == .upper }
  }

  /// What an evaluation gives, in order.
  package var outputNames: [String] {
    switch task {
    case .rul, .regression: hasInterval ? ["point", "lower", "upper"] : ["point"]
    case .anomaly: ["score"]
    case .classification: classes.map { "p_\($0)" }
    }
  }
}
