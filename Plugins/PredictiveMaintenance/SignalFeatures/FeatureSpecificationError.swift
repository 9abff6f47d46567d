/// Where and why a text is no feature specification. Line and column count from 1; the column counts bytes.
package struct FeatureSpecificationError: Error, Equatable, CustomStringConvertible {
  package let line: Int
  package let column: Int
  /// With the member's path in front: `features[2].statistic: …`
  package let reason: String

  package var description: String { "line \(line), column \(column): \(reason)" }
}
