internal import JSONText

/// The warehouse and the truck: devices that act in the order of their times. The same settings, start and replies give
/// the same messages, whatever the speed it is run at.
package final class World {
  package struct Settings: Sendable {
    package var seed: UInt64 = 1
    package var sites = ["hamburg"]
    /// Scalar messages a second of each site's paced load; 0: none.
    package var ratePerS = 0
    /// When the first bearing begins to wear; a motor overheats at 1.8 times this.
    package var faultAfterS = 25.0
    package var hall = HallPlan.sample
    /// Folder `cwru`, to play recordings instead of computed vibration.
    package var recordings: String?

    package init() {}
  }

  package let output: MessageOutput
  private var devices: [any SimulatedDevice] = []
  private var handhelds: [String: Handheld] = [:]
  /// Times of `devices`, as a binary heap: the earliest first, of equal ones the device that was made first.
  private var queue: [(dueNs: Int64, device: Int)] = []
  private var nowNs: Int64 = 0

  /// - Parameter startNs: wall time at virtual time 0.
  package init(
    _ settings: Settings, run: String, startNs: Int64, receive: @escaping MessageOutput.Receiver
  ) throws {
    output = MessageOutput(run: run, startNs: startNs, receive: receive)
    let recordings = try settings.recordings.map { try RecordedVibration(folder: $0) }
    for site in settings.sites { makeSite(site, settings, recordings, startNs) }
    devices.append(Truck(truck: "truck-7", seed: settings.seed, output))
    for (i, device) in devices.enumerated() { push((device.dueNs, i)) }
  }

  private func makeSite(_ site: String, _ settings: Settings, _ recordings: RecordedVibration?, _ startNs: Int64) {
    let onset = settings.faultAfterS
    let motors: [(line: String, asset: String, trouble: Motor.Trouble)] = [
      ("conveyor", "motor-1", Motor.Trouble(wearsFromS: onset)), ("conveyor", "motor-2", Motor.Trouble()),
      ("forklift", "drive-1", Motor.Trouble(wearsFromS: 1.4 * onset)),
      ("forklift", "drive-2", Motor.Trouble(overheatsFromS: 1.8 * onset)),
    ]
    var random = SeededRandom(seed: settings.seed, for: "\(site)/recordings")
    for (i, motor) in motors.enumerated() {
      devices.append(
        Motor(
          site: site, line: motor.line, asset: motor.asset, seed: settings.seed, trouble: motor.trouble,
          recording: recordings?.reel(motor: i, &random), output))
    }
    for i in 1...3 {
      devices.append(Scanner(site: site, device: "scanner-\(i)", seed: settings.seed, startNs: startNs, output))
    }
    for i in 1...3 {
      let handheld = Handheld(site: site, device: "handheld-\(i)", hall: settings.hall, seed: settings.seed, output)
      devices.append(handheld)
      handhelds[SimulatedTopics.replyTopic(source: handheld.source)] = handheld
    }
    if settings.ratePerS > 0 {
      devices.append(PacedLoad(site: site, ratePerS: settings.ratePerS, seed: settings.seed, output))
    }
  }

  /// To subscribe to.
  package var replyTopics: [String] { handhelds.keys.sorted() }

  /// When the next device acts.
  package var nextNs: Int64 { queue[0].dueNs }

  /// Lets everything happen up to a time, as long as `mayGoOn` says so after each act.
  package func advance(to timeNs: Int64, while mayGoOn: () -> Bool = { true }) {
    while nextNs <= timeNs, mayGoOn() { step() }
  }

  private func step() {
    let (due, device) = queue[0]
    nowNs = max(nowNs, due)
    devices[device].act(output)
    queue[0] = (devices[device].dueNs, device)
    siftDown()
  }

  /// A message to a device.
  package func receive(topic: String, payload: [UInt8], nowNs: Int64) {
    guard let handheld = handhelds[topic], let document = try? JSONValue.parse(payload),
      let route = RouteReply(document)
    else { return }
    handheld.take(route, nowNs: max(nowNs, self.nowNs))
    guard let device = devices.firstIndex(where: { $0 === handheld }) else { return }
    let others = queue.filter { $0.device != device }
    queue.removeAll(keepingCapacity: true)
    for entry in others + [(handheld.dueNs, device)] { push(entry) }
  }

  // MARK: the heap

  private func isBefore(_ a: (dueNs: Int64, device: Int), _ b: (dueNs: Int64, device: Int)) -> Bool {
    a.dueNs != b.dueNs ? a.dueNs < b.dueNs : a.device < b.device
  }

  private func push(_ entry: (dueNs: Int64, device: Int)) {
    queue.append(entry)
    var i = queue.count - 1
    while i > 0, isBefore(queue[i], queue[(i - 1) / 2]) {
      queue.swapAt(i, (i - 1) / 2)
      i = (i - 1) / 2
    }
  }

  private func siftDown() {
    var i = 0
    while 2 * i + 1 < queue.count {
      var child = 2 * i + 1
      if child + 1 < queue.count, isBefore(queue[child + 1], queue[child]) { child += 1 }
      guard isBefore(queue[child], queue[i]) else { return }
      queue.swapAt(i, child)
      i = child
    }
  }
}
