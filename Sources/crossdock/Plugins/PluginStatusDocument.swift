import Engine
import JSONText
import Records

/// The plugins that run beside the agent, as members of `/v1/status`; with their newest batches, `/v1/plugins`.
enum PluginStatusDocument {
  static func json(_ plugins: [PluginStatus]) -> [UInt8] {
    var json = JSONWriter(reserving: 4096)
    json.object {
      $0.member(
        "plugins",
        array: { list in
          for status in plugins {
            list.object { object in
              plugin(status, &object)
              object.member("recent", array: { recent in for batch in status.recent { self.batch(batch, &recent) } })
            }
          }
        })
    }
    return json.bytes
  }

  static func plugin(_ plugin: PluginStatus, _ json: inout JSONWriter) {
    json.member("name", plugin.name)
    json.member("plugin", plugin.plugin)
    json.member("version", plugin.version)
    json.member("role", plugin.role.rawValue)
    json.member("state", plugin.state.rawValue)
    json.member("reason", plugin.reason)
    json.member("confined", plugin.isConfined)
    json.member("unsigned", plugin.isUnsigned)
    json.member("ignored_options", array: { list in for text in plugin.ignoredOptions { list.value(text) } })
    json.member("batches_total", plugin.batches)
    json.member("records_total", plugin.records)
    json.member("emitted_total", plugin.emitted)
    json.member("refused_total", plugin.refused)
    json.member("last_refused", plugin.lastRefusal)
    json.member("rejected_total", plugin.rejected)
    json.member("set_aside_total", plugin.setAside)
    json.member("missed_records_total", plugin.missed)
    json.member("restarts_total", plugin.restarts)
    json.member("failures_total", plugin.failures)
    json.member("last_failure", plugin.lastFailure)
    json.member("rollbacks_total", plugin.rollbacks)
    json.member("last_rollback", plugin.lastRollback)
    json.member("denied_calls_total", plugin.deniedCalls)
    json.member("last_denied", plugin.lastDenied)
    json.member("resident_mb", plugin.residentMb)
    json.member("cpu_ms", plugin.cpuMs)
    json.member("cpu_total_ms", plugin.cpuTotalMs)
    json.member("last_batch_us", plugin.lastBatchUs)
    json.member("max_batch_us", plugin.maxBatchUs)
    json.member("position", plugin.position)
    json.member(
      "batch_us",
      object: { buckets in
        for (index, count) in plugin.histogram.enumerated() {
          let bound = index < PluginStatus.histogramUs.count ? "\(PluginStatus.histogramUs[index])" : "more"
          buckets.member(bound, count)
        }
      })
    json.member(
      "counters",
      object: { list in
        for (name, count) in plugin.counters.sorted(by: { $0.key < $1.key }) { list.member(name, count) }
      })
    json.member(
      "metrics",
      object: { list in
        for (name, value) in plugin.measures.sorted(by: { $0.key < $1.key }) where value.isFinite {
          list.member(name, value)
        }
      })
  }

  private static func batch(_ batch: PluginStatus.Batch, _ json: inout JSONWriter) {
    json.object {
      $0.member("number", batch.number)
      $0.member("time", Timestamp.text(batch.startedNs))
      $0.member("records", batch.records)
      $0.member("first_arrival", batch.firstArrival)
      $0.member("outputs", batch.outputs)
      $0.member("rejects", batch.rejects)
      $0.member("took_us", batch.tookUs)
      $0.member("outcome", batch.outcome)
    }
  }
}
