/// The feature library: the same values in the agent and in the command that makes training tables.
package enum SignalFeatures {}
