package copier

import "twostep/fourcc"

// convert writes src to dst. They have the same extent, and the pair is in
// targets.
func convert(dst, src *picture) {
	switch {
	case dst.code == src.code:
		copyPlanes(dst, src)
	case words(dst.code) && words(src.code):
		rewords(dst, src)
	case words(dst.code):
		toWords(dst, src)
	case packed(dst.code):
		toPacked(dst, src)
	default:
		toPlanes(dst, src)
	}
}

func packed(c fourcc.Code) bool { return c == fourcc.YUYV || c == fourcc.UYVY }

func words(c fourcc.Code) bool { return c == fourcc.XR24 || c == fourcc.AR24 }

// lumaAt and chromaAt are where luma and the first U are in two bytes of a
// packed row.
func lumaAt(c fourcc.Code) int {
	if c == fourcc.UYVY {
		return 1
	}
	return 0
}

func chromaAt(c fourcc.Code) int { return 1 - lumaAt(c) }

func copyPlanes(dst, src *picture) {
	for i := range dst.count {
		copyPlane(&dst.planes[i], &src.planes[i])
	}
}

// copyPlane goes row by row where there is padding, which is not dst's to lose.
func copyPlane(dst, src *plane) {
	if dst.stride == dst.used && src.stride == src.used {
		copy(dst.pix, src.pix)
		return
	}
	for y := range dst.rows {
		copy(dst.row(y), src.row(y))
	}
}

// toPlanes writes NV12, NV16 and YU12: the rows that share chroma, then that
// chroma, while they are in the cache.
func toPlanes(dst, src *picture) {
	down := dst.down()
	for c := range dst.planes[1].rows {
		top := c * down
		low := min(top+down, dst.height) - 1
		for y := top; y <= low; y++ {
			lumaRow(dst.planes[0].row(y), src, y)
		}
		chromaRow(dst, c, src, top, low)
	}
}

func lumaRow(dst []byte, src *picture, y int) {
	row := src.planes[0].row(y)
	switch {
	case words(src.code):
		lumaOfWords(dst, row)
	case packed(src.code):
		everyOther(dst, row[lumaAt(src.code):])
	default:
		copy(dst, row)
	}
}

// chromaRow writes row c of dst's chroma: what rows top and low of src's
// picture have, or the mean.
func chromaRow(dst *picture, c int, src *picture, top, low int) {
	a, b := top/src.down(), low/src.down()
	if dst.count == 3 {
		planarChroma(dst.planes[1].row(c), dst.planes[2].row(c), src, a, b)
		return
	}
	uv := dst.planes[1].row(c)
	switch {
	case words(src.code):
		chromaOfWords(uv, src.planes[0].row(a), src.planes[0].row(b))
	case packed(src.code):
		at := chromaAt(src.code)
		meanOfOthers(uv, src.planes[0].row(a)[at:], src.planes[0].row(b)[at:])
	case src.count == 3:
		join(uv, src.planes[1].row(a), src.planes[2].row(a))
	default:
		meanOf(uv, src.planes[1].row(a), src.planes[1].row(b))
	}
}

func planarChroma(u, v []byte, src *picture, a, b int) {
	switch {
	case words(src.code):
		splitChromaOfWords(u, v, src.planes[0].row(a), src.planes[0].row(b))
	case packed(src.code):
		at := chromaAt(src.code)
		meanOfFourths(u, v, src.planes[0].row(a)[at:], src.planes[0].row(b)[at:])
	default:
		top, low := src.planes[1].row(a), src.planes[1].row(b)
		meanOfOthers(u, top, low)
		meanOfOthers(v, top[1:], low[1:])
	}
}

// toPacked writes YUYV and UYVY.
func toPacked(dst, src *picture) {
	for y := range dst.height {
		row, from := dst.planes[0].row(y), src.planes[0].row(y)
		c := y / src.down()
		switch {
		case words(src.code):
			packWords(row, from, lumaAt(dst.code))
		case packed(src.code):
			swapPairs(row, from)
		case src.count == 3:
			weave(row, from, src.planes[1].row(c), src.planes[2].row(c), lumaAt(dst.code))
		case dst.code == fourcc.YUYV:
			join(row, from, src.planes[1].row(c))
		default:
			join(row, src.planes[1].row(c), from)
		}
	}
}

// toWords writes XR24 and AR24 from YUV.
func toWords(dst, src *picture) {
	for y := range dst.height {
		row, from := dst.planes[0].row(y), src.planes[0].row(y)
		c := y / src.down()
		switch {
		case packed(src.code):
			wordsOfPacked(row, from, lumaAt(src.code))
		case src.count == 3:
			wordsOfPlanes(row, from, src.planes[1].row(c), src.planes[2].row(c))
		default:
			wordsOfLuma(row, from, src.planes[1].row(c))
		}
	}
}

// rewords writes AR24 from XR24 and the other way round.
func rewords(dst, src *picture) {
	if dst.code == fourcc.XR24 {
		copyPlanes(dst, src)
		return
	}
	for y := range dst.height {
		opaque(dst.planes[0].row(y), src.planes[0].row(y))
	}
}
