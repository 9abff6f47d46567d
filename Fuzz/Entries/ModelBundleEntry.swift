import PluginBundles
import Records

/// The bundle of a trained model, on its way into the store. Byte 0: 0 to 3 as of a plugin's bundle; 4 the state of an installed model; 5
/// and 6 edits to a bundle, and to its tar, that were packed here; otherwise edits to a bundle and, behind it, the signature of it.
enum ModelBundleEntry {
  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    var input = FuzzInput(bytes)
    let choice = input.byte()
    switch choice {
    case 0...3: return try BundleEntry<ModelBundleManifest>.run(choice, Array(input.rest))
    case 4: return try state(Array(input.rest))
    case 5: return try BundleEntry<ModelBundleManifest>.run(0, input.edit(packed))
    case 6: return try BundleEntry<ModelBundleManifest>.run(2, input.edit(archive))
    default: return try trust(input.edit(packed + signature))
    }
  }

  private static func state(_ bytes: [UInt8]) throws(FuzzFinding) -> Int {
    guard let state = try? ModelState(json: bytes, path: "state.json") else { return 0 }
    guard let again = try? ModelState(json: state.encoded(), path: "state.json") else {
      throw FuzzFinding("a state is refused when it is written again")
    }
    try require(again == state, "a state means something else when it is written again")
    for version in state.kept {
      try require(state.stage(of: version).map { state[$0] } == version, "\(version) has no stage")
    }
    return state.history.count + 1
  }

  /// A signature holds for what was signed, to the byte, and for what it says in clear.
  private static func trust(_ bytes: [UInt8]) throws(FuzzFinding) -> Int {
    let (bundle, file) = (Array(bytes.prefix(packed.count)), Array(bytes.dropFirst(packed.count)))
    let check = TrustCheck(keys: [key.publicKey], allowsUnsigned: false, noun: ModelBundleManifest.noun)
    guard case .signed(_, let comment)? = try? check.verdict(bundle: bundle, path: "b", signature: file) else {
      return 0
    }
    try require(bundle == packed && comment == Self.comment, "a signature is accepted that is of something else")
    return 1
  }

  // MARK: what is edited

  private static let comment = "name:pump-life\tversion:1.0.0"

  private static let sample: ModelBundle = {
    guard let version = SemanticVersion("1.0.0") else { preconditionFailure("a version") }
    return ModelBundle(
      name: "pump-life", version: version, summary: "A sample.", license: "CC0-1.0",
      files: [
        BundleFile(path: "model.json", bytes: Array("{}".utf8)),
        BundleFile(path: "golden/input.csv", bytes: Array("pressure\n40\n".utf8)),
        BundleFile(path: "tree.txt", isExecutable: true, bytes: [UInt8](repeating: 0x20, count: 600)),
      ], createdNs: 1_800_000_000_000_000_000)
  }()

  private static let archive = made { () throws(CrossdockError) in try sample.archive() }
  private static let packed = made { () throws(CrossdockError) in try sample.encoded() }
  private static let signature = Array(MinisignSignature(of: packed, by: key, trustedComment: comment).fileText.utf8)

  /// Of nobody: it signs nothing but this.
  private static let key = made { () throws(CrossdockError) in
    let text = """
      untrusted comment: minisign secret key
      RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAzRbnqW0uAzo82rRJatlxJ0a52jPmPHSXCuVFiy9C+M7Sdbc2\
      A78YmLZS8DD9klMWMPR0R4RN6yrmp/af2v2LjLgfzhU1/ib25BdEhjTQ1fdwy0KpDdDAfVWWbkFxlX7XaRTAcN+EWPA=
      """
    return try MinisignSecretKey(file: Array(text.utf8), path: "key", password: nil)
  }

  private static func made<T>(_ body: () throws(CrossdockError) -> T) -> T {
    do throws(CrossdockError) {
      return try body()
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
