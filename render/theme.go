package render

// Color is red, green, blue and alpha, not premultiplied.
type Color struct{ R, G, B, A uint8 }

// alpha returns c with its alpha replaced.
func (c Color) alpha(a uint8) Color {
	c.A = a
	return c
}

func rgb(hex uint32) Color {
	return Color{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

var (
	desktop = rgb(0x0b0e13)
	surface = rgb(0x12171e) // panel and strip
	card    = rgb(0x1a212b)
	line    = rgb(0x252e3a)

	bright = rgb(0xeef2f7)
	normal = rgb(0xc3ccd8)
	dim    = rgb(0x8492a3)
	faint  = rgb(0x566273)

	focus     = rgb(0x5b9dff)
	focusBar  = rgb(0x213552)
	restBar   = rgb(0x171d26)
	empty     = rgb(0x07090c)
	black     = Color{A: 255}
	recording = rgb(0xff4d4f)
	recCard   = rgb(0x33191e)
	refused   = rgb(0xff8a65)
	refusedBg = rgb(0x2a1d1b)
)

// color is the holder's in lanes, legend and device list.
func (h Holder) color() Color {
	switch h {
	case Camera:
		return rgb(0xf2b84b)
	case Display:
		return rgb(0x4aa8ff)
	case Encoder:
		return rgb(0xe868b0)
	case Other:
		return rgb(0x5fd39a)
	default:
		return rgb(0x3a4554)
	}
}

// generationColors tell neighbouring generations apart.
var generationColors = [...]Color{rgb(0x5fd39a), rgb(0xb18cff), rgb(0x4fd0d9), rgb(0xd7e05a)}

func generationColor(n uint32) Color {
	if n == 0 {
		return faint
	}
	return generationColors[(n-1)%uint32(len(generationColors))]
}
