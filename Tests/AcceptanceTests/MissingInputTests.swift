import Foundation
import Testing

/// A file that is named on the command line and is not there is bad input: one exit code and one sentence, whatever the command.
@Suite struct MissingInputTests {
  /// `NONE` is a file that is not there, `DIR` a folder that is; other names are files with what the command asks for first.
  static let commands: [[String]] = [
    ["bearing", "--input", "NONE", "--rate", "12000", "--bearing", "6205", "--rpm", "1800"],
    ["bearing", "--input", "DATA", "--rate", "12000", "--bearing", "6205", "--tachometer", "NONE"],
    ["detect", "--input", "NONE"],
    ["detect", "--input", "NONE", "--rules", "nab"],
    ["trend", "--input", "NONE", "--index", "rms"],
    ["trend", "--input", "NONE", "--index", "v", "--by", "a", "--time", "t", "--runs", "NONE"],
    ["features", "--spec", "NONE", "--input", "NONE"],
    ["features", "--spec", "SPEC", "--input", "NONE"],
    ["features", "--spec", "SPEC", "--input", "NONE.ndjson"],
    ["model", "verify", "NONE", "--key", "KEY"],
    ["model", "verify", "NONE", "--key", "NONE"],
    ["model", "install", "NONE", "--config", "CONFIG"],
    ["model", "pack", "NONE"],
    ["model", "run", "NONE", "--input", "NONE"],
    ["model", "sign", "NONE", "--key", "NONE"],
    ["plugin", "verify", "NONE", "--key", "KEY"],
    ["plugin", "install", "NONE", "--config", "CONFIG"],
    ["plugin", "pack", "NONE"],
    ["plugin", "sign", "NONE", "--key", "NONE"],
    ["plugin", "test", "NONE"],
    ["route", "--batch", "NONE"],
    ["route", "--layout", "NONE", "--order", "NONE"],
    ["route", "--layout", "NONE", "--order", "NONE", "--json"],
    ["route", "--layout", "NONE", "--order", "NONE", "--svg"],
    ["route", "--layout", "NONE", "--order", "NONE", "--explain"],
    ["layout", "check", "NONE"],
    ["layout", "draw", "NONE"],
    ["layout", "import", "NONE"],
    ["batch", "--foodmart", "NONE"],
    ["batch", "--layout", "NONE", "--orders", "NONE"],
    ["stops", "--batch", "NONE", "--budget-ms", "10"],
    ["stops", "--vrptw", "NONE", "--budget-ms", "10"],
    ["stops", "--plan", "NONE"],
    ["journal", "import", "NONE", "--data", "NEW"],
  ]

  @Test func everyCommandThatReadsAFileEndsWith65WhenItIsNotThere() throws {
    let sandbox = try Sandbox()
    let key = try runToEnd("crossdock", ["model", "sign", "--new-key", sandbox.path("key"), "--no-password"])
    #expect(key.code == 0)
    let words = [
      "NONE": sandbox.path("none"), "NONE.ndjson": sandbox.path("none.ndjson"), "KEY": sandbox.path("key.pub"),
      "NEW": sandbox.path("new"),
      "DATA": try sandbox.write("data.csv", (1...64).map { "\($0 % 7)\n" }.joined()),
      "SPEC": try sandbox.write(
        "features.json",
        """
        {"name":"load","version":"1.0.0","inputs":[{"name":"v"}],
         "features":[{"name":"v_mean","input":"v","statistic":"mean","count":3}]}
        """),
      "CONFIG": try sandbox.write(
        "agent.conf", "[agent]\nid = \"a\"\ndata_dir = \"\(sandbox.path("data"))\"\n[mqtt.m]\nhost = \"127.0.0.1\"\n"),
    ]
    for command in Self.commands {
      let answer = try runToEnd("crossdock", command.map { words[$0] ?? $0 })
      #expect(answer.code == 65, "\(command): \(answer)")
      #expect(answer.output.isEmpty, "\(command): \(answer.output)")
      #expect(answer.errors.contains(sandbox.path("none")), "\(command): \(answer.errors)")
    }
  }

  /// A folder in place of a file is no input either.
  @Test func folderInPlaceOfAFileEndsWith65() throws {
    let sandbox = try Sandbox()
    for command in [["detect", "--input"], ["route", "--batch"], ["stops", "--plan"], ["layout", "check"]] {
      let answer = try runToEnd("crossdock", command + [sandbox.folder])
      #expect(answer.code == 65, "\(command): \(answer)")
      #expect(answer.errors.contains("Is a directory"), "\(command): \(answer.errors)")
    }
  }

  @Test func fileWithoutInstancesEndsWith65() throws {
    let sandbox = try Sandbox()
    let fleet = { (demand: Int, capacity: Int) in
      "F\nVEHICLE\nNUMBER CAPACITY\n2 \(capacity)\nCUSTOMER\nNO X Y\n0 0 0 0 0 100 0\n1 1 1 \(demand) 0 100 0\n2 2 2 1 0 100 0\n"
    }
    let empty = try sandbox.write("empty", "\n")
    for command in [["route", "--batch"], ["stops", "--batch"], ["stops", "--vrptw"]] {
      let answer = try runToEnd("crossdock", command + [empty])
      #expect(answer.code == 65 && answer.errors.contains(empty), "\(command): \(answer)")
    }
    let noCapacity = try runToEnd("crossdock", ["stops", "--vrptw", try sandbox.write("none", fleet(1, 0))])
    #expect(noCapacity.code == 65 && noCapacity.errors.contains("no capacity"), "\(noCapacity)")
    let tooLarge = try runToEnd(
      "crossdock", ["stops", "--vrptw", try sandbox.write("large", fleet(9, 5)), "--budget-ms", "10"])
    #expect(tooLarge.output.contains("infeasible") && tooLarge.errors.contains("customers 1;"), "\(tooLarge)")
    #expect(tooLarge.code == 1)
  }
}
