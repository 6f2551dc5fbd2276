package copier

// From XR24 and AR24 to YUV: BT.601, limited range, in 16 bits of fraction, as
// internal/camera draws its pattern. The chroma of several pixels is that of
// their mean.

const half = 1 << 15

// lumaOf converts a word, whose alpha does not matter.
func lumaOf(p uint32) byte {
	return byte((16829*(p>>16&255) + 33039*(p>>8&255) + 6416*(p&255) + 16<<16 + half) >> 16)
}

func chromaOfWord(p uint32) (u, v byte) {
	r, g, b := int32(p>>16&255), int32(p>>8&255), int32(p&255)
	u = byte((-9714*r - 19070*g + 28784*b + 128<<16 + half) >> 16)
	v = byte((28784*r - 24103*g - 4681*b + 128<<16 + half) >> 16)
	return u, v
}

// meanOfWords takes two words from each of two rows. Halves are rounded up.
func meanOfWords(a, b uint64) uint32 {
	even := a&evenBytes + b&evenBytes
	odd := a>>8&evenBytes + b>>8&evenBytes
	low := (uint32(even) + uint32(even>>32) + 0x00020002) >> 2 & 0x00ff00ff
	high := (uint32(odd) + uint32(odd>>32) + 0x00020002) >> 2 & 0x00ff00ff
	return low | high<<8
}

// twice is the pair that a row's last pixel makes when it has no other.
func twice(row []byte) uint64 { return uint64(le.Uint32(row)) * (1<<32 + 1) }

func lumaOfWords(dst, src []byte) {
	for len(dst) >= 2 && len(src) >= 8 {
		p := le.Uint64(src)
		dst[0], dst[1] = lumaOf(uint32(p)), lumaOf(uint32(p>>32))
		dst, src = dst[2:], src[8:]
	}
	if len(dst) == 1 {
		dst[0] = lumaOf(le.Uint32(src))
	}
}

// chromaOfWords writes the chroma of two rows, or the one row that both are.
func chromaOfWords(uv, a, b []byte) {
	for len(uv) >= 2 && len(a) >= 8 && len(b) >= 8 {
		uv[0], uv[1] = chromaOfWord(meanOfWords(le.Uint64(a), le.Uint64(b)))
		uv, a, b = uv[2:], a[8:], b[8:]
	}
	if len(uv) == 2 {
		uv[0], uv[1] = chromaOfWord(meanOfWords(twice(a), twice(b)))
	}
}

func splitChromaOfWords(u, v, a, b []byte) {
	for len(u) >= 1 && len(v) >= 1 && len(a) >= 8 && len(b) >= 8 {
		u[0], v[0] = chromaOfWord(meanOfWords(le.Uint64(a), le.Uint64(b)))
		u, v, a, b = u[1:], v[1:], a[8:], b[8:]
	}
	if len(u) == 1 {
		u[0], v[0] = chromaOfWord(meanOfWords(twice(a), twice(b)))
	}
}

// packWords writes luma at byte at of each two, 0 or 1.
func packWords(dst, src []byte, at int) {
	for len(dst) >= 4 && len(src) >= 8 {
		le.PutUint32(dst, packPair(le.Uint64(src), at))
		dst, src = dst[4:], src[8:]
	}
	if len(dst) == 4 {
		le.PutUint32(dst, packPair(twice(src), at))
	}
}

func packPair(pair uint64, at int) uint32 {
	u, v := chromaOfWord(meanOfWords(pair, pair))
	luma := uint32(lumaOf(uint32(pair))) | uint32(lumaOf(uint32(pair>>32)))<<16
	rest := uint32(u) | uint32(v)<<16
	if at == 1 {
		return luma<<8 | rest
	}
	return luma | rest<<8
}
