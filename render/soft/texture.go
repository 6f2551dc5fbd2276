package soft

import (
	"encoding/binary"

	"twostep/fourcc"
	"twostep/render"
)

// texture is a window's last picture, converted.
type texture struct {
	key           uint64
	drawn         uint64 // number of the scene that last had it
	width, height int
	alpha         bool   // premultiplied; else every alpha is 255
	pix           []byte // red, green, blue, alpha
}

// load converts a picture that has been checked, and returns the bytes of it that
// it read: a copy, whatever it is converted to.
func (t *texture) load(p *render.Picture) (copied int) {
	l := &p.Layout
	t.key, t.width, t.height = p.Key, l.Width, l.Height
	t.alpha = l.Code == fourcc.AR24
	if n := 4 * l.Width * l.Height; cap(t.pix) < n {
		t.pix = make([]byte, n)
	} else {
		t.pix = t.pix[:n]
	}
	for y := range l.Height {
		dst := t.pix[4*l.Width*y:][:4*l.Width]
		switch l.Code {
		case fourcc.NV12:
			luma := planeRow(p, 0, y, l.Width)
			nv12Row(dst, luma, planeRow(p, 1, y/2, (l.Width+1)/2*2))
		case fourcc.YUYV:
			yuyvRow(dst, planeRow(p, 0, y, (l.Width+1)/2*4))
		case fourcc.XR24:
			bgraRow(dst, planeRow(p, 0, y, 4*l.Width), 0xff<<24)
		case fourcc.AR24:
			bgraRow(dst, planeRow(p, 0, y, 4*l.Width), 0)
		}
	}
	return l.Pixels()
}

func planeRow(p *render.Picture, plane, y, bytes int) []byte {
	q := &p.Layout.Planes[plane]
	return p.Mem[q.Offset+y*q.Stride:][:bytes]
}

// chroma is what a pair of samples adds to each colour, times 256.
type chroma struct{ red, green, blue int32 }

// BT.601, limited range: luma 16 to 235, chroma 16 to 240, in 256ths.
const (
	lumaGain  = 298
	redFromV  = 409
	greenByU  = 100
	greenByV  = 208
	blueFromU = 516
)

func chromaOf(u, v byte) chroma {
	du, dv := int32(u)-128, int32(v)-128
	return chroma{
		red:   redFromV*dv + 128,
		green: -greenByU*du - greenByV*dv + 128,
		blue:  blueFromU*du + 128,
	}
}

// pixel converts one luma sample to a little-endian word.
func (c chroma) pixel(y byte) uint32 {
	l := lumaGain * (int32(y) - 16)
	return clamp((l+c.red)>>8) | clamp((l+c.green)>>8)<<8 | clamp((l+c.blue)>>8)<<16 | 0xff<<24
}

func clamp(n int32) uint32 {
	if uint32(n) > 255 {
		return uint32(^n>>31) & 255
	}
	return uint32(n)
}

func nv12Row(dst, luma, uv []byte) {
	for len(luma) >= 2 && len(dst) >= 8 && len(uv) >= 2 {
		c := chromaOf(uv[0], uv[1])
		binary.LittleEndian.PutUint64(dst, uint64(c.pixel(luma[0]))|uint64(c.pixel(luma[1]))<<32)
		dst, luma, uv = dst[8:], luma[2:], uv[2:]
	}
	if len(luma) == 1 {
		binary.LittleEndian.PutUint32(dst, chromaOf(uv[0], uv[1]).pixel(luma[0]))
	}
}

func yuyvRow(dst, src []byte) {
	for len(dst) >= 8 && len(src) >= 4 {
		c := chromaOf(src[1], src[3])
		binary.LittleEndian.PutUint64(dst, uint64(c.pixel(src[0]))|uint64(c.pixel(src[2]))<<32)
		dst, src = dst[8:], src[4:]
	}
	if len(dst) == 4 {
		binary.LittleEndian.PutUint32(dst, chromaOf(src[1], src[3]).pixel(src[0]))
	}
}

// bgraRow swaps red and blue and sets the bits of alpha given.
func bgraRow(dst, src []byte, alpha uint32) {
	for len(dst) >= 4 && len(src) >= 4 {
		p := binary.LittleEndian.Uint32(src)
		binary.LittleEndian.PutUint32(dst, p&0xff00ff00|p>>16&0xff|p&0xff<<16|alpha)
		dst, src = dst[4:], src[4:]
	}
}
