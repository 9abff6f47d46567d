import CommandSyntax
import Platform
import Records

/// `crossdock plugin new`: a plugin's folder that builds, passes its test and loads as it is.
struct PluginNewCommand: Command {
  static let maxNameBytes = 40

  static let syntax = CommandSyntax(
    name: "plugin new", summary: "make a plugin's folder that builds, passes its test and loads",
    discussion: """
      The folder is complete in itself: sources, tests, test cases, plugin.toml, sample.conf, README, Makefile, and a copy of what \
      it needs of the SDK. It does something small and real for its role: a model watches a limit, a decoder reads lines, an uplink \
      appends to a file, a feed counts lines. `make` builds it, `make test` tests it.

      The SDK is looked for in --sdk, $CROSSDOCK_SDK, ../share/crossdock/sdk beside this program, and the SDK/ of a checkout that \
      this program is in.

      Exit codes: 0 made; 64 a name, role or language that there is not; 69 no SDK; 73 the folder is there already, or cannot be made.
      """,
    positionals: [
      .init("NAME", help: "small letters, digits and -; begins with a letter; at most \(maxNameBytes) characters")
    ],
    options: [
      .init("--role", "ROLE", help: PluginTemplate.roles.joined(separator: ", ")),
      .init("--language", "LANGUAGE", help: PluginTemplate.languages.joined(separator: ", ")),
      .init("--folder", "DIR", help: "make this folder instead of ./NAME"),
      .init("--sdk", "DIR", help: "the SDK"),
    ],
    examples: [
      "crossdock plugin new cold-chain --role model --language c",
      "crossdock plugin new label-decoder --role decoder --language python --folder plugins/label-decoder",
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let name = arguments.positionals[0]
    try check(name)
    let role = try choice("--role", arguments.value("--role"), of: PluginTemplate.roles)
    let language = try choice("--language", arguments.value("--language"), of: PluginTemplate.languages)
    let folder = arguments.value("--folder") ?? name
    guard !Files.exists(folder) else {
      throw CrossdockError(
        "make the plugin's folder", at: folder, reason: "it is there already",
        hint: "choose another name, or --folder DIR", exitCode: .cannotWrite)
    }
    let template = PluginTemplate(
      sdk: try PluginSDK.folder(arguments.value("--sdk")), name: name, role: role, language: language)
    let files = try template.write(to: folder)
    Terminal.writeError(
      """
      \(folder): \(role == "uplink" ? "an" : "a") \(role) in \(display(language)), \(files) files. Next:
        cd \(folder)
        make && make test
        crossdock plugin test .

      """)
    return .success
  }

  private static func check(_ name: String) throws(CrossdockError) {
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let isGood = name.utf8.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "-") }
    guard isGood, let first = name.utf8.first, letters.contains(first), name.utf8.count <= maxNameBytes else {
      throw CrossdockError(
        "name the plugin", at: name, reason: "a name has small letters, digits and -, and begins with a letter",
        hint: "at most \(maxNameBytes) characters, as in cold-chain-watch", exitCode: .wrongUsage)
    }
  }

  private static func choice(
    _ option: String, _ value: String?, of choices: [String]
  ) throws(CrossdockError) -> String {
    let list = "one of \(choices.joined(separator: ", "))"
    guard let value else {
      throw CrossdockError(
        "read the command line", at: option, reason: "it is missing", hint: "\(option) is \(list)",
        exitCode: .wrongUsage)
    }
    guard choices.contains(value) else {
      let hint = Suggestion.nearest(to: value, of: choices).map { "did you mean \($0)? " } ?? ""
      throw CrossdockError(
        "read the command line", at: option, reason: "there is no \"\(value)\"", hint: "\(hint)\(option) is \(list)",
        exitCode: .wrongUsage)
    }
    return value
  }

  private static func display(_ language: String) -> String {
    language.prefix(1).uppercased() + language.dropFirst()
  }
}
