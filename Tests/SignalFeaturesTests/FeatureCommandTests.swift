import Fixtures
import Foundation
import Testing

@Suite(.serialized) struct FeatureCommandTests {
  private static let spec = #"""
    {"name":"t","version":"1","inputs":[{"name":"a","max":100},{"name":"kind","categories":{"L":0,"M":1}}],
     "features":[{"name":"sum","input":"a","statistic":"sum","count":2},{"name":"kind","input":"kind","statistic":"last"}]}
    """#

  private func run(
    _ input: String, _ arguments: [String] = [], spec: String = spec, name: String = "in.csv"
  ) throws -> ProgramRun {
    let program = try FeatureProgram()
    try program.folder.write(spec, to: "features.json")
    try program.folder.write(input, to: name)
    return try program.run(["--spec", "features.json", "--input", name] + arguments)
  }

  @Test func tableHasAssetsKeptColumnsAndShortestNumbers() throws {
    let result = try run(
      "kind;id;a;label\r\nL;\"x;1\";0.1;no\r\nM;y;1;\"say \"\"yes\"\", he\"\r\nL;\"x;1\";0.2;\r\n;y;;no\r\n",
      ["--by", "id", "--keep", "label", "--quality"])
    let lines = [
      "id,label,quality,sum,kind", "x;1,no,good,0.1,0", #"y,"say ""yes"", he",good,1,1"#,
      "x;1,,good,0.30000000000000004,0", "y,no,a:missing kind:missing,1,", "",
    ]
    #expect(result.output == lines.joined(separator: "\n"))
    #expect(result.code == 0 && result.errors.contains("a: missing 1") && result.errors.contains("kind: missing 1"))
  }

  @Test func objectsWithLinesForEachRow() throws {
    let result = try run("id,a,kind\nx,1e2,L\nx,101,Q\n", ["--by", "id", "--format", "ndjson"])
    #expect(result.output == "{\"id\":\"x\",\"sum\":100,\"kind\":0}\n{\"id\":\"x\",\"sum\":100,\"kind\":null}\n")
    #expect(result.errors.contains("a: range 1"))
  }

  @Test func delimiterAtTheEndOfALineIsNoField() throws {
    let result = try run("a,kind\n1,L,\n2,M\n")
    #expect(result.output == "sum,kind\n1,0\n3,1\n")
  }

  @Test func lastRowsOfEachAsset() throws {
    let result = try run("id,a,kind\nx,1,L\ny,5,L\nx,2,M\n", ["--by", "id", "--last"])
    #expect(result.output == "id,sum,kind\nx,3,1\ny,5,0\n")
  }

  @Test func windowsByTimeKeepWhatBelongsToThem() throws {
    let spec = #"""
      {"name":"t","version":"1","inputs":[{"name":"a"}],"window":{"tumbling_s":60},
       "features":[{"name":"mean","input":"a","statistic":"mean"}]}
      """#
    let input = "t,a,label\n2026-01-01 00:00:10,1,p\n2026-01-01 00:00:50,3,q\n2026-01-01 00:01:00,9,r\n"
    let result = try run(input, ["--time", "t", "--keep", "label"], spec: spec)
    #expect(result.output == "t,label,mean\n2026-01-01T00:01:00Z,q,2\n")
  }

  @Test func exportedRecordsLeaveOutWhatWasRetained() throws {
    func line(_ sequence: Int, _ flags: String, _ body: String) -> String {
      #"{"agent":"a","epoch":"1","stream":"s","sequence":\#(sequence),"source":"press","event_time":"2026-01-01T00:00:0\#(sequence)Z","ingest_time":"2026-01-01T00:00:00Z","flags":[\#(flags)],"body":\#(body)}"#
    }
    let input = [
      line(1, "", #"{"a":1,"kind":"M"}"#), line(2, "\"retained\"", #"{"a":5}"#),
      line(3, "\"event_time_missing\"", #"{"a":2}"#),
    ].joined(separator: "\n")
    let result = try run(input, ["--quality"], name: "in.ndjson")
    #expect(
      result.output == """
        source,sequence,event_time,quality,sum,kind
        press,1,2026-01-01T00:00:01Z,good,1,1
        press,3,2026-01-01T00:00:03Z,kind:missing record:clock,3,

        """)
  }

  /// The feed's decoder makes the same of them: the agent's features are those of the table.
  @Test func bodiesOfAnExportAreReadAsTheFeedReadsThem() throws {
    let spec = #"""
      {"name":"t","version":"1","inputs":[{"name":"a"}],"features":[{"name":"a","input":"a","statistic":"last"}]}
      """#
    let values: [(json: String, feature: String)] = [
      ("true", "1"), ("false", "0"), (#""77.5""#, "77.5"), (#"" 8""#, "8"), (#""1e3""#, "1000"), (#""0x10""#, ""),
      (#""""#, ""), ("null", ""),
      ("{}", ""), ("[1]", ""), (#""+5""#, ""), (#""inf""#, ""), (#""nan""#, ""), (#""7,5""#, ""), ("1E2", "100"),
      (#""\u0037""#, "7"),
    ]
    let lines = values.enumerated().map { number, value in
      #"{"sequence":\#(number + 1),"source":"p","event_time":"2026-01-01T00:00:00Z","body":{"a":\#(value.json)}}"#
    }
    let result = try run(lines.joined(separator: "\n"), spec: spec, name: "in.ndjson")
    #expect(FeatureProgram.table(result.output).map { String($0.last ?? "") } == values.map(\.feature), "\(result)")
  }

