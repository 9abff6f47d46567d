// libFuzzer's side: CROSSDOCK_FUZZ_ENTRY names the entry of FuzzEntries that gets the inputs. See scripts/fuzz.
import FuzzEntries
import Glibc

private let entry: FuzzEntry = {
  let name = getenv("CROSSDOCK_FUZZ_ENTRY").map { String(cString: $0) } ?? ""
  guard let entry = FuzzEntry.named(name) else {
    fatalError("CROSSDOCK_FUZZ_ENTRY is one of \(FuzzEntry.all.map(\.name).joined(separator: ", "))")
  }
  return entry
}()

/// Written for each input: what an entry computes is used.
nonisolated(unsafe) private var sink = 0

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  do {
    sink = sink &+ (try entry.run(bytes))
  } catch {
    fatalError("\(entry.name): \(error)")
  }
  return sink == Int.min ? -1 : 0
}
