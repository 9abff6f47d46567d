// reference.json: how the features of a model were distributed in training, for the population stability index.
//
//   {"rows":20631,"features":[{"name":"s_2_mean_15","edges":[9 numbers, ascending],"shares":[10 numbers, together 1]}, …]}
//
// Ten bins of equal share as a rule, fewer where values are equal; always one share more than edges.
//
// A feature that is not named is not watched.
internal import DriftWatch
internal import SignalFeatures

package struct ReferenceTable: Sendable, Equatable {
  package static let fileName = "reference.json"

  package struct Feature: Sendable, Equatable {
    package var name: String
    /// Where it stands in a row.
    package var place: Int
    package var edges: [Double]
    package var shares: [Double]
  }

  package let rows: Int
  package let features: [Feature]

  init(_ bytes: [UInt8], featureNames: [String]) throws(GovernanceError) {
    do throws(FeatureSpecificationError) {
      self = try SpecificationReader.read(bytes, atMost: GovernanceLimits.modelBytes) {
        (reader) throws(SpecificationFault) in try ReferenceTable(reader, featureNames)
      }
    } catch {
      throw GovernanceError(file: Self.fileName, reason: "\(error)")
    }
  }

  private init(_ reader: SpecificationReader, _ names: [String]) throws(SpecificationFault) {
    let top = try reader.object(["rows", "features"])
    rows = try top["rows"]?.integer(in: 0...Int.max) ?? 0
    var features: [Feature] = []
    for element in try top.required("features").elements(atMost: names.count) {
      let entry = try element.object(["name", "edges", "shares"])
      let name = try entry.required("name").choice(of: names)
      guard let place = names.firstIndex(of: name), !features.contains(where: { $0.place == place }) else {
        throw try entry.required("name").fault("\"\(name)\" stands twice")
      }
      let edges = try Self.numbers(entry.required("edges"))
      let shares = try Self.numbers(entry.required("shares"))
      guard PopulationStability.isUsable(edges: edges, shares: shares), (shares.reduce(0, +) - 1).magnitude < 0.01
      else { throw element.fault("edges ascend, shares are one more and together 1") }
      features.append(Feature(name: name, place: place, edges: edges, shares: shares))
    }
    self.features = features
  }

  private static func numbers(_ part: SpecificationReader) throws(SpecificationFault) -> [Double] {
    var numbers: [Double] = []
    for element in try part.elements(atMost: PopulationStability.largestBinCount) {
      numbers.append(try element.number())
    }
    return numbers
  }
}
