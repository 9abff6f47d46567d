package import CrossdockPlugin
internal import JSONText

/// Reads a layout in VDMA's Layout Interchange Format (LIF 1.0 and 2.0), which describes ways of automated vehicles, and writes
/// it as `crossdock-layout/1`.
///
/// Edges are directed; two that join the same nodes in both directions become one two-way edge. A node or edge without an entry
/// for the vehicle type is not usable by it and is left out. Each layout is a floor, by its level; an edge may lead to a node of
/// another one. Stations become locations at their first interaction node (a further node's has the suffix `/2`, …); a file
/// without stations has its nodes as locations.
///
/// What is written can be read: it is read once, and what is wrong with it is a fault of the LIF file, at its place there.
package enum LIFImport {
  /// What was left out, for people; the layout's text.
  package struct Imported: Sendable {
    package var text: [UInt8]
    package var remarks: [String]
  }

  package static func isLIF(_ document: [UInt8]) -> Bool {
    (try? JSONValue.parse(document)).map(isLIF) ?? false
  }

  static func isLIF(_ document: JSONValue) -> Bool { document["metaInformation"]?["lifVersion"] != nil }

  /// - Parameters:
  ///   - vehicleType: nil: whatever is usable by any type.
  ///   - depot: a station or node; nil: the first location.
  /// - Throws: `PluginError` when the file is no LIF, refers to what is not there, or gives no layout that can be used.
  package static func convert(
    _ bytes: [UInt8], vehicleType: String?, depot: String?
  ) throws(PluginError) -> Imported {
    let document: JSONValue
    do throws(JSONSyntaxError) {
      document = try JSONValue.parse(bytes)
    } catch {
      throw PluginError("\(error.line):\(error.column): \(error.reason)")
    }
    let (text, remarks, found) = convert(document, vehicleType: vehicleType, depot: depot)
    let findings = LayoutFinding.list(found.faults, found.further, at: found.furtherMember, in: bytes)
    if let first = findings.first {
      let others = found.faults.count - 1 + found.further
      let rest = others > 0 ? "; and \(others) more, which `crossdock layout check` lists" : ""
      throw PluginError("\(first.line):\(first.column): \(first.text)\(rest)")
    }
    return Imported(text: text, remarks: remarks)
  }

  /// What a layout of any vehicle would be, and what is wrong with the file.
  static func examine(_ document: JSONValue) -> LayoutReader.Examination {
    convert(document, vehicleType: nil, depot: nil).found
  }

  private static func convert(
    _ document: JSONValue, vehicleType: String?, depot: String?
  ) -> (text: [UInt8], remarks: [String], found: LayoutReader.Examination) {
    var reader = LIFReader(vehicleType: vehicleType)
    reader.read(document)
    var found = LayoutReader.Examination()
    // Else it could not be read to where its ways begin.
    found.isLayout = !reader.version.isEmpty
    if reader.faults.isEmpty {
      do throws(MemberError) {
        let text = try reader.write(depot: depot)
        found = LayoutReader.examine(try parsed(text))
        found.faults = found.faults.map { MemberError(member: reader.origin(of: $0.member), reason: $0.reason) }
        found.furtherMember = reader.origin(of: found.furtherMember)
        return (text, reader.remarkList, found)
      } catch {
        reader.faults = [error]
      }
    }
    found.faults = Array(reader.faults.prefix(PickRoutingLimits.maximumFindings))
    found.further = reader.faults.count - found.faults.count
    if found.further > 0 { found.furtherMember = reader.faults[found.faults.count].member }
    return ([], [], found)
  }

  private static func parsed(_ text: [UInt8]) throws(MemberError) -> JSONValue {
    do throws(JSONSyntaxError) {
      return try JSONValue.parse(text)
    } catch {
      throw MemberError(member: "", reason: "cannot be written as a layout: \(error.reason)")
    }
  }
}
