/// `[[model]]` or `[[plugin]]`: a plugin at work on streams.
package struct ModelConfiguration: Sendable, Equatable {
  package enum Run: String, Sendable, CaseIterable {
    /// In a process of its own, confined.
    case isolated
    /// In the agent, on its writer thread.
    case inProcess = "in-process"
  }

  /// Where a plugin begins that has never run before.
  package enum Begin: String, Sendable, CaseIterable {
    case new
    case oldest
  }

  /// What it is called in agent.conf, and in what is said of it.
  package enum Section: String, Sendable {
    case model
    case plugin
  }

  package var section = Section.model
  package var name: String
  package var plugin: String
  /// Nil: built-in plugins in the agent, others isolated.
  package var run: Run?
  /// Nil: uplinks with the oldest record, others with what comes.
  package var begin: Begin?
  package var reads: [String]
  package var writes: [String]
  /// The connection on which replies to devices are published; nil: this model cannot reply.
  package var replyConnection: String?
  /// `[model.options]` as written, in order; the plugin's option table decides what is right: `checkOptions`.
  package var options: [ModelOption]
  /// Of `[model.options]`; nil: there is none.
  package var optionsPosition: SourcePosition? = nil
  package var position: SourcePosition
  /// The file that this came from, for messages, and the folder that FILE options are relative to.
  package var file: String
  package var folder: String
}

package struct ModelOption: Sendable, Equatable {
  package enum Value: Sendable, Equatable {
    case string(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
    case strings([String])
    /// A TOML value that no option has, by the name of its type: "a table".
    case other(String)
  }

  package var key: String
  package var keyPosition: SourcePosition
  package var value: Value
  package var valuePosition: SourcePosition
  /// Of an array, as far as it is known.
  package var elementPositions: [SourcePosition] = []
  /// Of the first element that is no text.
  package var misfitPosition: SourcePosition?

  package init(key: String, keyPosition: SourcePosition, value: Value, valuePosition: SourcePosition) {
    self.key = key
    self.keyPosition = keyPosition
    self.value = value
    self.valuePosition = valuePosition
  }
}

/// A row of a plugin's option table, as the plugin's descriptor gives it (crossdock_plugin.h, crossdock_option).
package struct PluginOptionDescription: Sendable, Equatable {
  /// The numbers are the ABI's CROSSDOCK_OPTION_….
  package enum Kind: UInt32, Sendable {
    case string = 1
    case integer = 2
    case number = 3
    case boolean = 4
    case file = 5
    case files = 6
  }

  package var key: String
  package var kind: Kind
  /// As it would stand in agent.conf; nil: required.
  package var defaultValue: String?
  package var help: String

  package init(key: String, kind: Kind, defaultValue: String?, help: String) {
    self.key = key
    self.kind = kind
    self.defaultValue = defaultValue
    self.help = help
  }
}

/// An option's value of the type that the plugin's table asks for, defaults filled in, files read.
package struct ResolvedModelOption: Sendable, Equatable {
  package enum Value: Sendable, Equatable {
    case string(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
    /// Of a FILE or FILES option; an empty list where a default names none.
    case files([OptionFile])
  }

  package var key: String
  package var value: Value
}

package struct OptionFile: Sendable, Equatable {
  /// As written in agent.conf.
  package var path: String
  package var contents: [UInt8]

  package init(path: String, contents: [UInt8]) {
    self.path = path
    self.contents = contents
  }
}
