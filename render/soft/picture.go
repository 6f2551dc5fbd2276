package soft

import (
	"encoding/binary"
	"image"
)

func (r *Renderer) picture(t *texture, dst image.Rectangle) {
	seen := dst.Intersect(r.target.Rect)
	if seen.Empty() {
		return
	}
	if dst.Dx() == t.width && dst.Dy() == t.height {
		r.copy(t, dst, seen)
		return
	}
	r.scale(t, dst, seen)
}

func (r *Renderer) copy(t *texture, dst, seen image.Rectangle) {
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		from := 4 * ((y-dst.Min.Y)*t.width + seen.Min.X - dst.Min.X)
		r.put(t, r.row(seen, y), t.pix[from:from+4*seen.Dx()])
	}
}

func (r *Renderer) put(t *texture, row, pix []byte) {
	if !t.alpha {
		copy(row, pix)
		return
	}
	for ; len(row) >= 4 && len(pix) >= 4; row, pix = row[4:], pix[4:] {
		over(row, binary.LittleEndian.Uint32(pix))
	}
}

// over puts a premultiplied pixel on another.
func over(row []byte, p uint32) {
	rest := 255 - p>>24
	for i := range 3 {
		n := p>>(8*i)&0xff + uint32(div255(uint32(row[i])*rest))
		row[i] = byte(min(n, 255))
	}
}

// column is where a column of a scaled picture comes from: bytes from the
// beginning of a row to two neighbours, and the weight of the right one in
// 256ths.
type column struct {
	left, right int32
	weight      uint32
}

// sample returns the two source positions that the middle of position i of n
// lies between, and the weight of the second in 256ths. Positions beyond the
// edge count as the edge.
func sample(i, n, from int) (a, b int, weight uint32) {
	at := ((2*i+1)*from*256+n)/(2*n) - 128
	at = max(at, 0)
	a = min(at>>8, from-1)
	return a, min(a+1, from-1), uint32(at & 0xff)
}

// scale draws with linear interpolation.
func (r *Renderer) scale(t *texture, dst, seen image.Rectangle) {
	r.columns = r.columns[:0]
	for x := seen.Min.X; x < seen.Max.X; x++ {
		a, b, weight := sample(x-dst.Min.X, dst.Dx(), t.width)
		r.columns = append(r.columns, column{int32(4 * a), int32(4 * b), weight})
	}
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		a, b, weight := sample(y-dst.Min.Y, dst.Dy(), t.height)
		above := t.pix[4*t.width*a:][:4*t.width]
		below := t.pix[4*t.width*b:][:4*t.width]
		r.scaleRow(t, r.row(seen, y), above, below, weight)
	}
}

func (r *Renderer) scaleRow(t *texture, row, above, below []byte, weight uint32) {
	for _, c := range r.columns {
		top := mix(binary.LittleEndian.Uint32(above[c.left:]), binary.LittleEndian.Uint32(above[c.right:]), c.weight)
		low := mix(binary.LittleEndian.Uint32(below[c.left:]), binary.LittleEndian.Uint32(below[c.right:]), c.weight)
		p := mix(top, low, weight)
		if t.alpha {
			over(row, p)
		} else {
			binary.LittleEndian.PutUint32(row, p)
		}
		row = row[4:]
	}
}

// mix interpolates the four bytes of a pixel at once; w is that of b, in
// 256ths.
func mix(a, b, w uint32) uint32 {
	const even = 0x00ff00ff
	low := (a&even*(256-w) + b&even*w + 0x00800080) >> 8 & even
	high := (a>>8&even*(256-w) + b>>8&even*w + 0x00800080) & 0xff00ff00
	return low | high
}