  @Test func sourceStaysATextWhereItLooksLikeANumber() throws {
    let spec = #"""
      {"name":"t","version":"1","inputs":[{"name":"a"}],"features":[{"name":"a","input":"a","statistic":"last"}]}
      """#
    let line = #"{"sequence":1,"source":"21","event_time":"2026-01-01T00:00:00Z","body":{"a":5}}"#
    let result = try run(line, ["--format", "ndjson"], spec: spec, name: "in.ndjson")
    #expect(result.output.hasPrefix(#"{"source":"21","sequence":1,"#), "\(result)")
  }

  @Test func waveformsOfAnExport() throws {
    let spec = #"""
      {"name":"t","version":"1","inputs":[],"waveform":{"sample_rate_hz":1000,"column":"/v/x","encoding":"i16","scale":0.5},
       "features":[{"name":"peak","statistic":"peak"}]}
      """#
    let samples = Data((0..<32).flatMap { i -> [UInt8] in i % 2 == 0 ? [4, 0] : [0xFC, 0xFF] }).base64EncodedString()
    let list = (0..<32).map { $0 % 2 == 0 ? "4" : "-4" }.joined(separator: ",")
    let input =
      #"{"sequence":1,"source":"p","event_time":"2026-01-01T00:00:00Z","body":{"v":{"x":"\#(samples)"}}}"# + "\n"
      + #"{"sequence":2,"source":"p","event_time":"2026-01-01T00:00:01Z","body":{"v":{"x":[\#(list)]}}}"# + "\n"
    let result = try run(input, spec: spec, name: "in.ndjson")
    #expect(FeatureProgram.table(result.output).map(\.last) == ["2", "2"], "\(result)")
  }

  private static let faults: [(input: String, arguments: [String], code: Int32, errors: String)] = [
    ("", [], 65, "in.csv:1: the file is empty: no header"),
    ("a,c\n1,2\n", [], 65, "in.csv:1: there is no column \"kind\" for the input \"kind\""),
    ("a,kind,a\n1,L,2\n", [], 65, "in.csv:1: the column \"a\" for the input \"a\" is there twice"),
    ("a,kind\n1,L\n2\n", [], 65, "in.csv:3: the row has 1 fields, the header has 2"),
    ("a,kind\n1,\"L\n", [], 65, "in.csv:2:3: the quotation is not closed on its line"),
    ("a,kind\n1,\"L\"x\n", [], 65, "in.csv:2:6: text after the closing quotation mark"),
    ("a,kind\n1,L\n", ["--by", "id"], 65, "there is no column \"id\" for --by"),
    ("a,kind,t\n1,L,noon\n", ["--time", "t"], 65, "in.csv:2: the field 3 is no time: \"noon\""),
    ("a,kind\n1,L\n", ["--set", "b=1"], 64, "the specification has no input \"b\""),
    ("a,kind\n1,L\n", ["--format", "xml"], 64, "xml"),
    ("a,kind\n1,L\n", ["--input", "none.csv"], 1, "none.csv"),
    ("a,kind\n1,L\n", ["--input", "x.f32"], 65, "the specification has no waveform"),
    ("a,kind\n1,L\n", ["--output", "none/out.csv"], 73, "none/out.csv"),
  ]

  @Test(arguments: faults)
  func badInputIsNamedWithItsPlace(input: String, arguments: [String], code: Int32, errors: String) throws {
    let result = try run(input, arguments)
    #expect(result.errors.contains(errors), "\(result.errors)")
    #expect(result.code == code || code == 1 && result.code != 0, "\(result)")
  }

  @Test func badSpecificationIsNamedWithItsPlace() throws {
    let result = try run("a\n1\n", spec: "{\n  \"name\": \"t\",\n  \"versio\": \"1\"\n}")
    #expect(result.code == 78 && result.errors.contains("features.json:3:3: versio: there is no such member"))
  }

  @Test func badLineOfAnExportIsNamedWithItsPlace() throws {
    for (line, errors) in [("{\"body\":", "in.ndjson:1:9:"), ("[1]", "in.ndjson:1: the line is no exported record")] {
      let result = try run(line + "\n", name: "in.ndjson")
      #expect(result.code == 65 && result.errors.contains(errors), "\(result.errors)")
    }
  }

  @Test func outputAppearsWhenItIsWhole() throws {
    let program = try FeatureProgram()
    try program.folder.write(Self.spec, to: "features.json")
    try program.folder.write("a,kind\n1,L\n", to: "good.csv")
    try program.folder.write("a,kind\n1,L\n1\n", to: "bad.csv")
    #expect(try program.run(["--spec", "features.json", "--output", "out.csv", "bad.csv"]).code == 65)
    #expect(!FileManager.default.fileExists(atPath: program.folder.path("out.csv")))
    #expect(try program.run(["--spec", "features.json", "--output", "out.csv", "good.csv"]).code == 0)
    #expect(try String(contentsOfFile: program.folder.path("out.csv"), encoding: .utf8) == "sum,kind\n1,0\n")
  }

  @Test func hashAndDescription() throws {
    let hash = try run("", ["--hash"])
    #expect(hash.code == 0 && hash.output.count == 17)
    let description = try run("", ["--describe"])
    #expect(
      description.output.contains("hash \(hash.output.dropLast())") && description.output.contains("bytes an asset"))
  }
}
