/// Bounds of a bundle: it is read into memory whole, on a box that may be small.
package enum BundleLimits {
  /// The .cdp file.
  package static let maxBundleBytes = 64 << 20
  /// What it unpacks to, with tar's headers.
  package static let maxArchiveBytes = 192 << 20
  package static let maxFiles = 2048
  package static let maxFileBytes = 64 << 20
  package static let maxManifestBytes = 1 << 20
  package static let maxSignatureBytes = 8192
}
