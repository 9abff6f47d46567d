#if PLUGIN_PICK_ROUTING
  import CommandSyntax
  import CrossdockPlugin
  import Glibc
  import JSONText
  import PickRouting
  import Platform
  import Records

  /// `crossdock route --layout F --order F`: one order's route, by the plugin's own code.
  enum RouteOrder {
    private static let maximumFileBytes = 64 << 20
    private static let columns = [("line", 6), ("location", 16), ("aisle", 8), ("quantity", 9), ("walk m", 8)]

    /// - Parameter json: the answer as one line of JSON; otherwise a table for people.
    /// - Returns: `.badInput` when the order was refused; the answer says why.
    /// - Throws: `CrossdockError` with `.badInput` for a layout that cannot be used.
    static func run(layoutPath: String, orderPath: String, json: Bool) throws -> ExitCode {
      let layout = try Files.readInput(layoutPath, limit: maximumFileBytes)
      let order = try Files.readInput(orderPath, limit: maximumFileBytes)
      let body: [UInt8]
      do throws(PluginError) {
        body = try OneOrderRoute.answer(
          layout: layout, layoutPath: layoutPath, order: order, countdownUs: { -SystemClock.monotonicNs() / 1000 })
      } catch {
        let reason = error.description.dropping("layout \(layoutPath):").dropping(" ")
        throw CrossdockError("read the layout", at: layoutPath, reason: reason, exitCode: .badInput)
      }
      let answer = try JSONValue.parse(body)
      let isRefused = answer["status"]?.string == "refused"
      if json {
        Terminal.write(bytes: body)
        Terminal.write("\n")
      } else if isRefused {
        throw CrossdockError(
          "route the order", at: orderPath, reason: answer["reason"]?.string ?? "", hint: answer["hint"]?.string ?? "",
          exitCode: .badInput)
      } else {
        Terminal.write(table(answer))
      }
      return isRefused ? .badInput : .success
    }

    /// A picture on the standard output.
    static func draw(layoutPath: String, orderPath: String) throws -> ExitCode {
      let layout = try Files.readInput(layoutPath, limit: maximumFileBytes)
      let order = try Files.readInput(orderPath, limit: maximumFileBytes)
      do throws(PluginError) {
        Terminal.write(try HallDrawing.draw(layout: layout, layoutPath: layoutPath, order: order))
      } catch {
        throw CrossdockError("draw the route", at: orderPath, reason: error.description, exitCode: .badInput)
      }
      return .success
    }

    /// Leg by leg.
    static func explain(layoutPath: String, orderPath: String) throws -> ExitCode {
      let layout = try Files.readInput(layoutPath, limit: maximumFileBytes)
      let order = try Files.readInput(orderPath, limit: maximumFileBytes)
      do throws(PluginError) {
        let found = try RouteExplanation.explain(layout: layout, layoutPath: layoutPath, order: order)
        Terminal.write(text(found))
      } catch {
        throw CrossdockError("explain the route", at: orderPath, reason: error.description, exitCode: .badInput)
      }
      return .success
    }

    private static func text(_ found: RouteExplanation.Explanation) -> String {
      func metres(_ value: Double?) -> String {
        guard let value else { return "" }
        let centimetres = Int64((value * 100).rounded())
        let rest = centimetres.magnitude % 100
        let whole = "\(centimetres < 0 ? "-" : "")\(centimetres.magnitude / 100)"
        return rest == 0 ? whole : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
      }
      let widths = [4, 16, 9, 9, 11, 13, 0]
      func row(_ cells: [String]) -> String {
        zip(cells, widths).map { cell, width in cell + String(repeating: " ", count: max(1, width - cell.count)) }
          .joined()
          .trimmingEnd() + "\n"
      }
      var out = row(["", "to", "walk m", "total m", "its cost m", "after next m", "way"])
      for (i, leg) in found.legs.enumerated() {
        out += row([
          "\(i + 1)", leg.to, metres(leg.walk), metres(leg.total), metres(leg.cost),
          leg.isBeforeNext ? "not allowed" : leg.costAfterNext.map { ($0 >= 0 ? "+" : "") + metres($0) } ?? "", leg.way,
        ])
      }
      out +=
        "\nIts cost: what the walk would be shorter by without this stop. After next: what it would be longer by with"
      out += " this stop after the next one"
      out += found.legs.contains(where: \.isBeforeNext) ? " (not allowed: handling says which comes first).\n" : ".\n"
      out += "This walk \(metres(found.length)) m; no walk is shorter than \(metres(found.lowerBound)) m"
      out += "; always to the nearest stop that may come next \(metres(found.nearestFirst)) m"
      return out + (found.sShape.map { "; S-shape \(metres($0)) m\n" } ?? "\n")
    }

    private static func table(_ answer: JSONValue) -> String {
      func text(_ value: JSONValue?) -> String {
        if let text = value?.string { return text }
        guard let number = value?.number else { return "-" }
        return number == number.rounded() ? "\(Int64(number))" : "\(number)"
      }
      func row(_ cells: [String]) -> String {
        zip(cells, columns).map { cell, column in
          cell + String(repeating: " ", count: max(1, column.1 - cell.count))
        }.joined().trimmingEnd() + "\n"
      }
      var out = row(columns.map(\.0))
      for stop in answer["stops"]?.array ?? [] {
        out += row(["line", "location", "aisle", "quantity", "walk_m"].map { text(stop[$0]) })
      }
      for stop in answer["unreachable"]?.array ?? [] {
        out += row(["line", "location", "aisle", "quantity"].map { text(stop[$0]) } + ["unreachable"])
      }
      let proof =
        answer["optimal"]?.bool == true ? "optimal" : "at most \(text(answer["gap_percent"])) % above the optimum"
      out += "\(text(answer["distance_m"])) m from \(text(answer["start"])) to \(text(answer["end"])), \(proof)"
      if let length = answer["s_shape_m"]?.number { out += "; S-shape \(text(.number(length))) m" }
      return out + "; \(text(answer["time_us"])) µs\n"
    }
  }

  extension String {
    fileprivate func dropping(_ prefix: String) -> String {
      hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }

    fileprivate func trimmingEnd() -> String {
      var text = Substring(self)
      while text.last == " " { text.removeLast() }
      return String(text)
    }
  }
#endif
