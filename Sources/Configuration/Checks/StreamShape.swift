import Records

/// Gives every stream the body format and the columns of the feeds that fill it, which must agree: a model sees one shape.
struct StreamShape {
  let context: ReadingContext

  func filled(_ streams: [StreamDefinition], by feeds: [ReadFeed]) -> [StreamDefinition] {
    streams.map { stream in
      var stream = stream
      let mine = feeds.filter { $0.stream?.value == stream.name && $0.decoderIsKnown }
      guard let first = mine.first else {
        checkThinning(stream)
        return stream
      }
      stream.bodyFormat = bodyFormat(first)
      stream.columns = columns(first)
      for feed in mine.dropFirst() { compare(feed, with: first, stream: stream) }
      checkThinning(stream)
      return stream
    }
  }

  private func checkThinning(_ stream: StreamDefinition) {
    guard stream.retention.whenFull == .thin, stream.columns.isEmpty else { return }
    context.warning(
      SourcePosition(line: 1, column: 1),
      "stream \"\(stream.name)\" thins, but no feed gives it numbers: only the counts will be left",
      hint: "name \"fields\" in its feed, or set when_full = \"drop-oldest\"")
  }

  private func bodyFormat(_ feed: ReadFeed) -> BodyFormat { feed.configuration.decoder == .raw ? .bytes : .json }

  private func columns(_ feed: ReadFeed) -> [String] { feed.configuration.decoder.fields.map(\.name) }

  private func compare(_ feed: ReadFeed, with first: ReadFeed, stream: StreamDefinition) {
    let earlier = "feed \"\(first.configuration.name)\" (line \(first.configuration.position.line))"
    if bodyFormat(feed) != bodyFormat(first) {
      context.error(
        feed.configuration.position,
        """
        feed "\(feed.configuration.name)" writes \(bodyFormat(feed).name) into stream "\(stream.name)", \(earlier) writes \
        \(bodyFormat(first).name)
        """, hint: "give each its own stream")
    } else if columns(feed) != columns(first) {
      context.error(
        feed.configuration.position,
        """
        feed "\(feed.configuration.name)" has the fields \(list(columns(feed))) for stream "\(stream.name)", \(earlier) has \
        \(list(columns(first)))
        """, hint: "use the same names in the same order, or give each its own stream")
    }
  }

  private func list(_ names: [String]) -> String { "[\(names.map { printable($0) }.joined(separator: ", "))]" }
}
