import Records
import Testing

@Suite struct PluginWordsTests {
  /// The example of semver.org, section 11.
  @Test func versionsAreOrderedAsSemverSays() throws {
    let order = [
      "0.9.10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
      "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
    ].compactMap(SemanticVersion.init)
    #expect(order.count == 13)
    for (i, older) in order.enumerated() {
      for (j, newer) in order.enumerated() { #expect(older.isOlder(than: newer) == (i < j)) }
    }
    let built = try #require(SemanticVersion("1.0.0+7"))
    #expect(!built.isOlder(than: order[8]) && !order[8].isOlder(than: built) && built != order[8])
  }

  @Test(arguments: [
    "", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.-3", "1.2.3-", "1.2.3+", "1.2.3-01", "1.2.3-a..b", "v1.2.3",
    "1.2.3 ", "1.2.3/4", "１.2.3", "99999999999999999999.0.0", "1.2.3-\(String(repeating: "a", count: 60))",
  ])
  func whatIsNoVersionIsRefused(text: String) {
    #expect(SemanticVersion(text) == nil)
  }

  @Test func patternsMatchWholeNames() {
    #expect(StreamPattern.matches("*", "anything"))
    #expect(StreamPattern.matches("raw-*", "raw-") && StreamPattern.matches("raw-*", "raw-x"))
    #expect(!StreamPattern.matches("raw-*", "xraw-x") && !StreamPattern.matches("raw", "raw-x"))
    #expect(StreamPattern.matches("*a*b", "xxaxxbxb") && !StreamPattern.matches("*a*b", "xxaxxbx"))
    #expect(StreamPattern.matches("", "") && !StreamPattern.matches("", "a"))
    #expect(StreamPattern.isValid("raw-*.x") && StreamPattern.isValid("*") && !StreamPattern.isValid("a b"))
    #expect(!StreamPattern.isValid("") && !StreamPattern.isValid(String(repeating: "*", count: 65)))
  }

  @Test(arguments: ["a", "a/b.so", "testcases/one two".replacing(" ", with: "_"), "..a", "a.../b"])
  func plainPathIsRight(path: String) {
    #expect(PluginPath.problem(path) == nil)
  }

  @Test(arguments: [
    "", "/a", "a/", "a//b", "./a", "a/..", "..", "a b", "a\\b", "ä", "a\u{0}", "1/2/3/4/5/6/7/8/9",
    String(repeating: "a", count: 101),
  ])
  func otherPathIsRefused(path: String) {
    #expect(PluginPath.problem(path) != nil)
  }

  @Test func aDayEndsWhereTheNextBegins() throws {
    let day = try #require(CalendarDay("2028-02-29"))
    #expect(Timestamp.text(day.endNs) == "2028-03-01T00:00:00Z")
    #expect(CalendarDay("2027-02-29") == nil && CalendarDay("2027-1-01") == nil && CalendarDay("9999-12-31") == nil)
  }
}
