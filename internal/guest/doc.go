// Package guest has the tests that need a real camera driver. They boot a
// virtual machine through scripts/guest and run the programs of bin/ in it:
//
//	make guest
//
// Without TWOSTEP_GUEST=1, which make guest sets, they are skipped, for they
// take a processor of their own. Where no guest can be had they are skipped
// too, unless TWOSTEP_REQUIRE_GUEST=1 makes that a failure.
package guest
