import Configuration
import Fixtures
import Glibc
import Testing

@Suite struct SecretTests {
  static func withPassword(_ line: String) -> String {
    minimal(connection: "host = \"127.0.0.1\"\nusername = \"u\"\n\(line)")
  }

  @Test func secretIsNeverPrinted() {
    let (configuration, _) = load(Self.withPassword("password = \"hunter2\""))
    #expect(configuration?.connections.first?.password?.reveal() == "hunter2")
    var dumped = ""
    dump(configuration, to: &dumped)
    for text in ["\(String(describing: configuration))", String(reflecting: configuration), dumped] {
      #expect(!text.contains("hunter2"))
    }
  }

  @Test func fileIsRelativeToTheConfigurationAndLosesItsLineEnd() throws {
    let folder = try TemporaryFolder()
    try folder.write("s3cret\n", to: "floor.password")
    let (configuration, problems) = load(
      Self.withPassword("password_file = \"floor.password\""), path: "\(folder.path)/agent.conf")
    #expect(problems == [])
    #expect(configuration?.connections.first?.password?.reveal() == "s3cret")
  }

  /// The agent would wait in a reload until somebody writes.
  @Test func namedPipeIsRefused() throws {
    let folder = try TemporaryFolder()
    try #require(mkfifo("\(folder.path)/pipe", 0o600) == 0)
    let problems = load(Self.withPassword("password_file = \"pipe\""), path: "\(folder.path)/agent.conf").problems
    #expect(problems.count == 1 && problems[0].contains(":7:17: error:"), "\(problems)")
    #expect(problems.first?.contains("it is no plain file") == true, "\(problems)")
  }

  @Test func credentialComesFromItsDirectory() throws {
    let folder = try TemporaryFolder()
    try folder.write("from systemd", to: "floor")
    let text = Self.withPassword("password_file = \"credential:floor\"")
    let (configuration, problems) = load(text, environment: ["CREDENTIALS_DIRECTORY": folder.path])
    #expect(problems == [])
    #expect(configuration?.connections.first?.password?.reveal() == "from systemd")
    #expect(
      load(text).problems == [
        """
        agent.conf:7:17: error: there is no credential "floor": $CREDENTIALS_DIRECTORY is not set; systemd sets it for a \
        unit with LoadCredential=floor:PATH
        """
      ])
  }

  @Test func worldReadableSecretIsAWarningAndAnEmptyOneAnError() throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: "open", mode: 0o644)
    try folder.write("\n", to: "empty")
    let open = load(Self.withPassword("password_file = \"open\""), path: "\(folder.path)/agent.conf")
    #expect(open.configuration != nil)
    #expect(open.problems.count == 1 && open.problems[0].contains("warning") && open.problems[0].contains("chmod 600"))
    let empty = load(Self.withPassword("password_file = \"empty\""), path: "\(folder.path)/agent.conf")
    #expect(empty.configuration == nil && empty.problems.first?.contains("it is empty") == true)
  }

  @Test func environmentIsSubstitutedAnywhereInAText() {
    let text = minimal(connection: "host = \"${HOST}.local\"\nclient_id = \"$${x}-$y-${A}${B}\"")
    let (configuration, problems) = load(text, environment: ["HOST": "broker", "A": "1", "B": "2"])
    #expect(problems == [])
    #expect(configuration?.connections.first?.host == "broker.local")
    #expect(configuration?.connections.first?.clientID == "${x}-$y-12")
  }

  @Test func passwordInClearTextOverTheNetworkIsAWarning() {
    let text = minimal(connection: "host = \"broker\"\nusername = \"u\"\npassword = \"p\"")
    #expect(
      load(text).problems == [
        """
        agent.conf:7:1: warning: the password goes to "broker" without TLS and can be overheard; give "ca_file" or tls = \
        true
        """
      ])
  }
}
