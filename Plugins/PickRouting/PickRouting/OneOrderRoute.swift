package import CrossdockPlugin
internal import JSONText

/// One order in one hall, with no agent: what `crossdock route --layout F --order F` answers.
package enum OneOrderRoute {
  /// An order's walk with all that is known about it: for pictures and explanations.
  struct Planned {
    var order: OpenOrder
    var layout: HallLayout
  }

  /// - Throws: `PluginError` when the layout cannot be used or the order is refused.
  static func plan(layout: [UInt8], layoutPath: String, order: [UInt8]) throws(PluginError) -> Planned {
    let hall = try LayoutReader.read(layout, path: layoutPath)
    var book = OrderBook(layouts: [hall], maximumOrders: 1, maximumReroutes: 1)
    do {
      _ = try book.take(
        try PickMessage.parse(try JSONValue.parse(order)), from: MessageOrigin(source: ""), remainingUs: { 0 })
    } catch let refusal as Refusal {
      throw PluginError(refusal.member.isEmpty ? refusal.reason : "\(refusal.member): \(refusal.reason)")
    } catch let error as MemberError {
      throw PluginError(error.text)
    } catch let error as JSONSyntaxError {
      throw PluginError("line \(error.line), column \(error.column): \(error.reason)")
    } catch {
      throw PluginError("\(error)")
    }
    guard let order = book.orders.values.first else { throw PluginError("is not an order") }
    return Planned(order: order, layout: hall)
  }

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
      let answers = try book.take(message, from: MessageOrigin(source: ""), remainingUs: countdownUs)
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
