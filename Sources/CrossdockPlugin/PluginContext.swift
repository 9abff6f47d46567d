internal import CCrossdockPlugin

/// What an instance is opened with: its options (defaults filled in), the streams, and a log.
public struct PluginContext {
  /// A file named by an option.
  public struct File: Sendable {
    /// As written in agent.conf.
    public var path: String
    public var contents: [UInt8]

    public init(path: String, contents: [UInt8]) {
      self.path = path
      self.contents = contents
    }
  }

  /// A stream; its position in `streams` is the number that `PluginRecord.stream` has.
  public struct Stream: Sendable {
    public var name: String
    public var columns: [String]

    public init(name: String, columns: [String]) {
      self.name = name
      self.columns = columns
    }
  }

  public enum Value: Sendable {
    case string(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
    case files([File])
  }

  public enum LogLevel: Int32, Sendable {
    case error = 3
    case warning = 4
    case info = 6
    case debug = 7
  }

  public var options: [String: Value]
  public var streams: [Stream]
  /// The streams that the configuration lets this instance write.
  public var writes: [String]
  /// Whose records these are: a record is known for ever by agent, epoch, stream and sequence.
  public var agent = ""
  public var epoch = ""
  /// Where it may keep files of its own, if plugin.toml declares `{data}`; else empty.
  public var dataFolder = ""
  /// One line for the operator; never a payload or a secret. Usable only inside a call of the host.
  public var log: (LogLevel, String) -> Void

  public init(
    options: [String: Value], streams: [Stream], writes: [String], log: @escaping (LogLevel, String) -> Void
  ) {
    self.options = options
    self.streams = streams
    self.writes = writes
    self.log = log
  }

  // The host checks types against the option table before it opens an instance: a missing or mistyped option here is a
  // difference between table and code, a bug of the plugin.

  public func string(_ key: String) -> String {
    guard case .string(let text)? = options[key] else {
      preconditionFailure("option \(key) is not a string in the table")
    }
    return text
  }

  public func integer(_ key: String) -> Int64 {
    guard case .integer(let number)? = options[key] else {
      preconditionFailure("option \(key) is not an integer in the table")
    }
    return number
  }

  public func number(_ key: String) -> Double {
    switch options[key] {
    case .number(let number)?: return number
    case .integer(let number)?: return Double(number)
    default: preconditionFailure("option \(key) is not a number in the table")
    }
  }

  public func boolean(_ key: String) -> Bool {
    guard case .boolean(let flag)? = options[key] else {
      preconditionFailure("option \(key) is not a boolean in the table")
    }
    return flag
  }

  /// The files of a `.file` (one) or `.files` option.
  public func files(_ key: String) -> [File] {
    // A host hands over one entry a file: none at all where there is none.
    guard let value = options[key] else { return [] }
    guard case .files(let files) = value else { preconditionFailure("option \(key) is not a file in the table") }
    return files
  }

  /// The number of a stream, nil when the configuration has none of that name.
  public func stream(_ name: String) -> UInt16? {
    streams.firstIndex { $0.name == name }.map(UInt16.init)
  }
}
