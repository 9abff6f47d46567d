/// A feed: brings something in and emits it. Its checkpoint is its place in what it reads; it becomes durable together with what
/// was emitted, so that nothing is missing or double after a power cut.
public protocol Feed: Plugin {
  /// Emits what has come. Where nothing has, waits for it: at most `turn.waitUs`. Throw `PluginRetry` when the other side is not there.
  func poll(_ turn: PluginTurn, into output: PluginOutput) throws
}
