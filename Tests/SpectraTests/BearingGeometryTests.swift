import Foundation
import Spectra
import Testing

@Suite struct BearingGeometryTests {
  @Test func ordersOfTheDriveEndBearingAreThoseThatItsPublisherStates() throws {
    let orders = try #require(BearingCatalogue.entry("6205-2RS JEM SKF")).geometry.orders
    #expect(abs(orders.outer - 3.585) < 0.001)
    #expect(abs(orders.inner - 5.415) < 0.001)
    #expect(abs(orders.cage - 0.398) < 0.0005)
    #expect(abs(orders.ball - 2.357) < 0.001)
    let fan = try #require(BearingCatalogue.entry("6203")).geometry.orders
    #expect(abs(fan.outer - 3.053) < 0.001)
    #expect(abs(fan.inner - 4.947) < 0.001)
    #expect(abs(fan.cage - 0.3817) < 0.0005)
    #expect(abs(2 * fan.ball - 3.9874) < 0.002)
  }

  @Test func contactAngleBringsTheRingsTogether() throws {
    let straight = try BearingGeometry(balls: 16, ballDiameter: 8.4, pitchDiameter: 71.5)
    let angled = try BearingGeometry(balls: 16, ballDiameter: 8.4, pitchDiameter: 71.5, contactAngleDeg: 60)
    #expect(
      abs((straight.orders.inner - straight.orders.outer) - 2 * (angled.orders.inner - angled.orders.outer)) < 1e-9)
    for orders in [straight.orders, angled.orders] {
      // A ball passes each ring once a turn of the cage relative to it.
      #expect(abs(orders.inner + orders.outer - 16) < 1e-12)
      #expect(abs(orders.cage * 16 - orders.outer) < 1e-12)
    }
  }

  @Test func geometryThatNoBearingHasIsRefused() {
    func refusal(_ balls: Int, _ ball: Double, _ pitch: Double, _ angle: Double = 0) -> String? {
      do throws(BearingGeometryError) {
        _ = try BearingGeometry(balls: balls, ballDiameter: ball, pitchDiameter: pitch, contactAngleDeg: angle)
        return nil
      } catch { return error.description }
    }
    #expect(refusal(9, 7.94, 39.04) == nil)
    #expect(refusal(2, 7.94, 39.04) == "a bearing has 3 to 200 balls or rollers, not 2")
    #expect(refusal(9, 40, 39)?.contains("smaller than the pitch diameter") == true)
    #expect(refusal(9, .nan, 39)?.contains("must be positive") == true)
    #expect(refusal(9, 7, .infinity) != nil)
    #expect(refusal(9, 7.94, 39.04, 90) == "the contact angle is 0 to less than 90 degrees, not 90.0")
    #expect(refusal(20, 7.94, 39.04) == "20 balls of 7.94 do not fit on a pitch circle of 39.04")
  }

  @Test func catalogueHoldsBearingsThatCanBe() throws {
    #expect(Set(BearingCatalogue.designations).count == BearingCatalogue.entries.count)
    for entry in BearingCatalogue.entries {
      let g = entry.geometry
      _ = try BearingGeometry(
        balls: g.balls, ballDiameter: g.ballDiameter, pitchDiameter: g.pitchDiameter,
        contactAngleDeg: g.contactAngleDeg)
      #expect(!entry.source.isEmpty)
      #expect(BearingCatalogue.entry(entry.designation) == entry)
    }
  }

  /// Timken, Ball Bearing Housed Units, table A-9: BPFO, BPFI.
  @Test(
    arguments: [
      ("6203", 3.053, 4.947), ("6204", 3.052, 4.948), ("6206", 3.568, 5.432), ("6207", 3.565, 5.435),
      ("6208", 3.547, 5.453), ("6210", 4.093, 5.907), ("6304", 2.574, 4.426), ("306K", 2.574, 4.426),
      ("6307", 3.006, 4.994), ("6308", 3.023, 4.977), ("6309", 3.037, 4.963), ("6310", 3.047, 4.953),
    ])
  func ordersAreThoseOfTheMakersTable(designation: String, outer: Double, inner: Double) throws {
    let orders = try #require(BearingCatalogue.entry(designation)).geometry.orders
    #expect(abs(orders.outer - outer) < 0.005)
    #expect(abs(orders.inner - inner) < 0.005)
  }

  @Test(arguments: ["6205", "SKF 6205", "6205-2RS", "6205 2RS JEM SKF", "skf 6205zz"])
  func designationIsFoundAmongMakerAndSuffixes(text: String) {
    #expect(BearingCatalogue.entry(text)?.designation == "6205")
  }

  @Test(arguments: ["", "16205", "62052", "6205.5x6", "nothing", "N6205"])
  func otherNumbersAreOtherBearings(text: String) {
    #expect(BearingCatalogue.entry(text)?.designation != "6205" || text == "6205.5x6")
  }

  @Test func zonesBeginAtTheirBorders() {
    typealias Case = (VibrationSeverity.MachineGroup, VibrationSeverity.Foundation, [Double])
    let cases: [Case] = [
      (.medium, .rigid, [1.4, 2.8, 4.5]), (.medium, .flexible, [2.3, 4.5, 7.1]),
      (.large, .rigid, [2.3, 4.5, 7.1]), (.large, .flexible, [3.5, 7.1, 11]),
    ]
    for (group, foundation, borders) in cases {
      let severity = VibrationSeverity(group: group, foundation: foundation)
      for (border, zones) in zip(borders, [(VibrationSeverity.Zone.a, VibrationSeverity.Zone.b), (.b, .c), (.c, .d)]) {
        #expect(severity.zone(velocityRmsMmS: border.nextDown) == zones.0)
        #expect(severity.zone(velocityRmsMmS: border) == zones.1)
      }
      #expect(severity.zone(velocityRmsMmS: 0) == .a)
      #expect(severity.zone(velocityRmsMmS: .infinity) == .d)
      #expect(severity.zone(velocityRmsMmS: .nan) == nil)
      #expect(severity.zone(velocityRmsMmS: -1) == nil)
    }
  }
}
