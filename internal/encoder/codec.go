package encoder

/*
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"slices"
	"strings"

	"twostep/fourcc"
)

// threads is how many the codec may use on one frame: what a small machine has.
const threads = 2

// codec is what the package knows about one way to encode.
type codec struct {
	name    string        // as users say it, and verify prints it
	encoder string        // as libavcodec calls it
	formats []fourcc.Code // whose luma is encoded where it lies, cheapest first
	natives []native      // what can be lent to it whole; the first takes what is converted
	clock   int           // ticks per second of its timestamps
	extent  int           // largest width and height, pixels
	quality int           // fixed quantiser, 0: the options say
	options [][2]string
}

// native is a format that libavcodec knows by a name of its own.
type native struct {
	code   fourcc.Code
	pixels int32 // AVPixelFormat
}

// convertible is what can be made a native format of every codec, cheapest
// first: see internal/copier for how cheap.
var convertible = []fourcc.Code{fourcc.NV12, fourcc.YU12, fourcc.NV16, fourcc.YUYV, fourcc.UYVY, fourcc.XR24, fourcc.AR24}

// reads lists all that can be encoded, copied or not, cheapest first.
func (k *codec) reads() []fourcc.Code {
	all := slices.Clone(k.formats)
	for _, c := range convertible {
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// target is what frames of a format are given to libavcodec as.
func (k *codec) target(code fourcc.Code) native {
	for _, n := range k.natives {
		if n.code == code {
			return n
		}
	}
	return k.natives[0]
}

// codecs in the order in which they are listed to a person.
var codecs = []*codec{
	{
		name:    "h264",
		encoder: "libx264",
		formats: []fourcc.Code{fourcc.NV12},
		natives: []native{{fourcc.NV12, C.AV_PIX_FMT_NV12}, {fourcc.YU12, C.AV_PIX_FMT_YUV420P}},
		clock:   1_000_000,
		extent:  16384,
		// The preset is the one that leaves two busy cores to others: 2.4 ms
		// for a 720p frame, 4.7 beside two spinning processes, where
		// superfast takes 5.1 and 8.0.
		options: [][2]string{{"preset", "ultrafast"}, {"tune", "zerolatency"}, {"crf", "23"}},
	},
	{
		name:    "mpeg4",
		encoder: "mpeg4",
		formats: []fourcc.Code{fourcc.YU12, fourcc.NV12},
		natives: []native{{fourcc.YU12, C.AV_PIX_FMT_YUV420P}},
		// The format has 16 bits for the clock; this one divides by every
		// usual frame rate.
		clock:  60_000,
		extent: 8191, // 13 bits in its headers
		// Its rate control breaks on clocks much finer than the frame rate.
		quality: 3,
	},
}

// Codecs lists the names that Open and Limits take.
func Codecs() []string {
	var names []string
	for _, c := range codecs {
		names = append(names, c.name)
	}
	return names
}

// UnknownCodecError is returned for a codec that is not in Codecs.
type UnknownCodecError struct {
	Name string
}

// Error lists what there is.
func (e *UnknownCodecError) Error() string {
	return fmt.Sprintf("unknown codec %q; known are %s", e.Name, strings.Join(Codecs(), " "))
}

func find(name string) (*codec, error) {
	for _, c := range codecs {
		if c.name == name {
			return c, nil
		}
	}
	return nil, &UnknownCodecError{name}
}
