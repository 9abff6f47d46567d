/// Looks at bodies that somebody else has made (plugins): a stream of JSON takes one document each, and nothing else.
package final class JSONBody {
  private let extractor = JSONExtractor([])

  package init() {}

  /// Why it is none, in words for an operator; nil: it is one.
  package func fault(_ body: UnsafeRawBufferPointer) -> String? {
    extractor.scan(body).map { "its body is not JSON: \($0)" }
  }
}
