// A waveform as text: base64 (RFC 4648, section 4; padding may be missing) of little-endian numbers, 4 bytes a float32, 2 an int16.
// 8192 samples are 43 KB or 22 KB of text, where an array of decimal numbers takes 70 KB and several times as long to read. JSON
// allows "\/" for "/", and some writers always write it: it is understood; any other escape is none of base64's.

/// Reads such texts; keeps its room from message to message.
final class PackedSamples {
  private let format: SampleFormat
  private var room: UnsafeMutableBufferPointer<Float>
  private var count = 0

  init(_ format: SampleFormat) {
    self.format = format
    room = .allocate(capacity: 1)
  }

  deinit {
    room.deallocate()
  }

  var samples: UnsafeBufferPointer<Float> { UnsafeBufferPointer(rebasing: room[..<count]) }

  /// The content of a JSON string, without its quotes. Nil when it is such a text; the samples are then those of it.
  func read(_ text: UnsafePointer<UInt8>, _ content: Range<Int>) -> DecodeFault? {
    count = 0
    let size = format == .float32 ? 4 : 2
    let most = content.count / 4 * 3 / size + 1
    if room.count < most {
      room.deallocate()
      room = .allocate(capacity: 2 * most)
    }
    // Bits that are not yet a number; at most 31 + 6 of them.
    var bits: UInt64 = 0
    var bitCount = 0
    var characters = 0
    var packed: UInt64 = 0
    var packedBytes = 0
    var at = content.lowerBound
    while at < content.upperBound {
      var byte = text[at]
      if byte == UInt8(ascii: "=") { break }
      if byte == UInt8(ascii: "\\"), at + 1 < content.upperBound, text[at + 1] == UInt8(ascii: "/") {
        at += 1
        byte = text[at]
      }
      let value = Self.values[Int(byte)]
      guard value < 64 else { return DecodeFault(.notBase64, at: at) }
      bits = bits << 6 | UInt64(value)
      bitCount += 6
      characters += 1
      at += 1
      guard bitCount >= 8 else { continue }
      bitCount -= 8
      packed |= (bits >> UInt64(bitCount) & 0xFF) << UInt64(8 * packedBytes)
      packedBytes += 1
      if packedBytes == size {
        room[count] = number(packed)
        count += 1
        packed = 0
        packedBytes = 0
      }
    }
    return end(text, at, content, characters: characters, packedBytes: packedBytes)
  }

  private func number(_ packed: UInt64) -> Float {
    switch format {
    case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: packed))
    case .int16: Float(Int16(truncatingIfNeeded: packed))
    case .numbers: .nan
    }
  }

  /// Only padding that belongs there, and whole numbers.
  private func end(
    _ text: UnsafePointer<UInt8>, _ from: Int, _ content: Range<Int>, characters: Int, packedBytes: Int
  ) -> DecodeFault? {
    var at = from
    while at < content.upperBound {
      guard text[at] == UInt8(ascii: "=") else { return DecodeFault(.notBase64, at: at) }
      at += 1
    }
    let padding = content.upperBound - from
    guard characters % 4 != 1, padding == 0 || (characters + padding) % 4 == 0 && padding < 3 else {
      return DecodeFault(.notBase64, at: from)
    }
    guard packedBytes == 0 else { return DecodeFault(.partOfASample, at: from) }
    return nil
  }

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, character) in alphabet.utf8.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()
}
