/// Why a file is no model that can be evaluated, and where: a line, a byte, a JSON pointer (RFC 6901) or a node of a
/// graph.
package struct ModelFormatError: Error, Equatable, CustomStringConvertible {
  package let format: ModelFormat?
  package let place: String
  package let reason: String

  package init(format: ModelFormat?, place: String, reason: String) {
    self.format = format
    self.place = place
    self.reason = reason
  }

  package var description: String {
    let name = format.map { "\($0.rawValue) model: " } ?? "model: "
    return name + (place.isEmpty ? reason : "\(place): \(reason)")
  }
}
