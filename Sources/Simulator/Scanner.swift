internal import JSONText
internal import Records

/// A barcode scanner at a dock door. Goods come in bursts: a pallet label, then its cases, then a pause.
final class Scanner: SimulatedDevice {
  private let scans: Series
  private var random: SeededRandom
  private let today: Int64
  private var casesLeft = 0
  private var gtin = ""
  private var lot = ""
  private var expiry = ""
  private(set) var dueNs: Int64

  init(site: String, device: String, seed: UInt64, startNs: Int64, _ output: MessageOutput) {
    let source = SimulatedTopics.source(site: site, device: device)
    scans = output.makeSeries(
      stream: "scans", source: source, topic: SimulatedTopics.topic(site: site, kind: "scanner", device: device, "scan")
    )
    random = SeededRandom(seed: seed, for: source)
    today = startNs
    dueNs = random.exponential(mean: 1.5).secondsNs
  }

  func act(_ output: MessageOutput) {
    let now = dueNs
    let code: String
    if casesLeft == 0 {
      casesLeft = random.whole(in: 2...9)
      gtin = GS1.tradeItem(random.whole(in: 1...400))
      lot = "L\(random.whole(in: 1000...9999))\(["A", "B", "C"][random.whole(in: 0...2)])"
      expiry = Self.sixDigitDate(today + Int64(random.whole(in: 5...400)) * 86_400_000_000_000)
      code = GS1.palletLabel(GS1.logisticUnit(random.whole(in: 0...999_999_999)))
    } else {
      casesLeft -= 1
      code = GS1.caseLabel(gtin: gtin, expiry: expiry, lot: lot, isLotLast: random.chance(0.7))
    }
    let symbology = code.hasPrefix("00") || random.chance(0.6) ? "]C1" : "]d2"
    output.emit(scans, atNs: now) {
      $0.member("code", code)
      // ISO/IEC 15424: GS1-128 or GS1 DataMatrix.
      $0.member("symbology", symbology)
    }
    dueNs = now + (casesLeft == 0 ? 1.0 + random.exponential(mean: 4) : 0.25 + random.exponential(mean: 0.5)).secondsNs
  }

  /// YYMMDD
  static func sixDigitDate(_ ns: Int64) -> String {
    let text = Timestamp.text(ns).utf8.prefix(10)
    return String(decoding: text.dropFirst(2).filter { $0 != UInt8(ascii: "-") }, as: UTF8.self)
  }
}
