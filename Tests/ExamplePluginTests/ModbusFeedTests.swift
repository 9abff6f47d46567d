import Foundation
import PluginRuntime
import Testing

/// The feed in its confinement, against the Modbus server of its folder, a program on libmodbus.
@Suite(.enabled(if: ExampleFolder.present.contains("ModbusFeed"))) struct ModbusFeedTests {
  private func feed(_ folder: ExampleFolder, port: Int64, allowed: Int64? = nil, registers: String) throws
    -> ExampleSession
  {
    try ExampleSession(
      try folder.launch(options: ["host": "127.0.0.1", "port": "\(allowed ?? port)"]),
      options: [
        "host": .string("127.0.0.1"), "port": .integer(port), "interval_ms": .integer(10),
        "registers": .files([.init(path: "r.csv", contents: Array(registers.utf8))]),
      ], writes: ["plant"])
  }

  private func next(_ feed: ExampleSession) throws -> PluginSession.Status {
    while true {
      let status = try feed.process([], waitMs: 200)
      if status != .ok || !feed.outputs.isEmpty { return status }
    }
  }

  @Test func confinedFeedReadsTheDevice() throws {
    let folder = try ExampleFolder("ModbusFeed")
    let server = try ModbusServer(folder)
    let feed = try feed(
      folder, port: server.port,
      registers: "name,unit,function,address,type,scale\nt,1,holding,5,u16,0.1\nx,9,input,0,u16,\n")
    for poll in 1...20 {
      #expect(try next(feed) == .ok)
      #expect(feed.outputs.map(\.source) == ["modbus/1", "modbus/9"])
      #expect(feed.outputs.first?.body.contains(#""poll":\#(poll),"#) == true)
      #expect(feed.outputs.first?.body.hasSuffix(#""values":{"t":100.5}}"#) == true)
      #expect(feed.outputs.last?.body.contains(#""exception":11"#) == true)
    }
    #expect(feed.session.counters["exceptions"] == 20)
    feed.session.close()
  }

  @Test func sampleMapIsReadable() throws {
    let folder = try ExampleFolder("ModbusFeed")
    let server = try ModbusServer(folder)
    let feed = try feed(folder, port: server.port, registers: try folder.text("sample.csv"))
    #expect(try next(feed) == .ok)
    #expect(feed.outputs.count == 2)
    #expect(feed.outputs.first?.body.contains(#""room_c":-0.1,"evaporator_c":-0.2"#) == true, "\(feed.outputs)")
    feed.session.close()
  }

  @Test func anotherDestinationThanTheDeclaredOneIsDenied() throws {
    let folder = try ExampleFolder("ModbusFeed")
    let server = try ModbusServer(folder)
    let feed = try feed(
      folder, port: server.port, allowed: server.port == 502 ? 503 : 502,
      registers: "name,unit,function,address,type\nt,1,holding,5,u16\n")
    #expect(try next(feed) == .ok)
    #expect(feed.outputs.map(\.source) == ["modbus"])
    #expect(feed.outputs.first?.body.hasPrefix(#"{"state":"unreachable","reason":"connect 127.0.0.1:"#) == true)
    #expect(try feed.process([], waitMs: 10) == .retry)
    feed.session.close()
  }
}
