import Fixtures
import Foundation
import Testing

@Suite(.enabled(if: PluginFolder.hasCompiler, "there is no C compiler"), .serialized)
struct HostileNetworkTests {
  let folder: PluginFolder
  let library: String

  init() throws {
    folder = try PluginFolder()
    library = try folder.compileHostile()
  }

  @Test func connectionsGoToDeclaredPlacesOnly() throws {
    let port = try LoopbackPort()
    let declared = try Listener(port: port.number)
    let otherPort = try Listener()
    let otherHost = try Listener("127.0.0.2", port: port.number)
    let hostile = try Hostile(library, folder, ["--connect", "tcp:127.0.0.1:\(declared.port)"])
    for _ in 1...3 { #expect(try hostile.order("connect 127.0.0.1:\(declared.port)") == "ok") }
    #expect(try hostile.order("connect-later 127.0.0.1:\(declared.port)") == "ok")
    #expect(try hostile.order("connect 127.0.0.1:\(otherPort.port)") == "EACCES")
    #expect(try hostile.order("connect 127.0.0.2:\(otherHost.port)") == "EACCES")
    #expect(try hostile.order("connect-later 127.0.0.2:\(otherHost.port)") == "EACCES")
    #expect(try hostile.order("fast-open 127.0.0.1:\(otherPort.port)") == "EPERM")
    #expect(try hostile.order("datagram 127.0.0.1:\(declared.port)") == "EACCES")
    #expect(try hostile.order("listen 127.0.0.1:0") == "EPERM")
    #expect(hostile.child.hasSaid("crossdock-denied: 1 connect 127.0.0.1:\(otherPort.port)\n"))
    #expect(hostile.child.hasSaid("connect 127.0.0.2:\(otherHost.port)\n"))

    let free = try Hostile(library, folder, ["--unconfined"])
    for order in [
      "connect 127.0.0.1:\(otherPort.port)", "connect 127.0.0.2:\(otherHost.port)",
      "datagram 127.0.0.1:\(declared.port)", "listen 127.0.0.1:0",
    ] {
      #expect(try free.order(order) == "ok", "\(order)")
    }
  }

  @Test func withoutADeclarationThereIsNoNetwork() throws {
    let listener = try Listener()
    let hostile = try Hostile(library, folder)
    #expect(try hostile.order("connect 127.0.0.1:\(listener.port)") == "EACCES")
    #expect(hostile.child.hasSaid("crossdock-denied: 1 socket inet stream\n"))
  }

  @Test func anyHostOrANameCanBeDeclared() throws {
    let port = try LoopbackPort()
    let listener = try Listener("127.0.0.3", port: port.number)
    let other = try Listener("127.0.0.1", port: port.number)
    let any = try Hostile(library, folder, ["--connect", "tcp:*:\(listener.port)"])
    #expect(try any.order("connect 127.0.0.3:\(listener.port)") == "ok")
    #expect(try any.order("connect 127.0.0.1:\(other.port)") == "ok")
    #expect(try any.order("connect 127.0.0.1:1") == "EACCES")
    let named = try Hostile(library, folder, ["--connect", "tcp:localhost:\(listener.port)"])
    #expect(try named.order("connect 127.0.0.1:\(listener.port)") == "ok")
    #expect(try named.order("connect 127.0.0.3:\(listener.port)") == "EACCES")
  }

  @Test func refusedConnectionsAreTheOthersRefusal() throws {
    let hostile = try Hostile(library, folder, ["--connect", "tcp:127.0.0.1:1"])
    #expect(try hostile.order("connect 127.0.0.1:1") == "ECONNREFUSED")
  }

  @Test func unixSocketsAreDenied() throws {
    let (path, name) = ("\(folder.outside)/socket", "@crossdock-\(UUID().uuidString)")
    let (onPath, abstract) = (try Listener(unix: path), try Listener(unix: name))
    let hostile = try Hostile(library, folder, ["--read", folder.outside, "--connect", "tcp:127.0.0.1:1"])
    #expect(try hostile.order("unix \(path)") == "EACCES")
    #expect(try hostile.order("unix \(name)") == "EACCES")
    #expect(hostile.child.hasSaid("crossdock-denied: 1 socket unix stream\n"))
    let free = try Hostile(library, folder, ["--unconfined"])
    #expect(try free.order("unix \(path)") == "ok")
    #expect(try free.order("unix \(name)") == "ok")
    withExtendedLifetime((onPath, abstract)) {}
  }
}
