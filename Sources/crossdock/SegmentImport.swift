import CommandSyntax
import Glibc
import Journal
import Records
import Segments
import Uplink

/// Files of segments on their way to central, and what became of them.
struct SegmentImport {
  private let files: [SegmentFile]

  /// One stream of one life of one agent.
  private struct Key: Hashable {
    var agent: String
    var epoch: Epoch
    var stream: String
  }

  private struct Tally {
    var key: Key
    var records = 0
    var written = 0
    var watermark: UInt64 = 0
    /// What the destination would have to have first: the rest of the stream was not sent.
    var missing: ClosedRange<UInt64>?
  }

  init(_ files: [SegmentFile]) {
    self.files = files
  }

  /// In the order of the files. What was taken is said whatever happens.
  func send(to destination: UplinkDestination) throws(CrossdockError) -> ExitCode {
    let delivery = SegmentDelivery(destination) { ms in usleep(UInt32(clamping: ms * 1000)) }
    var tallies: [Tally] = []
    do throws(CrossdockError) {
      for file in files {
        for entry in file.entries { try send(entry, of: file, by: delivery, &tallies) }
      }
    } catch {
      report(tallies)
      throw error
    }
    report(tallies)
    return tallies.contains { $0.missing != nil } ? .failure : .success
  }

  private func send(
    _ entry: SegmentFile.Entry, of file: SegmentFile, by delivery: SegmentDelivery, _ tallies: inout [Tally]
  ) throws(CrossdockError) {
    let header = entry.header
    let key = Key(agent: header.agent, epoch: header.epoch, stream: header.stream)
    let index = tallies.firstIndex { $0.key == key } ?? tallies.endIndex
    if index == tallies.endIndex { tallies.append(Tally(key: key)) }
    guard tallies[index].missing == nil else { return }
    switch try delivery.send(try file.segment(entry), header) {
    case .taken(let written, let watermark):
      tallies[index].records += header.count
      tallies[index].written += written
      tallies[index].watermark = watermark
    case .ahead(let watermark):
      tallies[index].watermark = watermark
      tallies[index].missing = (watermark + 1)...max(watermark + 1, header.follows)
    }
  }

  private func report(_ tallies: [Tally]) {
    Terminal.write(
      TextTable.section(
        ["AGENT", "EPOCH", "STREAM", "RECORDS", "NEW", "CENTRAL HAS THROUGH"],
        tallies.map {
          [
            $0.key.agent, $0.key.epoch.description, $0.key.stream, String($0.records), String($0.written),
            String($0.watermark),
          ]
        }))
    let written = tallies.reduce(0) { $0 + $1.written }
    let records = tallies.reduce(0) { $0 + $1.records }
    Terminal.write("\n\(records) records, \(written) new at central\n")
    for tally in tallies {
      guard let missing = tally.missing else { continue }
      Terminal.writeError(
        "\(tally.key.stream): the rest was not sent: central lacks \(missing.lowerBound)-\(missing.upperBound), which comes before it and is in none of the files\n"
      )
    }
  }
}
