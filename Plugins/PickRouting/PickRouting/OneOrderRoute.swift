package import CrossdockPlugin
internal import JSONText

/// One order in one hall, with no agent: what `crossdock route --layout F --order F` answers.
package enum OneOrderRoute {
  /// - Parameters:
  ///   - layoutPath: for errors.
  ///   - countdownUs: microseconds, counting down: the time taken is the difference.
  /// - Returns: the answer's JSON, which may be a refusal.
  /// - Throws: `PluginError` when the layout cannot be used.
  package static func answer(
    layout: [UInt8], layoutPath: String, order: [UInt8], countdownUs: () -> Int64
  ) throws(PluginError) -> [UInt8] {
    var book = OrderBook(
      layouts: [try LayoutReader.read(layout, path: layoutPath)], maximumOrders: 1, maximumReroutes: 1)
    var id: String?
    do {
      let document = try JSONValue.parse(order)
      id = document["order"].flatMap { try? MemberReader.name($0, at: "order") }
      let message = try PickMessage.parse(document)
      let answers = try book.take(message, from: "", remainingUs: countdownUs)
      return answers.first?.body ?? []
    } catch let refusal as Refusal {
      return RouteAnswer(refusing: refusal, order: id, source: "").body
    } catch let error as MemberError {
      return RouteAnswer(refusing: Refusal(error), order: id, source: "").body
    } catch let error as JSONSyntaxError {
      let refusal = Refusal("", "not JSON: \(error)", hint: "give a file with one JSON object")
      return RouteAnswer(refusing: refusal, order: id, source: "").body
    } catch {
      throw PluginError("layout \(layoutPath): \(error)")
    }
  }
}
