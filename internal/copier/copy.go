package copier

import (
	"errors"
	"fmt"
	"slices"

	"twostep/fourcc"
)

var (
	// ErrConversion is returned for two formats of which Copy cannot make one
	// from the other.
	ErrConversion = errors.New("no such conversion")
	// ErrModifier is returned for a layout that is not linear.
	ErrModifier = errors.New("layout is not linear")
	// ErrExtent is returned for an extent out of range, or two that differ.
	ErrExtent = errors.New("extents do not fit")
	// ErrPlanes is returned for planes that are not those of the format, or
	// reach beyond the memory given.
	ErrPlanes = errors.New("planes do not fit")
	// ErrOverlap is returned for memory that is both read and written.
	ErrOverlap = errors.New("source and destination overlap")
)

// targets lists what can be made of each format, cheapest first. The order is
// that of the costs in the package comment.
var targets = map[fourcc.Code][]fourcc.Code{
	fourcc.YUYV: {fourcc.YUYV, fourcc.UYVY, fourcc.NV12, fourcc.NV16, fourcc.YU12, fourcc.XR24, fourcc.AR24},
	fourcc.UYVY: {fourcc.UYVY, fourcc.YUYV, fourcc.NV12, fourcc.NV16, fourcc.YU12, fourcc.XR24, fourcc.AR24},
	fourcc.NV12: {fourcc.NV12, fourcc.NV16, fourcc.YU12, fourcc.YUYV, fourcc.UYVY, fourcc.XR24, fourcc.AR24},
	fourcc.NV16: {fourcc.NV16, fourcc.NV12, fourcc.YU12, fourcc.YUYV, fourcc.UYVY, fourcc.XR24, fourcc.AR24},
	fourcc.YU12: {fourcc.YU12, fourcc.NV12, fourcc.NV16, fourcc.YUYV, fourcc.UYVY, fourcc.XR24, fourcc.AR24},
	fourcc.XR24: {fourcc.XR24, fourcc.AR24, fourcc.NV12, fourcc.YU12, fourcc.YUYV, fourcc.UYVY, fourcc.NV16},
	fourcc.AR24: {fourcc.AR24, fourcc.XR24, fourcc.NV12, fourcc.YU12, fourcc.YUYV, fourcc.UYVY, fourcc.NV16},
	fourcc.R8:   {fourcc.R8},
}

// Converts reports whether Copy can make to from from.
func Converts(to, from fourcc.Code) bool {
	return slices.Contains(targets[from], to)
}

// Targets returns what Copy can make of from, in order of cost: first from
// itself, none if it is not known. The slice is the caller's.
func Targets(from fourcc.Code) []fourcc.Code {
	return slices.Clone(targets[from])
}

// Copy makes dst the picture in src: the same extent, maybe another fourcc,
// other strides and offsets. Both are borrowed until it returns. Every plane is
// checked against its slice before the first byte is written; Rows, RowBytes
// and Bytes of the layouts are not believed but follow from fourcc and extent.
//
// Bytes of dst that carry no pixel are left as they are. src may be written
// meanwhile, by whomever: that may tear the picture and does nothing else. Two
// mappings of the same memory are not recognised as overlapping.
//
// Copy allocates nothing, and may be called by several goroutines for different
// dst. The error wraps ErrConversion, ErrModifier, ErrExtent, ErrPlanes or
// ErrOverlap, and then dst is unchanged.
func Copy(dst []byte, to fourcc.Layout, src []byte, from fourcc.Layout) error {
	if !Converts(to.Code, from.Code) {
		return fmt.Errorf("%v from %v: %w", to.Code, from.Code, ErrConversion)
	}
	if to.Width != from.Width || to.Height != from.Height {
		return fmt.Errorf("%d x %d from %d x %d: %w", to.Width, to.Height, from.Width, from.Height, ErrExtent)
	}
	d, err := pictureOf(to, dst)
	if err != nil {
		return fmt.Errorf("destination: %w", err)
	}
	s, err := pictureOf(from, src)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	if overlap(dst, src) {
		return ErrOverlap
	}
	convert(&d, &s)
	return nil
}
