package import Records

/// A stream as it stands in the journal.
package struct StreamState: Sendable, Equatable {
  package var definition: StreamDefinition
  /// The oldest sequence that is still here; `last + 1` when the stream is empty.
  package var first: UInt64
  package var last: UInt64
  package var records: UInt64 { last + 1 - first }

  package init(definition: StreamDefinition, first: UInt64, last: UInt64) {
    self.definition = definition
    self.first = first
    self.last = last
  }
}
