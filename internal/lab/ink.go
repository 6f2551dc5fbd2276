package lab

import (
	"fmt"
	"image/color"
	"strings"
)

// ink is a colour by its use.
type ink uint8

const (
	paper ink = iota
	band
	rule
	muted
	black
	first
	second
)

// inks have a name and a colour in a light and in a dark scheme. The two of the
// series are from Okabe and Ito, "Color Universal Design" (2008), and are told
// apart by shape as well.
var inks = [...]struct {
	name        string
	light, dark uint32
}{
	paper:  {"paper", 0xffffff, 0x14171a},
	band:   {"band", 0xf4f5f7, 0x1d2125},
	rule:   {"rule", 0xd5d9dd, 0x3a4046},
	muted:  {"muted", 0x5a6169, 0xa3abb3},
	black:  {"black", 0x1b1f23, 0xe6e9ec},
	first:  {"first", 0x0072b2, 0x56b4e9},
	second: {"second", 0xd55e00, 0xe69f00},
}

func (i ink) rgba() color.RGBA {
	v := inks[i].light
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
}

// style is the rules by which plots follow the reader's scheme. They name
// colours outright, since not all that draws SVG knows variables.
func style() string {
	var light, dark strings.Builder
	for _, i := range inks {
		fmt.Fprintf(&light, ".plot .%s{color:#%06x}", i.name, i.light)
		fmt.Fprintf(&dark, ".plot .%s{color:#%06x}", i.name, i.dark)
	}
	return light.String() + "@media (prefers-color-scheme:dark){" + dark.String() + "}"
}
