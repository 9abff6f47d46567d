/// A frame as docs/plugin-frames.md has it.
struct Frame {
  enum Kind: UInt16 {
    case open = 1, restore, batch, checkpoint, close
    case hello = 129, answer, output, log, count, metric, state, reject, wantCheckpoint
  }

  static let headerBytes = 16

  var kind: Kind
  var number: UInt64
  var payload: [UInt8]

  var bytes: [UInt8] {
    var writer = PayloadWriter()
    writer.put(UInt32(payload.count))
    writer.put(kind.rawValue)
    writer.put(UInt16(0))
    writer.put(number)
    writer.bytes += payload
    writer.pad()
    return writer.bytes
  }
}
