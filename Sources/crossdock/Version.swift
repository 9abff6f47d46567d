/// The version of every program of this package.
enum Version {
  static let text = "0.1.0"
}
