/// The exit codes of every Crossdock program (the sysexits numbers where there is one).
package enum ExitCode: Int32, Sendable {
  case success = 0
  /// The answer is "no", or something failed.
  case failure = 1
  case wrongUsage = 64
  case badInput = 65
  /// A service is not there.
  case unavailable = 69
  case cannotWrite = 73
  case badConfiguration = 78
}
