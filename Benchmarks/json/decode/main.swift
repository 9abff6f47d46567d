// Time and allocations of our decoders for one message, without broker, journal and models. See ../README.md.
//
//   decode-benchmark [ROUNDS]
//
// One line a case: name, ns a message (the best of the rounds), messages a second, allocations a message in the steady
// state (`-` without the counter that ../allocations.c preloads).
import Decoding
import Engine
import Glibc
import Records

let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 7

let small = DecoderOptions(
  format: .json, time: "/ts",
  fields: [.init("rpm", at: "/rpm"), .init("temperature", at: "/temperature"), .init("rms", at: "/rms")],
  dedupe: ["/id"])
let large = DecoderOptions(
  format: .json, time: "/ts", fields: [.init("rpm", at: "/rpm")], samples: "/samples", dedupe: ["/id"])

try DecodeCase(name: "scan 150 B", messages: Messages.small).time(rounds, scan(Messages.small, []))
try DecodeCase(name: "find 5 values in 150 B", messages: Messages.small)
  .time(rounds, scan(Messages.small, ["/ts", "/rpm", "/temperature", "/rms", "/id"]))
try DecodeCase(name: "decode 150 B", messages: Messages.small).time(rounds, decode(Messages.small, small, keys: false))
try DecodeCase(name: "decode 150 B with new keys", messages: Messages.small)
  .time(rounds, decode(Messages.small, small, keys: true))
try DecodeCase(name: "decode 20 KiB with 2048 samples", messages: Messages.large)
  .time(rounds, decode(Messages.large, large, keys: true))
