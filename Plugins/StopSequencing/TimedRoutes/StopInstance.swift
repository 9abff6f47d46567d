/// An instance of the travelling salesman problem with time windows, as text (the format of López-Ibáñez & Blum's collection):
///
///     n                       places, the depot (place 0) among them
///     n lines of n numbers    travel times, from the line's place; they may contain service times
///     n lines `ready due`     the window of each place
///
/// Numbers are not negative and have up to four decimals. Lines that begin with `#` are passed over. Any bytes give an instance or an
/// `InstanceSyntaxError`.
package struct StopInstance: Sendable {
  package var problem: StopProblem
  /// Times are in units of 10^−`decimals`.
  package var decimals: Int

  package func text(_ time: Int64) -> String { DecimalText.text(time, decimals: decimals) }

  package init(parsing bytes: [UInt8]) throws(InstanceSyntaxError) {
    var lines = InstanceLines(bytes)
    guard let first = lines.next() else { throw lines.fail("expected a number of places, found the end of the text") }
    guard first.count == 1, let count = Int(lines.text(first[0])), (1...SequencingLimits.maximumPlaces).contains(count)
    else { throw lines.fail("expected a number of places, 1 to \(SequencingLimits.maximumPlaces)") }
    var numbers: [DecimalText.Number] = []
    for row in 0..<count {
      guard let fields = lines.next() else {
        throw lines.fail("the matrix has \(row) rows of \(count): it is not square")
      }
      guard fields.count == count else {
        throw lines.fail("the matrix has \(fields.count) numbers in row \(row), not \(count): it is not square")
      }
      for field in fields { numbers.append(try lines.decimal(field)) }
    }
    for place in 0..<count {
      guard let fields = lines.next() else { throw lines.fail("there are \(place) windows for \(count) places") }
      guard fields.count == 2 else { throw lines.fail("expected the window of place \(place): two numbers") }
      let (ready, due) = (try lines.decimal(fields[0]), try lines.decimal(fields[1]))
      let places = max(ready.decimals, due.decimals)
      guard DecimalText.scaled(ready, to: places) <= DecimalText.scaled(due, to: places) else {
        throw lines.fail("the window of place \(place) ends before it begins")
      }
      numbers += [ready, due]
    }
    if lines.next() != nil { throw lines.fail("expected the end of the text after \(count) windows") }
    let decimals = numbers.reduce(0) { max($0, $1.decimals) }
    var values = numbers.map { DecimalText.scaled($0, to: decimals) }
    // "No end" is often written as a number of many nines.
    for place in 0..<count {
      values[count * (count + 2) - 1 - 2 * place] = min(
        values[count * (count + 2) - 1 - 2 * place], SequencingLimits.maximumTime / 2)
    }
    guard values.allSatisfy({ (0...SequencingLimits.maximumTime / 2).contains($0) }) else {
      throw lines.fail(
        "a number is too large: beyond \(DecimalText.text(SequencingLimits.maximumTime / 2, decimals: decimals))")
    }
    let square = count * count
    self.decimals = decimals
    problem = StopProblem(
      travel: TravelTimes(TravelTimes.Matrix(count: count, values: Array(values[..<square]))),
      windows: (0..<count).map { .init(ready: values[square + 2 * $0], due: values[square + 2 * $0 + 1]) })
  }
}
