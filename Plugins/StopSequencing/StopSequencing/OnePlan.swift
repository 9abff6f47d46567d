internal import JSONText

/// One plan, with no agent: what `crossdock stops --plan F` answers.
package enum OnePlan {
  /// - Returns: the answer's JSON, which may be a refusal.
  package static func answer(_ message: [UInt8], takenUs: () -> Int64) -> [UInt8] {
    var book = PlanBook(maximumPlans: 1)
    var id: String?
    do {
      let document = try JSONValue.parse(message)
      id = document["plan"]?.string
      guard let plan = try book.take(document, from: "") else { throw Refusal("type", "is not plan") }
      return PlanAnswer.body(plan, timeUs: takenUs())
    } catch {
      return PlanAnswer.refusal(error as? Refusal ?? Refusal("", "not JSON: \(error)"), plan: id, source: "")
    }
  }
}
