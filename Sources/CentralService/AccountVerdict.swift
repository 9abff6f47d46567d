/// The account in one line. A record that both the heads and the ledger miss is one record missing: per stream the larger of
/// the two counts is taken.
package struct AccountVerdict: Sendable, Equatable {
  package var received: UInt64
  package var expected: UInt64
  package var missing: UInt64
  package var double: UInt64

  package init(_ account: CentralAccount, _ check: LedgerCheck?) {
    received = account.records
    expected = account.expected
    missing = 0
    double = 0
    let names = Set(account.streams.map(\.stream)).union(check?.streams ?? [])
    for name in names {
      let streams = account.streams.filter { $0.stream == name }
      missing += max(streams.reduce(0) { $0 + $1.missing }, UInt64(check?.missing(stream: name) ?? 0))
      double += max(streams.reduce(0) { $0 + $1.double }, UInt64(check?.double(stream: name) ?? 0))
    }
  }

  package var isRight: Bool { missing == 0 && double == 0 }
  package var line: String { "central: \(received) of \(expected) records, \(missing) missing, \(double) double" }
}
