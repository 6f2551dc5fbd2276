//go:build !steps

package steps

// At does nothing in this build.
func At(Point) {}
