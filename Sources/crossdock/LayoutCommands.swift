#if PLUGIN_PICK_ROUTING
  import CommandSyntax
  import CrossdockPlugin
  import PickRouting
  import Platform
  import Records

  /// A layout's file: ours, or one in LIF, which is turned into ours first.
  enum LayoutFile {
    static let maximumBytes = 64 << 20
    static let positional = CommandSyntax.Positional(
      "FILE", help: "the layout: crossdock-layout/1, or VDMA LIF 1.0 or 2.0")

    /// As it stands in the file.
    static func contents(_ arguments: ParsedArguments) throws -> (path: String, bytes: [UInt8]) {
      guard let path = arguments.positionals.first else {
        throw CrossdockError("read the command line", at: "layout", reason: "no FILE given", exitCode: .wrongUsage)
      }
      return (path, try Files.readInput(path, limit: maximumBytes))
    }

    /// In our format.
    static func read(_ arguments: ParsedArguments) throws -> (path: String, bytes: [UInt8]) {
      let (path, bytes) = try contents(arguments)
      guard LIFImport.isLIF(bytes) else { return (path, bytes) }
      return (path, try imported(path, bytes, vehicleType: nil, depot: nil).text)
    }

    static func imported(
      _ path: String, _ bytes: [UInt8], vehicleType: String?, depot: String?
    ) throws -> LIFImport.Imported {
      do throws(PluginError) {
        return try LIFImport.convert(bytes, vehicleType: vehicleType, depot: depot)
      } catch {
        throw CrossdockError("read the layout", at: path, reason: error.description, exitCode: .badInput)
      }
    }
  }

  /// `crossdock layout check`: everything that is wrong with a layout, with its place.
  struct LayoutCheckCommand: Command {
    static let syntax = CommandSyntax(
      name: "layout check", summary: "check a hall's layout file",
      discussion: """
        Prints FILE:LINE:COLUMN and a reason for everything that is wrong: ids used twice, aisles that overlap or lie at one place, \
        locations outside of their aisle, locations that no walk reaches or that have no way back, members that are not known. \
        Of more than a hundred the first hundred, and how many more. What only follows from another fault is left out.

        Exit codes: 0 nothing is wrong, 1 something is, 65 the file cannot be read as a layout at all.
        """,
      positionals: [LayoutFile.positional], examples: ["crossdock layout check hall-a.layout.json"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let (path, bytes) = try LayoutFile.contents(arguments)
      let report = LayoutCheck.check(bytes)
      for finding in report.findings {
        Terminal.write("\(path):\(finding.line):\(finding.column): \(finding.text)\n")
      }
      if report.findings.isEmpty { Terminal.write("\(report.summary)\n") }
      if report.findings.isEmpty { return .success }
      return report.isLayout ? .failure : .badInput
    }
  }

  /// `crossdock layout draw`: the building from above.
  struct LayoutDrawCommand: Command {
    static let syntax = CommandSyntax(
      name: "layout draw", summary: "draw a hall's layout as SVG",
      discussion:
        "Writes the picture to the standard output: racks, aisles, cross-aisles, depots, lifts, what is blocked and one-way.",
      positionals: [LayoutFile.positional], examples: ["crossdock layout draw hall-a.layout.json > hall-a.svg"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let (path, bytes) = try LayoutFile.read(arguments)
      do throws(PluginError) {
        Terminal.write(try HallDrawing.draw(layout: bytes, layoutPath: path))
      } catch {
        throw CrossdockError("draw the layout", at: path, reason: error.description, exitCode: .badInput)
      }
      return .success
    }
  }

  /// `crossdock layout import`: LIF to our format.
  struct LayoutImportCommand: Command {
    static let syntax = CommandSyntax(
      name: "layout import", summary: "turn a layout in VDMA LIF into a layout file",
      discussion: """
        Reads the Layout Interchange Format of VDMA, versions 1.0 and 2.0, and writes a layout of nodes and edges. Edges are directed; \
        what has no entry for the vehicle type is not usable and is left out, with a remark. Stations become locations; without \
        stations every node is one. What is read in another way than it is meant (a curved edge as a straight one), or not at \
        all, is said on the standard error. A file that gives no layout that can be used is refused.
        """,
      positionals: [LayoutFile.positional],
      options: [
        .init("--vehicle", "TYPE", help: "vehicle type whose ways are taken; by default those of any type"),
        .init("--depot", "NAME", help: "station or node where orders start; by default the first"),
      ], examples: ["crossdock layout import hall.lif.json --depot dock > hall.layout.json"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      guard let path = arguments.positionals.first else {
        throw CrossdockError(
          "read the command line", at: "layout import", reason: "no FILE given", exitCode: .wrongUsage)
      }
      let imported = try LayoutFile.imported(
        path, try Files.readInput(path, limit: LayoutFile.maximumBytes), vehicleType: arguments.value("--vehicle"),
        depot: arguments.value("--depot"))
      for remark in imported.remarks { Terminal.writeError("crossdock: \(path): \(remark)\n") }
      Terminal.write(bytes: imported.text + [0x0A])
      return .success
    }
  }
#endif
