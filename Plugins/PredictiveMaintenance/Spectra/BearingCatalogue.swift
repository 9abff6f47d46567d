// Geometry of common bearings. Where a data set's publisher states the geometry, that is the source. Timken's catalogue of ball
// bearing housed units (page A-13, table A-9) gives the fault orders of its 2xxK and 3xxK series, which have the rings of ISO's 62xx
// and 63xx: the entries from it have the pitch diameter (bore + outside) / 2 of ISO 15 and the balls, in whole sixteenths of an inch or
// the nearest usual size, that give those orders within 0.2 %. Other makers put slightly smaller balls into some of these rings (6208,
// 6307, 6308: orders 1.7 % higher for the outer ring), or another number of them (6306): a data sheet is better, and its numbers can be
// given by hand.

/// Bearings by designation.
package enum BearingCatalogue {
  package struct Entry: Equatable, Sendable {
    package var designation: String
    /// Diameters in millimetres.
    package var geometry: BearingGeometry
    package var source: String
  }

  private static let timken = "Timken, Ball Bearing Housed Units, table A-9"
  private static let usual = "usual inner design of metric bearings; not from a published table"

  private static func entry(
    _ designation: String, _ balls: Int, _ ballMm: Double, _ pitchMm: Double, _ angleDeg: Double = 0,
    _ source: String = timken
  ) -> Entry {
    Entry(designation: designation, geometry: BearingGeometry(known: balls, ballMm, pitchMm, angleDeg), source: source)
  }

  package static let entries: [Entry] = [
    entry("6203", 8, 6.746, 28.5, 0, "Case Western Reserve University, fan end: 8 balls, 0.2656 in, 1.122 in"),
    entry("6204", 8, 7.938, 33.5),
    entry("6205", 9, 7.94, 39.04, 0, "Case Western Reserve University, drive end: 9 balls, 0.3126 in, 1.537 in"),
    entry("6206", 9, 9.525, 46),
    entry("6207", 9, 11.112, 53.5),
    entry("6208", 9, 12.7, 60),
    entry("6210", 10, 12.7, 70),
    entry("6304", 7, 9.525, 36),
    entry("6306", 8, 12.303, 51, 0, usual),
    entry("306K", 7, 13.494, 51),
    entry("6307", 8, 14.288, 57.5),
    entry("6308", 8, 15.875, 65),
    entry("6309", 8, 17.462, 72.5),
    entry("6310", 8, 19.05, 80),
    entry("6804", 13, 3.5, 25.6, 0, "PRONOSTIA (Nectoux et al. 2012): 13 balls, 3.5 mm, mean diameter 25.6 mm"),
    entry("UER204", 8, 7.92, 34.55, 0, "XJTU-SY (Wang et al. 2018): 8 balls, 7.92 mm, mean diameter 34.55 mm"),
    entry("ZA-2115", 16, 8.407, 71.501, 15.17, "IMS (Lee et al. 2007): 16 rollers, 0.331 in, 2.815 in, 15.17 degrees"),
    entry("ER-10K", 8, 7.938, 33.503, 0, "machinery fault simulator (NPTEL 112103024): 8 balls, 0.3125 in, 1.319 in"),
  ]

  package static let designations: [String] = entries.map(\.designation)

  /// "6205", "6205-2RS", "6205 2RS JEM SKF" and "SKF 6205" are the same bearing: what follows the number is about seals, cage and
  /// clearance, what precedes it is the maker.
  package static func entry(_ text: String) -> Entry? {
    let characters = Array(text.uppercased())
    for entry in entries {
      let wanted = Array(entry.designation)
      guard characters.count >= wanted.count else { continue }
      for start in 0...(characters.count - wanted.count) {
        let end = start + wanted.count
        guard Array(characters[start..<end]) == wanted else { continue }
        // A longer number is another bearing: 16205, 62052.
        let before = start > 0 ? characters[start - 1] : " "
        let after = end < characters.count ? characters[end] : " "
        if !before.isNumber, !after.isNumber, before == " " || before == "-" { return entry }
      }
    }
    return nil
  }
}
