import Configuration
import Decoding
import Records

/// The input is agent.conf. A file that passes must be one that the agent can start with: its topics, sources, times and
/// fields are given to the parts that use them.
enum ConfigurationEntry {
  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    let (configuration, problems) = ConfigurationLoader.load(
      text: Array(bytes), path: "agent.conf", environment: { $0 == "X" ? "x" : nil })
    let hasErrors = problems.contains { $0.severity == .error }
    try require((configuration == nil) == hasErrors, "a configuration: \(configuration != nil), errors: \(hasErrors)")
    let lines = bytes.reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
    for problem in problems {
      try require((0...(lines + 1)).contains(problem.line), "line \(problem.line) of \(lines): \(problem)")
    }
    guard let configuration else { return problems.count }
    for feed in configuration.feeds {
      do {
        let topic = try TopicTemplate(parsing: feed.topicTemplate)
        _ = try SourceTemplate(parsing: feed.sourceTemplate, of: topic)
        _ = try FeedDecoder(options(feed))
        guard topic.filter == feed.filter else { throw FuzzFinding("\(topic.filter) is not \(feed.filter)") }
      } catch {
        throw FuzzFinding("the feed \"\(feed.name)\" passes, and its part refuses it: \(error)")
      }
    }
    return configuration.feeds.count
  }

  private static func options(_ feed: FeedConfiguration) -> DecoderOptions {
    let fields = feed.decoder.fields.map { DecoderOptions.Field($0.name, at: $0.path) }
    switch feed.decoder {
    case .json(let json):
      return DecoderOptions(
        format: .json, time: json.time, fields: fields, samples: json.samples, dedupe: feed.dedupe)
    case .csv(let csv):
      var form = DecoderOptions.CSV()
      form.delimiter = csv.delimiter
      form.hasHeader = csv.header.isEmpty
      form.columns = csv.header
      return DecoderOptions(format: .csv, time: csv.time, fields: fields, dedupe: feed.dedupe, csv: form)
    case .raw: return DecoderOptions(format: .raw)
    }
  }
}
