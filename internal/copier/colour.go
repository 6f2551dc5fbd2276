package copier

// BT.601, limited range: luma 16 to 235, chroma 16 to 240, in 256ths, as
// render/soft has it.
const (
	lumaGain  = 298
	redFromV  = 409
	greenByU  = 100
	greenByV  = 208
	blueFromU = 516
)

// The three colours of a pixel are reckoned at once, in lanes of one word. The
// bias keeps every lane positive: none is below -280 or above 539.
const (
	blue, green, red = 1, 1 << 21, 1 << 42
	bias             = 512

	byLuma = lumaGain * (blue + green + red)
	byU    = blueFromU*blue - greenByU*green
	byV    = redFromV*red - greenByV*green
	origin = (bias*256+128)*(blue+green+red) - 16*byLuma - 128*byU - 128*byV
)

// clamped is 0 to 255 from bias on, and stays at either beyond.
var clamped = func() (t [2048]byte) {
	for i := range t {
		t[i] = byte(max(0, min(i-bias, 255)))
	}
	return t
}()

// chromaOf is what a pair of samples adds to the lanes.
func chromaOf(u, v byte) uint64 { return uint64(int64(u)*byU + int64(v)*byV + origin) }

// word converts one luma sample to an opaque word of AR24.
func word(y byte, chroma uint64) uint32 {
	lanes := uint64(y)*byLuma + chroma
	return uint32(clamped[lanes>>8&2047]) | uint32(clamped[lanes>>29&2047])<<8 | uint32(clamped[lanes>>50&2047])<<16 | 0xff<<24
}

// wordsOfPacked has luma at byte at of each two, 0 or 1.
func wordsOfPacked(dst, src []byte, at int) {
	for len(dst) >= 8 && len(src) >= 4 {
		p := le.Uint32(src)
		if at == 1 {
			p = p&0x00ff00ff<<8 | p>>8&0x00ff00ff
		}
		c := chromaOf(byte(p>>8), byte(p>>24))
		le.PutUint32(dst, word(byte(p), c))
		le.PutUint32(dst[4:8], word(byte(p>>16), c))
		dst, src = dst[8:], src[4:]
	}
	if len(dst) == 4 {
		le.PutUint32(dst, word(src[at], chromaOf(src[1-at], src[3-at])))
	}
}

func wordsOfLuma(dst, luma, uv []byte) {
	for len(dst) >= 8 && len(luma) >= 2 && len(uv) >= 2 {
		c := chromaOf(uv[0], uv[1])
		le.PutUint32(dst, word(luma[0], c))
		le.PutUint32(dst[4:8], word(luma[1], c))
		dst, luma, uv = dst[8:], luma[2:], uv[2:]
	}
	if len(dst) == 4 {
		le.PutUint32(dst, word(luma[0], chromaOf(uv[0], uv[1])))
	}
}

func wordsOfPlanes(dst, luma, u, v []byte) {
	for len(dst) >= 8 && len(luma) >= 2 && len(u) >= 1 && len(v) >= 1 {
		c := chromaOf(u[0], v[0])
		le.PutUint32(dst, word(luma[0], c))
		le.PutUint32(dst[4:8], word(luma[1], c))
		dst, luma, u, v = dst[8:], luma[2:], u[1:], v[1:]
	}
	if len(dst) == 4 {
		le.PutUint32(dst, word(luma[0], chromaOf(u[0], v[0])))
	}
}

// opaque copies words and sets their alpha.
func opaque(dst, src []byte) {
	for len(dst) >= 8 && len(src) >= 8 {
		le.PutUint64(dst, le.Uint64(src)|0xff000000ff000000)
		dst, src = dst[8:], src[8:]
	}
	if len(dst) == 4 {
		le.PutUint32(dst, le.Uint32(src)|0xff000000)
	}
}
