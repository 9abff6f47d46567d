/// What JSON and UBJSON hold, with arrays of numbers kept flat: a model is little else.
enum ModelDocument {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case numbers([Double])
  case array([ModelDocument])
  case object([String: ModelDocument])
}
