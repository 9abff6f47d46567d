/// What a plugin is; the numbers are the ABI's CROSSDOCK_ROLE_….
package enum PluginRole: UInt32, Sendable {
  case model = 1
  case decoder = 2
  case uplink = 3
  case feed = 4

  package var name: String {
    switch self {
    case .model: "model"
    case .decoder: "decoder"
    case .uplink: "uplink"
    case .feed: "feed"
    }
  }
}
