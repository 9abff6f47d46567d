internal import Journal

/// Where the messages of a topic go: found once by matching templates, then by the bytes of the topic.
struct TopicRoutes {
  struct Route {
    /// Number of the feed; that after the last configured one for topics that no feed names.
    var feed: Int
    var source: UInt32
  }

  private var topics = SourceTable()
  private var routes: [Route] = []

  subscript(topic: UnsafeRawBufferPointer) -> Route? {
    topics.find(topic).map { routes[Int($0)] }
  }

  mutating func add(_ topic: UnsafeRawBufferPointer, _ route: Route) {
    if routes.count >= EngineLimits.maxTopics {
      topics = SourceTable()
      routes.removeAll(keepingCapacity: true)
    }
    _ = topics.add(topic)
    routes.append(route)
  }
}
