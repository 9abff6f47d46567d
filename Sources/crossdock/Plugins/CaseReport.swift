import JSONText
import PluginCases

/// What came of a test case, for people and for programs.
enum CaseReport {
  static func text(_ result: PluginCaseRunner.Result) -> String {
    func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    var parts = [count(result.records, "record"), count(result.outputs, "output")]
    if result.rejects > 0 { parts.append("\(result.rejects) rejected") }
    let head = result.isPassed ? "ok    " : "FAIL  "
    return "\(head)\(result.name): \(parts.joined(separator: ", ")), \(result.tookMs) ms\n"
      + result.differences.map { "      \($0)\n" }.joined()
  }

  static func json(_ result: PluginCaseRunner.Result, to json: inout JSONWriter) {
    json.object {
      $0.member("name", result.name)
      $0.member("passed", result.isPassed)
      $0.member("records", result.records)
      $0.member("outputs", result.outputs)
      $0.member("rejects", result.rejects)
      $0.member("took_ms", result.tookMs)
      $0.member("differences", array: { list in for line in result.differences { list.value(line) } })
    }
  }
}
