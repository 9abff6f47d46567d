/// A file of a bundle.
package struct BundleFile: Sendable, Equatable {
  /// As `PluginPath` allows it.
  package var path: String
  package var isExecutable: Bool
  package var bytes: ArraySlice<UInt8>

  package init(path: String, isExecutable: Bool = false, bytes: some Collection<UInt8>) {
    self.path = path
    self.isExecutable = isExecutable
    self.bytes = Array(bytes)[...]
  }

  init(path: String, isExecutable: Bool, slice: ArraySlice<UInt8>) {
    self.path = path
    self.isExecutable = isExecutable
    bytes = slice
  }

  package static func == (a: BundleFile, b: BundleFile) -> Bool {
    a.path == b.path && a.isExecutable == b.isExecutable && a.bytes.elementsEqual(b.bytes)
  }
}
