import Decoding
import Records
import Testing

@Suite struct TopicTemplateTests {
  static func bytes<R>(_ text: String, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    Array(text.utf8).withUnsafeBytes(body)
  }

  @Test(arguments: [
    ("{site}/{line}/{asset}/vibration", "+/+/+/vibration"), ("a/b", "a/b"), ("+/{x}/#", "+/+/#"), ("#", "#"),
    ("/{x}", "/+"), ("$share/floor/{site}/scan", "$share/floor/+/scan"), ("größe/{x}", "größe/+"),
  ]) func filterHasAWildcardForEachName(_ text: String, _ filter: String) throws {
    #expect(try TopicTemplate(parsing: text).filter == filter)
  }

  @Test(arguments: [
    ("a/{x}", "a/b", true), ("a/{x}", "a", false), ("a/{x}", "a/", true), ("a/{x}", "a/b/c", false),
    ("a/{x}", "ab/c", false), ("a/+/c", "a/b/c", true), ("a/+/c", "a/b/d", false), ("a/#", "a", true),
    ("a/#", "a/b/c/d", true), ("a/#", "b", false), ("#", "x/y", true), ("#", "$SYS/x", false),
    ("{x}/uptime", "$SYS/uptime", false), ("$SYS/{x}", "$SYS/uptime", true), ("a//b", "a//b", true),
    ("a//b", "a/b", false), ("$share/g/{x}/b", "a/b", true), ("a/b", "a/B", false), ("a", "", false),
  ]) func topicFitsByTheRulesOfMQTT(_ template: String, _ topic: String, _ fits: Bool) throws {
    let template = try TopicTemplate(parsing: template)
    #expect(Self.bytes(topic) { template.matches($0) } == fits)
  }

  @Test(
    arguments: [
      ("{site}/{line}/{asset}/vibration", nil, "ham/l2/m7/vibration", "ham/l2/m7"),
      ("{site}/{line}/{asset}/vibration", "{asset}@{site}", "ham/l2/m7/vibration", "m7@ham"),
      ("{site}/{line}/{asset}/vibration", "motor", "ham/l2/m7/vibration", "motor"),
      ("plant/+/state", nil, "plant/7/state", "plant/7/state"), ("{x}/#", nil, "a/b/c", "a"),
    ] as [(String, String?, String, String)]) func sourceIsRendered(
      _ topic: String, _ source: String?, _ message: String, _ expected: String
    ) throws
  {
    let template = try SourceTemplate(parsing: source, of: TopicTemplate(parsing: topic))
    var out = Array("old".utf8)
    #expect(Self.bytes(message) { template.render($0, into: &out) })
    #expect(String(decoding: out, as: UTF8.self) == expected)
  }

  @Test func sourceIsEmptyWhenTheTopicIsOfAnotherFeed() throws {
    let template = try SourceTemplate(parsing: nil, of: TopicTemplate(parsing: "a/{x}"))
    var out = Array("old".utf8)
    #expect(!Self.bytes("b/c") { template.render($0, into: &out) })
    #expect(out.isEmpty)
  }

  @Test(arguments: [
    ("", "character 1: a topic is needed"),
    ("a/#/b", "character 3: # stands for the rest: it can only be the last level"),
    ("a/x{y}", "character 4: a {name} stands for a whole level, from / to /"),
    ("a/b+", "character 4: + stands for a whole level, from / to /"),
    ("{}", "character 2: the name between { and } is missing"),
    ("a/{x.y}", "character 5: a name has letters, digits, - and _"),
    ("{a}/{b}/{a}", "character 9: {a} is there twice"),
    ("$share/x", "character 1: a shared subscription is written $share/NAME/TOPIC"),
    ("a/\u{0}", "character 3: a topic has no NUL"),
  ]) func topicThatMakesNoSenseIsRefusedWithItsPlace(_ text: String, _ reason: String) {
    let error = #expect(throws: CrossdockError.self) { try TopicTemplate(parsing: text) }
    #expect(error?.reason == reason)
    #expect(error?.exitCode == .badConfiguration)
  }

  @Test(arguments: [
    ("{site}/{asse}", "character 8: the topic has no {asse}; it has {site}, {asset}"),
    ("{site", "character 1: { without }"),
    ("a}b", "character 2: } without {"), ("", "character 1: a source needs a name"),
  ]) func sourceThatMakesNoSenseIsRefusedWithItsPlace(_ text: String, _ reason: String) throws {
    let topic = try TopicTemplate(parsing: "{site}/{asset}")
    #expect(throws: CrossdockError.self) { try SourceTemplate(parsing: text, of: topic) }
    do { _ = try SourceTemplate(parsing: text, of: topic) } catch { #expect(error.reason == reason) }
  }
}
