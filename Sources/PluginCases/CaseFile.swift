internal import JSONText
internal import Platform
internal import Records

/// A file of a test case, read with places for messages.
struct CaseFile {
  static let maxBytes = 16 << 20
  static let maxLines = 100_000

  let path: String

  func failure(_ reason: String, line: Int? = nil) -> CrossdockError {
    CrossdockError(
      "read the test case", at: line.map { "\(path):\($0)" } ?? path, reason: reason, exitCode: .badInput)
  }

  func bytes() throws(CrossdockError) -> [UInt8] { try Files.read(path, limit: Self.maxBytes) }

  /// Nil where there is no such file.
  func document() throws(CrossdockError) -> JSONValue? {
    guard Files.exists(path) else { return nil }
    do {
      return try JSONValue.parse(try bytes())
    } catch let error as JSONSyntaxError {
      throw failure("\(error)")
    } catch let error as CrossdockError {
      throw error
    } catch { preconditionFailure("\(error)") }
  }

  /// Lines that are not empty, with their numbers.
  func lines() throws(CrossdockError) -> [(number: Int, text: ArraySlice<UInt8>)] {
    guard Files.exists(path) else { return [] }
    let all = try bytes().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard all.count <= Self.maxLines else { throw failure("more than \(Self.maxLines) lines") }
    return all.enumerated().compactMap { index, text in
      text.contains { $0 > 0x20 } ? (index + 1, text) : nil
    }
  }
}
