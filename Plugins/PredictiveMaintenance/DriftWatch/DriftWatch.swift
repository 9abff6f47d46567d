/// Whether what a model sees, or says, is still what it was made for.
package enum DriftWatch {}
