/// Which tests say that a stream has changed.
package struct DriftSigns: OptionSet, Equatable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  package static let adaptiveWindow = DriftSigns(rawValue: 1)
  package static let pageHinkley = DriftSigns(rawValue: 2)
}
