/// Travel times between places, one matrix or one for each part of the day.
///
/// With several matrices a journey advances at the pace of the part of the day it is in, and goes on at the next part's pace
/// (Ichoua, Gendreau & Potvin, EJOR 144, 2003): who leaves later never arrives earlier.
package struct TravelTimes: Sendable, Equatable {
  /// `count` × `count`, row by row: from, to.
  package struct Matrix: Sendable, Equatable {
    package let count: Int
    package var values: [Int64]

    package init(count: Int, values: [Int64]) {
      self.count = count
      self.values = values
    }

    package subscript(from: Int, to: Int) -> Int64 {
      get { values[from * count + to] }
      set { values[from * count + to] = newValue }
    }
  }

  package struct Slot: Sendable, Equatable {
    /// Until the next slot's, and the last one for good. Before the first one its matrix holds too.
    package var from: Int64
    package var matrix: Matrix

    package init(from: Int64, matrix: Matrix) {
      self.from = from
      self.matrix = matrix
    }
  }

  /// An arc that cannot be driven.
  package static let closed = Int64.max

  /// Ascending; at least one.
  package var slots: [Slot]

  package init(_ matrix: Matrix) { slots = [Slot(from: 0, matrix: matrix)] }

  package init(slots: [Slot]) { self.slots = slots }

  package var count: Int { slots[0].matrix.count }
  package var isHourly: Bool { slots.count > 1 }
}
