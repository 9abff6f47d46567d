import Glibc
import Platform
import Records

/// The SDK's folder: templates, header, test kits, the Python module and the Swift package.
enum PluginSDK {
  static let variable = "CROSSDOCK_SDK"
  /// What only an SDK has.
  private static let mark = "/templates/any"
  private static let installed = "/../share/crossdock/sdk"

  /// - Parameter given: of `--sdk`; where it or the variable names a folder, nothing else is looked at.
  static func folder(_ given: String?) throws(CrossdockError) -> String {
    let named = given ?? getenv(variable).map { String(cString: $0) }
    if let named, !named.isEmpty {
      guard Files.isFolder(named + mark) else {
        throw CrossdockError(
          "find the SDK", at: named, reason: "there is no \(mark.dropFirst()) in it", exitCode: .unavailable)
      }
      return named
    }
    guard let program = realpath("/proc/self/exe", nil) else { throw Files.failure("find the SDK", "/proc/self/exe") }
    defer { free(program) }
    let place = Files.folder(of: String(cString: program))
    if Files.isFolder(place + installed + mark) { return place + installed }
    var checkout = place
    while checkout != "/", checkout != "." {
      if Files.isFolder(checkout + "/SDK" + mark) { return checkout + "/SDK" }
      checkout = Files.folder(of: checkout)
    }
    throw CrossdockError(
      "find the SDK", at: "\(place)\(installed)", reason: "it is not there",
      hint: "--sdk DIR or $\(variable): the SDK folder of Crossdock's source", exitCode: .unavailable)
  }
}
