/// Text that is not an instance, and where.
package struct InstanceSyntaxError: Error, Equatable {
  /// From 1.
  package var line: Int
  package var reason: String
}
