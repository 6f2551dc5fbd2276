package camera

import (
	"fmt"
	"slices"

	"github.com/blackjack/webcam"

	"twostep/fourcc"
)

// nativeOrder is the order in which a camera's own formats are tried.
var nativeOrder = []fourcc.Code{fourcc.YUYV, fourcc.NV12, fourcc.UYVY, fourcc.YU12}

// chooseFormat sets format and size and returns what the driver then has.
func (v *V4L2) chooseFormat() (fourcc.Layout, error) {
	code := firstThatDelivers(v.lib.formats(), v.config.Fourcc)
	if code == 0 || !offersSize(v.lib.sizes(code), v.config.Width, v.config.Height) {
		return fourcc.Layout{}, v.notOffered(code)
	}
	if err := v.lib.setFormat(code, v.config.Width, v.config.Height); err != nil {
		return fourcc.Layout{}, deviceError(v.path, "VIDIOC_S_FMT", err)
	}
	set, err := getFormat(v.lib.fd())
	if err != nil {
		return fourcc.Layout{}, deviceError(v.path, "VIDIOC_G_FMT", err)
	}
	if set.pixelFormat != code || int(set.width) != v.config.Width || int(set.height) != v.config.Height {
		return fourcc.Layout{}, v.notOffered(code, fmt.Sprintf("%v %dx%d", set.pixelFormat, set.width, set.height))
	}
	return driverLayout(set)
}

// firstThatDelivers picks one of a camera's formats: that which is asked for,
// else one from which it can be made. It returns 0 if there is none.
func firstThatDelivers(offered []fourcc.Code, asked fourcc.Code) fourcc.Code {
	if asked != 0 && slices.Contains(offered, asked) && conversions[asked] != nil {
		return asked
	}
	for _, code := range nativeOrder {
		if slices.Contains(offered, code) && (asked == 0 || slices.Contains(conversions[code], asked)) {
			return code
		}
	}
	return 0
}

// offersSize reports whether the extent is among sizes. A driver that lists
// none, or whose list the library cannot read, is asked by trying.
func offersSize(sizes []webcam.FrameSize, width, height int) bool {
	if len(sizes) == 0 {
		return true
	}
	return slices.ContainsFunc(sizes, func(s webcam.FrameSize) bool {
		return s.MaxWidth == 0 ||
			(inSteps(width, s.MinWidth, s.MaxWidth, s.StepWidth) && inSteps(height, s.MinHeight, s.MaxHeight, s.StepHeight))
	})
}

func inSteps(n int, least, most, step uint32) bool {
	return n >= int(least) && n <= int(most) && (n-int(least))%max(1, int(step)) == 0
}

// notOffered lists what there is instead: sizes of the format that would have
// done, or formats if none would; also is what the driver gave.
func (v *V4L2) notOffered(code fourcc.Code, also ...string) error {
	e := &NotOfferedError{Path: v.path, Offered: also}
	e.Asked = fmt.Sprintf("%dx%d", v.config.Width, v.config.Height)
	if v.config.Fourcc != 0 {
		e.Asked = v.config.Fourcc.String() + " " + e.Asked
	}
	if code == 0 {
		e.Offered = instead(v.lib.formats())
		return e
	}
	for _, s := range v.lib.sizes(code) {
		e.Offered = append(e.Offered, offer(code, s))
	}
	return e
}

// instead lists what can be made of a camera's formats or, if nothing can, the
// first of those.
func instead(offered []fourcc.Code) []string {
	const most = 12
	var names, raw []string
	for _, native := range nativeOrder {
		if !slices.Contains(offered, native) {
			continue
		}
		for _, code := range conversions[native] {
			if name := code.String(); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if names != nil {
		return names
	}
	for _, code := range offered {
		raw = append(raw, code.String())
	}
	slices.Sort(raw)
	return raw[:min(len(raw), most)]
}

func offer(c fourcc.Code, s webcam.FrameSize) string {
	switch {
	case s.MaxWidth == 0:
		return c.String() + " in any size"
	case s.MinWidth == s.MaxWidth && s.MinHeight == s.MaxHeight:
		return fmt.Sprintf("%v %dx%d", c, s.MaxWidth, s.MaxHeight)
	}
	return fmt.Sprintf("%v %dx%d to %dx%d", c, s.MinWidth, s.MinHeight, s.MaxWidth, s.MaxHeight)
}

// driverLayout is where a driver puts the planes of a format that has one
// buffer: one after the other, and chroma rows in proportion to luma rows.
func driverLayout(f v4l2Format) (fourcc.Layout, error) {
	l, err := fourcc.LayoutOf(f.pixelFormat, int(f.width), int(f.height), fourcc.Align{})
	if err != nil {
		return l, err
	}
	at := 0
	for i := range l.Planes {
		p := &l.Planes[i]
		p.Offset, p.Stride = at, max(int(f.bytesPerLine), l.Planes[0].RowBytes)
		if f.pixelFormat == fourcc.YU12 && i > 0 {
			p.Stride /= 2
		}
		at += p.Stride * p.Rows
	}
	l.Bytes = at
	return l, nil
}
