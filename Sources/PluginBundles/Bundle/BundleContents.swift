internal import JSONText
package import Records

/// What manifest.json, the first file of a bundle and of every installed version, says: one type for each kind of bundle.
package protocol BundleContents: Sendable, Equatable {
  /// What it is a bundle of, in messages and in the names of commands: "plugin".
  static var noun: String { get }
  static var fileExtension: String { get }

  var name: String { get }
  var version: SemanticVersion { get }
  /// The last day on which it may be installed.
  var expires: CalendarDay? { get }
  var createdNs: Int64 { get }
  /// All others of the bundle, in its order.
  var files: [BundledFile] { get }

  /// - Parameter place: what messages name: "manifest.json", or its path.
  init(json bytes: some Collection<UInt8>, place: String) throws(CrossdockError)
  func encoded() -> [UInt8]
  /// Whether the files and what is said of them are the same; when they were packed does not count.
  func hasSameContents(as other: Self) -> Bool
}

/// The manifest's name, whatever the bundle.
package enum BundleManifestFile {
  package static let name = "manifest.json"
}

extension BundleContents {
  /// Whether a bundle may still be installed.
  package func isExpired(at nowNs: Int64) -> Bool { expires.map { nowNs >= $0.endNs } ?? false }

  /// What is not as the bundle had it: files that are missing or changed. Nothing when all is well.
  package func damage(in folder: String) -> [String] { files.compactMap { $0.damage(in: folder) } }

  /// The document with its format, or what it is instead.
  static func document(
    _ bytes: some Collection<UInt8>, _ place: String, format: String, version: Int, known: [String]
  ) throws(CrossdockError) -> ObjectReader {
    guard bytes.count <= BundleLimits.maxManifestBytes else {
      throw ObjectReader.failure(place, "it has more than \(BundleLimits.maxManifestBytes) bytes")
    }
    let document = try ObjectReader.parse(bytes, place)
    guard document["format"]?.string == format else {
      throw ObjectReader.failure(place, "it is no manifest of a \(noun)'s bundle")
    }
    guard document["format_version"]?.integer == version else {
      throw ObjectReader.failure(place, "its format is newer than this program")
    }
    return try ObjectReader(document, place, known: ["format", "format_version"] + known)
  }

  /// One text for one manifest.
  func checkCanonical(_ bytes: some Collection<UInt8>, _ place: String) throws(CrossdockError) {
    guard encoded().elementsEqual(bytes) else { throw ObjectReader.failure(place, "it is not in canonical form") }
  }
}
