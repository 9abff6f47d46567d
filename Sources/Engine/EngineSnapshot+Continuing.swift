// Figures "since the start" mean the start of the process: an engine that goes on from another one counts on, part by part where
// the part has kept its name.
internal import Journal
internal import Records

extension EngineSnapshot {
  func counting(on before: EngineSnapshot) -> EngineSnapshot {
    var sum = self
    sum.commits += before.commits
    for index in sum.connections.indices {
      guard let old = before.connections.first(where: { $0.name == sum.connections[index].name }) else { continue }
      sum.connections[index].reconnects += old.reconnects
    }
    for index in sum.streams.indices {
      guard let old = before.streams.first(where: { $0.definition.name == sum.streams[index].definition.name }) else {
        continue
      }
      sum.streams[index].dropped.merge(old.dropped, uniquingKeysWith: +)
    }
    for index in sum.models.indices {
      guard let old = before.models.first(where: { $0.isSame(as: sum.models[index]) }) else { continue }
      sum.models[index].add(old)
    }
    return sum
  }
}

extension EngineSnapshot.Model {
  fileprivate func isSame(as other: Self) -> Bool { name == other.name && plugin == other.plugin }

  fileprivate mutating func add(_ before: Self) {
    batches += before.batches
    records += before.records
    emitted += before.emitted
    failed += before.failed
    refused += before.refused
    lastRefusal = lastRefusal ?? before.lastRefusal
    maxBatchUs = max(maxBatchUs, before.maxBatchUs)
    counters.merge(before.counters, uniquingKeysWith: +)
  }
}
