/// An option's value on its way to a plugin, of the type that its table asks for.
package struct PluginOptionValue: Sendable, Equatable {
  package struct File: Sendable, Equatable {
    package var path: String
    package var contents: [UInt8]

    package init(path: String, contents: [UInt8]) {
      self.path = path
      self.contents = contents
    }
  }

  package enum Value: Sendable, Equatable {
    case string(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
    case files([File])
  }

  package var key: String
  package var value: Value

  package init(key: String, value: Value) {
    self.key = key
    self.value = value
  }
}
