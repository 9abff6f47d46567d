import Fixtures
import Foundation

extension ProgramRun {
  /// `crossdock` of this build, run in a folder with these files.
  init(_ arguments: [String], files: [String: Data] = [:]) throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    for (name, data) in files { try folder.write(data, to: name) }
    self = try .crossdock(arguments, in: folder.path)
  }
}

func float32(_ samples: [Float]) -> Data { samples.withUnsafeBytes { Data($0) } }
