import Fixtures
import Foundation
import Testing

/// All four in one agent, as an operator has them: packed, installed, configured by their samples, isolated.
@Suite(.enabled(if: ExampleFolder.present == ExampleFolder.all)) struct RunningAgentTests {
  private let label = "|LOC=A03-12|SKU=4006381333931|QTY=0012|LOT=L7781|EXP=270331|CHK=B8"

  @Test func feedDecoderModelAndUplinkWorkInARunningAgent() throws {
    let server = try ModbusServer(try ExampleFolder("ModbusFeed"))
    let claim = try LoopbackPort()
    defer { withExtendedLifetime(claim) {} }
    let port = Int(claim.number)
    let drop = FileManager.default.temporaryDirectory.appending(path: "drop-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: drop, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: drop) }
    let box = try ExampleBox(ExampleFolder.all, brokerPort: port) { edit($0, modbusPort: server.port, drop: drop) }
    _ = try box.start("/usr/sbin/mosquitto", ["-p", "\(port)"], log: "mosquitto.log")
    let agent = try box.start(
      "\(Repository.programs)/crossdock", ["run", "--config", box.configuration], log: "agent.log")

    // What is published before the agent has subscribed is lost: so again, until all has come out.
    var published = 0
    while true {
      for (topic, message) in [
        ("reefer/trailer-7/climate", #"{"t":9.5}"#), ("scanner/s1/label", label), ("scanner/s1/label", "rubbish"),
      ] {
        _ = try run(
          "/usr/bin/mosquitto_pub", ["-h", "127.0.0.1", "-p", "\(port)", "-q", "1", "-t", topic, "-m", message])
      }
      published += 1
      try #require(published < 2000 && agent.isRunning, "\(log(box))")
      let streams = ["cold-chain-alerts", "cold-room", "scans", "_quarantine"]
      if try streams.allSatisfy({ try !box.records($0).isEmpty }), try dropped(drop).count >= 3 { break }
    }
    agent.terminate()
    agent.waitUntilExit()
    #expect(agent.terminationStatus == 0, "\(log(box))")

    let scans = try box.records("scans")
    #expect(scans.allSatisfy { $0.contains(#""body":{"location":"A03-12","gtin":"04006381333931","quantity":12,"#) })
    #expect(try box.records("cold-chain-alerts").first?.contains(#""kind":"high","state":"opened""#) == true)
    #expect(try box.records("cold-room").first?.contains(#""body":{"unit":1,"poll":1,"#) == true)
    #expect(try box.records("_quarantine").contains { $0.contains("a label begins with |") })
    // What was dropped is a beginning of the stream, each record once.
    let lines = try dropped(drop).filter { $0.hasPrefix(#"{"stream":"scans""#) }
    #expect(lines.count <= scans.count && !lines.isEmpty)
    for (i, line) in lines.enumerated() { #expect(line.hasPrefix(#"{"stream":"scans","sequence":\#(i + 1),"#)) }
  }

  private func edit(_ sample: String, modbusPort: Int64, drop: String) -> String {
    var text = sample.replacing("192.0.2.20", with: "127.0.0.1").replacing("port = 502", with: "port = \(modbusPort)")
      .replacing("interval_ms = 5000", with: "interval_ms = 100").replacing(
        "excursion_s = 900", with: "excursion_s = 0"
      )
      .replacing("/srv/crossdock/drop", with: drop)
    // The scans come from the label decoder here.
    if text.contains("file-drop"), let plugin = text.range(of: "[[plugin]]") {
      text = String(text[plugin.lowerBound...])
        .replacing(#"reads = ["scans"]"#, with: #"reads = ["scans", "cold-chain-alerts", "cold-room"]"#)
    }
    return text
  }

  private func dropped(_ folder: String) throws -> [Substring] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { $0.hasSuffix(".ndjson") }.flatMap {
      try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8).split(separator: "\n")
    }
  }

  private func log(_ box: ExampleBox) -> String {
    (try? String(contentsOfFile: "\(box.folder)/agent.log", encoding: .utf8)) ?? "no log"
  }
}
