internal import AisleRouting
internal import JSONText

// Members of a layout: costs, flags, directions, faces.
extension MemberReader {
  /// A length or cost in metres, not negative, in millimetres.
  func cost(_ key: String) throws(MemberError) -> Int64 {
    let length = try millimetres(key)
    guard length >= 0 else { throw fail(key, "is negative") }
    return length
  }

  func flag(_ key: String) throws(MemberError) -> Bool {
    guard let value = value(key) else { return false }
    guard let flag = value.bool else { throw fail(key, "is neither true nor false") }
    return flag
  }

  func direction(_ ascending: String, _ descending: String) throws(MemberError) -> WalkNetwork.Direction {
    guard let text = try optionalText("one_way") else { return .both }
    if text == ascending { return .ascending }
    guard text == descending else { throw fail("one_way", "is neither \(ascending) nor \(descending)") }
    return .descending
  }

  func face() throws(MemberError) -> Int8 {
    guard let text = try optionalText("face") else { return 0 }
    guard text == "left" || text == "right" else { throw fail("face", "is neither left nor right") }
    return text == "left" ? -1 : 1
  }
}
