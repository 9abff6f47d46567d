import CLinux
import Foundation
import Testing

@Suite(.enabled(if: PluginFolder.hasCompiler, "there is no C compiler"), .serialized)
struct HostileProcessTests {
  let folder: PluginFolder
  let library: String

  init() throws {
    folder = try PluginFolder()
    library = try folder.compileHostile()
  }

  @Test func forkBombHasNoFirstChild() throws {
    let hostile = try Hostile(library, folder)
    #expect(try hostile.order("bomb") == "0")
    #expect(try hostile.order("thread") == "ok")
    #expect(hostile.child.hasSaid("crossdock-denied: 1 clone\n"))
    // 2,000 in all, in lines of at most one a second: how many lines depends on how long it took.
    #expect(eventually { denials(hostile.child.readErrors(), of: "clone") == 2000 }, "\(hostile.child.errors)")

    let declared = try Hostile(library, folder, ["--processes", "4"])
    let started = try #require(Int(try declared.order("bomb")))
    #expect((1...4).contains(started))
    let children = declared.child.children
    #expect(children.count == started + 1)
    #expect(try declared.order("reap") == "\(started)")
  }

  @Test func threadBombEndsAtTheDeclaredNumber() throws {
    let hostile = try Hostile(library, folder, ["--threads", "5"])
    #expect(try hostile.order("threads") == "5 EAGAIN")
    #expect(hostile.child.hasSaid("crossdock-denied: 1 more than 5 threads\n"))
    #expect(try hostile.order("thread") == "EAGAIN")
    #expect(try Hostile(library, folder).order("threads") == "16 EAGAIN", "what nobody declares")
    #expect(try Hostile(library, folder, ["--threads", "0"]).order("thread") == "EAGAIN")
    let withProcesses = try Hostile(library, folder, ["--threads", "5", "--processes", "3"])
    #expect(try withProcesses.order("bomb") == "3")
    #expect(try withProcesses.order("threads") == "5 EAGAIN")
    #expect(try Hostile(library, folder, ["--unconfined"]).order("threads") == "200 ok")
  }

  /// The sum of `crossdock-denied: COUNT WHAT`.
  private func denials(_ errors: String, of what: String) -> Int {
    errors.split(separator: "\n").reduce(0) { sum, line in
      let words = line.split(separator: " ")
      return words.count == 3 && words[0] == "crossdock-denied:" && words[2] == what ? sum + (Int(words[1]) ?? 0) : sum
    }
  }

  @Test func whatAPluginStartedDiesWithIt() throws {
    let hostile = try Hostile(library, folder, ["--processes", "3"])
    #expect(try hostile.order("bomb") != "0")
    let children = hostile.child.children
    kill(hostile.child.pid, SIGKILL)
    #expect(hostile.child.end() == 128 + SIGKILL)
    #expect(eventually { children.allSatisfy { kill($0, 0) != 0 } })
  }

  @Test func programsAreExecutedOnlyWhereDeclared() throws {
    let hostile = try Hostile(library, folder)
    #expect(try hostile.order("exec /bin/sh") == "EPERM")
    #expect(hostile.child.hasSaid("exec /bin/sh\n"))
    let child = try Hostile(library, folder, ["--processes", "2"])
    #expect(try child.order("exec /bin/sh") == "EACCES")
    let declared = try Hostile(library, folder, ["--processes", "2", "--exec-path", "/bin/sh"])
    #expect(try declared.order("exec /bin/sh") == "ok")
    #expect(try declared.order("exec /usr/bin/env") == "EACCES")
  }

  @Test func otherProcessesAreOutOfReach() throws {
    let victim = try Hostile(library, folder, ["--unconfined"]).child
    let agent = getpid()
    for confinement in [[], ["--processes", "2"]] {
      let hostile = try Hostile(library, folder, confinement)
      for pid in [agent, victim.pid] {
        #expect(try hostile.order("kill \(pid)") == "EPERM")
        #expect(try hostile.order("probe \(pid)") == "EPERM")
        #expect(try hostile.order("trace \(pid)") == "EPERM")
      }
      #expect(try hostile.order("probe") == "ok", "itself")
      #expect(hostile.child.hasSaid(" ptrace\n"))
    }
    let hostile = try Hostile(library, folder)
    #expect(try hostile.order("kill \(agent)") == "EPERM")
    #expect(hostile.child.hasSaid("crossdock-denied: 1 kill \(agent)\n"))
    let monitor = try #require(hostile.child.children.first)
    #expect(try hostile.order("kill \(monitor)") == "EPERM")
    let free = try Hostile(library, folder, ["--unconfined"])
    #expect(try free.order("probe \(victim.pid)") == "ok")
    #expect(try free.order("kill \(victim.pid)") == "ok")
    #expect(victim.end() == 128 + SIGTERM)
  }

  @Test func outputsEndAtTheirBounds() throws {
    let hostile = try Hostile(library, folder)
    let flooded = try hostile.answer("flood")
    #expect(flooded.outputs.count == 10_000)
    #expect(flooded.logLines.contains("more than 10000 outputs for one batch"))
    #expect(flooded.logLines.count == 1)
    #expect(flooded.measures(.count)["outputs_refused"] ?? 0 > 0)
    let heavy = try hostile.answer("flood-bytes")
    #expect(
      heavy.outputs.filter { $0.body.utf8.count > 1000 }.count == 7, "and 8 with their sources are a little too much")
    #expect(heavy.logLines.contains("more than 8 MiB of outputs for one batch"))
    #expect(try hostile.order("environment HOME") == "/nonexistent", "the next batch counts anew")
  }

  @Test func outputForAnotherStreamIsRefused() throws {
    let hostile = try Hostile(library, folder)
    let answer = try hostile.answer("foreign alerts")
    #expect(answer.outputs.map(\.body) == ["\(Answer.refused)"])
    #expect(answer.logLines == ["emit() for a stream that it may not write: alerts"])
    #expect(try hostile.answer("foreign out").outputs.map(\.body) == ["{}", "0"])
  }

  @Test func logEndsAtItsBound() throws {
    let hostile = try Hostile(library, folder)
    let answer = try hostile.answer("log")
    #expect(answer.logLines.count == 1001)
    #expect(answer.logLines.last?.contains("dropped") == true)
  }

  @Test func closedPipeIsAnErrorNotTheEnd() throws {
    #expect(try Hostile(library, folder).order("pipe") == "EPIPE")
  }

  @Test func crashesEndTheProcessWithTheirSignal() throws {
    #expect(try Hostile(library, folder).lastOrder("abort") == 128 + SIGABRT)
    #expect(try Hostile(library, folder).lastOrder("crash") == 128 + SIGSEGV)
  }

  /// Calls that are never a plugin's, by number: denied; where nothing confines they fail for another reason, or not at all.
  @Test(arguments: DeniedCalls.all)
  func systemCallIsDenied(_ name: String, _ number: Int) throws {
    let hostile = try Hostile(library, folder)
    #expect(try hostile.order("call \(number)") == "EPERM")
    #expect(hostile.child.hasSaid("crossdock-denied: 1 \(name)"))
    #expect(try Hostile(library, folder, ["--unconfined"]).order("call \(number)") != "EPERM")
  }
}
