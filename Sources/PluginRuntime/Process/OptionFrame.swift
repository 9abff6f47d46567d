internal import CCrossdockPlugin

/// An option's value as OPEN carries it; of a list of files, one for each file.
struct OptionFrame {
  private var type: UInt32
  private var key: [UInt8]
  private var text: [UInt8] = []
  private var integer: Int64 = 0
  private var number: Double = 0
  private var file: [UInt8] = []

  static func values(_ option: PluginOptionValue) -> [OptionFrame] {
    var row = OptionFrame(type: 0, key: Array(option.key.utf8))
    switch option.value {
    case .string(let value): (row.type, row.text) = (UInt32(CROSSDOCK_OPTION_STRING), Array(value.utf8))
    case .integer(let value):
      (row.type, row.integer, row.number) = (UInt32(CROSSDOCK_OPTION_INTEGER), value, Double(value))
    case .number(let value): (row.type, row.number) = (UInt32(CROSSDOCK_OPTION_NUMBER), value)
    case .boolean(let value): (row.type, row.integer) = (UInt32(CROSSDOCK_OPTION_BOOLEAN), value ? 1 : 0)
    case .files(let files):
      return files.map { file in
        var row = row
        (row.type, row.text, row.file) = (UInt32(CROSSDOCK_OPTION_FILES), Array(file.path.utf8), file.contents)
        return row
      }
    }
    return [row]
  }

  func append(to frame: inout PluginFrameWriter) {
    frame.append(type)
    frame.append(text: key)
    frame.append(text: text)
    frame.append(integer)
    frame.append(number)
    frame.append(text: file)
  }
}
