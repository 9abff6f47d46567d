import Fixtures

/// `crossdock features` of this build, in a folder of its own.
struct FeatureProgram {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func run(_ arguments: [String]) throws -> ProgramRun {
    try .crossdock(["features"] + arguments, in: folder.path)
  }

  /// Rows of a CSV without quotes, without the header.
  static func table(_ text: String) -> [[Substring]] {
    text.split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  }
}
