// A set of JSON pointers as a tree in flat memory, for a scanner that walks it and the document together.
//
// Invariants: node 0 is the document. A node's edges lie side by side in `edges`. Slots are numbered in the order of a walk
// from the root, so that the slots below a node are one range: what a duplicate key has to forget.
// The memory lives as long as the object and is not changed after `init`.
final class PointerTree {
  struct Node {
    var firstEdge: Int32 = 0
    var edgeCount: Int32 = 0
    /// -1: no pointer ends here.
    var slot: Int32 = -1
    var slotsBegin: Int32 = 0
    var slotsEnd: Int32 = 0
  }

  struct Edge {
    var key: UnsafePointer<UInt8>
    var keyCount: Int
    /// The key's first eight bytes as a little-endian word, zeros where it is shorter, and the mask of those that it has.
    var word: UInt64
    var wordMask: UInt64
    /// As an index of an array; -1 when it is none.
    var index: Int32
    var node: Int32
  }

  private struct Draft {
    var tokens: [[UInt8]] = []
    var children: [Int] = []
    var isWanted = false
  }

  let nodes: UnsafePointer<Node>
  let edges: UnsafePointer<Edge>
  let slotCount: Int
  let longestKey: Int
  /// The slot of each pointer, in the order given to `init`; equal pointers share one.
  let slots: [Int]
  private let nodeMemory: UnsafeMutablePointer<Node>
  private let edgeMemory: UnsafeMutablePointer<Edge>
  private let keyMemory: UnsafeMutablePointer<UInt8>

  init(_ pointers: [JSONPointer]) {
    var drafts = [Draft()]
    let ends = pointers.map { Self.insert($0, into: &drafts) }
    let keys = drafts.flatMap(\.tokens)
    nodeMemory = .allocate(capacity: drafts.count)
    edgeMemory = .allocate(capacity: max(1, drafts.count - 1))
    keyMemory = .allocate(capacity: max(1, keys.reduce(0) { $0 + $1.count }))
    nodeMemory.initialize(repeating: Node(), count: drafts.count)

    var keyEnd = 0
    var edgeEnd = 0
    for (number, draft) in drafts.enumerated() {
      nodeMemory[number].firstEdge = Int32(edgeEnd)
      nodeMemory[number].edgeCount = Int32(draft.children.count)
      for (token, child) in zip(draft.tokens, draft.children) {
        for (offset, byte) in token.enumerated() { keyMemory[keyEnd + offset] = byte }
        let first = token.prefix(8)
        let edge = Edge(
          key: UnsafePointer(keyMemory + keyEnd), keyCount: token.count,
          word: first.reversed().reduce(0) { $0 << 8 | UInt64($1) },
          wordMask: first.isEmpty ? 0 : UInt64.max >> UInt64(64 - 8 * first.count),
          index: JSONPointer.index(token) ?? -1, node: Int32(child))
        (edgeMemory + edgeEnd).initialize(to: edge)
        keyEnd += token.count
        edgeEnd += 1
      }
    }
    slotCount = Self.numberSlots(of: 0, drafts, nodeMemory, from: 0)
    longestKey = keys.map(\.count).max() ?? 0
    nodes = UnsafePointer(nodeMemory)
    edges = UnsafePointer(edgeMemory)
    let memory = nodeMemory
    slots = ends.map { Int(memory[$0].slot) }
  }

  deinit {
    nodeMemory.deallocate()
    edgeMemory.deallocate()
    keyMemory.deallocate()
  }

  private static func insert(_ pointer: JSONPointer, into drafts: inout [Draft]) -> Int {
    var node = 0
    for token in pointer.tokens {
      if let known = drafts[node].tokens.firstIndex(of: token) {
        node = drafts[node].children[known]
      } else {
        drafts.append(Draft())
        drafts[node].tokens.append(token)
        drafts[node].children.append(drafts.count - 1)
        node = drafts.count - 1
      }
    }
    drafts[node].isWanted = true
    return node
  }

  private static func numberSlots(
    of node: Int, _ drafts: [Draft], _ nodes: UnsafeMutablePointer<Node>, from first: Int
  ) -> Int {
    var next = first
    nodes[node].slotsBegin = Int32(first)
    if drafts[node].isWanted {
      nodes[node].slot = Int32(next)
      next += 1
    }
    for child in drafts[node].children { next = numberSlots(of: child, drafts, nodes, from: next) }
    nodes[node].slotsEnd = Int32(next)
    return next
  }
}
