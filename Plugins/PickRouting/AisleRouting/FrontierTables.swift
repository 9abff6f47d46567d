/// The tables of a process: a lazy global each, built once, at first use, by whichever thread comes first.
enum FrontierTables {
  /// For 2 to 7 cross-aisles. Round trips of 8 have more states than two bytes count: `roundTrip8`.
  static func roundTrip(_ crossAisleCount: Int) -> FrontierTable<UInt16> { roundTrips[crossAisleCount - 2]() }
  static func openWalk(_ crossAisleCount: Int) -> FrontierTable<UInt16> { openWalks[crossAisleCount - 2]() }
  static let roundTrip8 = FrontierTable<UInt32>(crossAisleCount: 8, allowsOpenWalk: false)

  private static let roundTrips: [@Sendable () -> FrontierTable<UInt16>] = [
    { roundTrip2 }, { roundTrip3 }, { roundTrip4 }, { roundTrip5 }, { roundTrip6 }, { roundTrip7 },
  ]
  private static let openWalks: [@Sendable () -> FrontierTable<UInt16>] = [
    { openWalk2 }, { openWalk3 }, { openWalk4 }, { openWalk5 }, { openWalk6 },
  ]
  private static let roundTrip2 = FrontierTable<UInt16>(crossAisleCount: 2, allowsOpenWalk: false)
  private static let roundTrip3 = FrontierTable<UInt16>(crossAisleCount: 3, allowsOpenWalk: false)
  private static let roundTrip4 = FrontierTable<UInt16>(crossAisleCount: 4, allowsOpenWalk: false)
  private static let roundTrip5 = FrontierTable<UInt16>(crossAisleCount: 5, allowsOpenWalk: false)
  private static let roundTrip6 = FrontierTable<UInt16>(crossAisleCount: 6, allowsOpenWalk: false)
  private static let roundTrip7 = FrontierTable<UInt16>(crossAisleCount: 7, allowsOpenWalk: false)
  private static let openWalk2 = FrontierTable<UInt16>(crossAisleCount: 2, allowsOpenWalk: true)
  private static let openWalk3 = FrontierTable<UInt16>(crossAisleCount: 3, allowsOpenWalk: true)
  private static let openWalk4 = FrontierTable<UInt16>(crossAisleCount: 4, allowsOpenWalk: true)
  private static let openWalk5 = FrontierTable<UInt16>(crossAisleCount: 5, allowsOpenWalk: true)
  private static let openWalk6 = FrontierTable<UInt16>(crossAisleCount: 6, allowsOpenWalk: true)
}
