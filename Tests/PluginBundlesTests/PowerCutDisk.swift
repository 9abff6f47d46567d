import Foundation
import Records
import Seeded

@testable import PluginBundles

/// What a disk may hold after a power cut: the changes that the store made, as a file system may have kept them. What was
/// synced is there; of the rest, in each life another part is. Names are kept by their folder's sync, contents by the file's.
///
/// A name that was not synced may be there or not, each by itself; a file whose contents were not synced is empty, half, or whole.
final class PowerCutDisk {
  /// A node is a file or a folder: names point to nodes, so that a rename moves what is beneath.
  private final class Node {
    var isFolder: Bool
    var mode: UInt32
    /// As written, and as synced.
    var bytes: [UInt8] = []
    var durableBytes: [UInt8]?
    var names: [String: Node] = [:]
    var durableNames: [String: Node] = [:]

    init(isFolder: Bool, mode: UInt32 = 0o755) {
      self.isFolder = isFolder
      self.mode = mode
    }
  }

  private let root: String
  private let top = Node(isFolder: true)

  /// - Parameter root: what is in it now is durable.
  init(root: String) throws {
    self.root = root
    try load(root, into: top)
  }

  private func load(_ path: String, into node: Node) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      let place = "\(path)/\(name)"
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) else { continue }
      let mode = try FileManager.default.attributesOfItem(atPath: place)[.posixPermissions] as? Int ?? 0o644
      let child = Node(isFolder: isFolder.boolValue, mode: UInt32(mode))
      if isFolder.boolValue {
        try load(place, into: child)
      } else {
        child.bytes = [UInt8](try Data(contentsOf: URL(filePath: place)))
        child.durableBytes = child.bytes
      }
      node.names[name] = child
    }
    node.durableNames = node.names
  }

  private func parts(_ path: String) -> [String] {
    precondition(path == root || path.hasPrefix(root + "/"), "\(path) is outside of \(root)")
    return path.dropFirst(root.count).split(separator: "/").map(String.init)
  }

  private func node(_ parts: some Sequence<String>) -> Node? {
    parts.reduce(top as Node?) { $0?.names[$1] }
  }

  private func set(_ path: String, _ child: Node?) {
    let parts = parts(path)
    node(parts.dropLast())?.names[parts[parts.count - 1]] = child
  }

  func apply(_ operation: StoreOperation) {
    switch operation {
    case .createFolder(let path):
      if node(parts(path)) == nil { set(path, Node(isFolder: true)) }
    case .write(let path, let bytes, let mode):
      let file = node(parts(path)) ?? Node(isFolder: false)
      file.mode = mode
      file.bytes = bytes
      set(path, file)
    case .syncFile(let path): node(parts(path)).map { $0.durableBytes = $0.bytes }
    case .syncFolder(let path): node(parts(path)).map { $0.durableNames = $0.names }
    case .rename(let path, let new):
      let moved = node(parts(path))
      set(path, nil)
      set(new, moved)
    case .exchange(let path, let other):
      let (a, b) = (node(parts(path)), node(parts(other)))
      set(path, b)
      set(other, a)
    case .removeFile(let path), .removeFolder(let path): set(path, nil)
    }
  }

  /// Makes a folder of what is left.
  func materialise(at path: String, keepingUnsynced: Double, using generator: inout SeededNumbers) throws {
    try write(top, to: path, keepingUnsynced, &generator)
  }

  private func write(_ node: Node, to path: String, _ share: Double, _ generator: inout SeededNumbers) throws {
    if !node.isFolder {
      var bytes = node.durableBytes ?? []
      if node.durableBytes != node.bytes {
        let kept = Double.random(in: 0..<1, using: &generator) < share
        bytes = kept ? node.bytes : Array(node.bytes.prefix(Int.random(in: 0...node.bytes.count, using: &generator)))
      }
      try Data(bytes).write(to: URL(filePath: path))
      try FileManager.default.setAttributes([.posixPermissions: Int(node.mode)], ofItemAtPath: path)
      return
    }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var names = node.durableNames
    for name in Set(names.keys).union(node.names.keys).sorted() where names[name] !== node.names[name] {
      if Double.random(in: 0..<1, using: &generator) < share { names[name] = node.names[name] }
    }
    for (name, child) in names.sorted(by: { $0.key < $1.key }) {
      try write(child, to: "\(path)/\(name)", share, &generator)
    }
  }
}
