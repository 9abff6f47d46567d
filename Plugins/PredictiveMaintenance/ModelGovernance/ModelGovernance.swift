/// Which version of a model speaks: bundles, golden cases, shadow and active, promotion and rollback.
package enum ModelGovernance {}
