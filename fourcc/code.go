package fourcc

import (
	"fmt"
	"slices"
	"strings"
)

// Code is a DRM fourcc: four characters, the first in the lowest byte. The zero
// value is no format.
//
// Compare include/uapi/drm/drm_fourcc.h.
type Code uint32

// Formats that twostep knows. The byte order is that of memory, except XR24 and
// AR24, which are 32-bit little-endian words 0xXXRRGGBB and 0xAARRGGBB.
const (
	YUYV Code = 'Y' | 'U'<<8 | 'Y'<<16 | 'V'<<24 // 4:2:2, one plane, Y0 U Y1 V
	UYVY Code = 'U' | 'Y'<<8 | 'V'<<16 | 'Y'<<24 // 4:2:2, one plane, U Y0 V Y1
	NV12 Code = 'N' | 'V'<<8 | '1'<<16 | '2'<<24 // 4:2:0, Y and UV interleaved
	NV16 Code = 'N' | 'V'<<8 | '1'<<16 | '6'<<24 // 4:2:2, Y and UV interleaved
	YU12 Code = 'Y' | 'U'<<8 | '1'<<16 | '2'<<24 // 4:2:0, Y, U and V
	XR24 Code = 'X' | 'R'<<8 | '2'<<16 | '4'<<24 // B G R X
	AR24 Code = 'A' | 'R'<<8 | '2'<<16 | '4'<<24 // B G R A
	MJPG Code = 'M' | 'J'<<8 | 'P'<<16 | 'G'<<24 // JPEG pictures, one plane of bytes
	R8   Code = 'R' | '8'<<8 | ' '<<16 | ' '<<24 // one 8-bit channel
)

var known = []Code{YUYV, UYVY, NV12, NV16, YU12, XR24, AR24, MJPG, R8}

// String returns the four characters without trailing spaces, or the number in
// hexadecimal if one of them is not printable.
func (c Code) String() string {
	text := []byte{byte(c), byte(c >> 8), byte(c >> 16), byte(c >> 24)}
	unprintable := func(b byte) bool { return b < ' ' || b > '~' }
	if slices.ContainsFunc(text, unprintable) {
		return fmt.Sprintf("0x%08x", uint32(c))
	}
	return strings.TrimRight(string(text), " ")
}

// Parse returns the code that s names, in upper or lower case. The error of an
// unknown name lists the known ones.
func Parse(s string) (Code, error) {
	var names []string
	for _, c := range known {
		if strings.EqualFold(s, c.String()) {
			return c, nil
		}
		names = append(names, c.String())
	}
	return 0, fmt.Errorf("unknown fourcc %q; known are %s", s, strings.Join(names, " "))
}

// Modifier is a DRM format modifier: how pixels are arranged within a plane.
type Modifier uint64

// Modifiers. The zero value is Linear: rows from top to bottom.
const (
	Linear  Modifier = 0
	Invalid Modifier = 1<<56 - 1 // not said; the exporter knows
)

// String returns LINEAR, INVALID or the number in hexadecimal.
func (m Modifier) String() string {
	switch m {
	case Linear:
		return "LINEAR"
	case Invalid:
		return "INVALID"
	}
	return fmt.Sprintf("0x%016x", uint64(m))
}

// Format is a fourcc and the modifier that it comes with.
type Format struct {
	Code     Code
	Modifier Modifier
}

// String returns the fourcc alone if linear, else as YUYV:0x0100000000000001.
func (f Format) String() string {
	if f.Modifier == Linear {
		return f.Code.String()
	}
	return f.Code.String() + ":" + f.Modifier.String()
}
