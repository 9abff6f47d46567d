/// A version as semver.org 2.0.0 has it: `1.2.0`, `2.0.0-rc.1`, `1.2.0+build.7`. It is also the name of a folder in the
/// plugins' store, so its length has a bound.
package struct SemanticVersion: Sendable, Hashable, CustomStringConvertible {
  package static let maxBytes = 64

  package let text: String
  private let numbers: [UInt64]
  private let prerelease: [String]

  package init?(_ text: String) {
    guard text.utf8.count <= Self.maxBytes else { return nil }
    let parts = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, Self.identifiers(parts[1]) == nil { return nil }
    let release = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    var prerelease: [String] = []
    if release.count == 2 {
      guard let found = Self.identifiers(release[1]),
        found.allSatisfy({ !Self.isNumeric($0) || Self.number($0[...]) != nil })
      else { return nil }
      prerelease = found
    }
    let numbers = release[0].split(separator: ".", omittingEmptySubsequences: false).map(Self.number)
    guard numbers.count == 3, numbers.allSatisfy({ $0 != nil }) else { return nil }
    self.text = text
    self.numbers = numbers.compactMap(\.self)
    self.prerelease = prerelease
  }

  package var description: String { text }

  /// Digits without a leading zero.
  private static func number(_ text: Substring) -> UInt64? {
    guard isNumeric(String(text)), text == "0" || !text.hasPrefix("0") else { return nil }
    return UInt64(text)
  }

  private static func isNumeric(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  private static func identifiers(_ text: Substring) -> [String]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let areRight = parts.allSatisfy { part in
      !part.isEmpty
        && part.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
          default: false
          }
        }
    }
    return areRight ? parts : nil
  }

  /// Precedence as in section 11 of semver: what stands after `+` does not count.
  package func isOlder(than other: SemanticVersion) -> Bool {
    for (mine, its) in zip(numbers, other.numbers) where mine != its { return mine < its }
    if prerelease.isEmpty || other.prerelease.isEmpty { return !prerelease.isEmpty && other.prerelease.isEmpty }
    for (mine, its) in zip(prerelease, other.prerelease) where mine != its {
      switch (Self.isNumeric(mine), Self.isNumeric(its)) {
      case (true, true): return UInt64(mine) ?? 0 < UInt64(its) ?? 0
      case (true, false): return true
      case (false, true): return false
      case (false, false): return Array(mine.utf8).lexicographicallyPrecedes(Array(its.utf8))
      }
    }
    return prerelease.count < other.prerelease.count
  }

  /// False where one of the two is no version.
  package static func isOlder(_ text: String, than other: String) -> Bool {
    guard let version = SemanticVersion(text), let other = SemanticVersion(other) else { return false }
    return version.isOlder(than: other)
  }
}
