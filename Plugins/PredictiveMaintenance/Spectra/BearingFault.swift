/// The part of a bearing that is damaged.
package enum BearingFault: String, CaseIterable, Hashable, Sendable {
  case outer
  case inner
  case ball
  case cage
}
