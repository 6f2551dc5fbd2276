package copier

import "encoding/binary"

// The loops here take eight bytes at a time as one word and go byte by byte at
// a row's end. Their conditions are what lets the compiler drop the bounds
// checks. Means round halves up.

var le = binary.LittleEndian

const (
	evenBytes = 0x00ff00ff00ff00ff
	evenOnes  = 0x0001000100010001
	sevenBits = 0x7f7f7f7f7f7f7f7f
)

// squeeze moves the even bytes of x, whose odd ones are zero, to its lower half.
func squeeze(x uint64) uint64 {
	x = (x | x>>8) & 0x0000ffff0000ffff
	return (x | x>>16) & 0xffffffff
}

// spread is the reverse of squeeze. x has nothing in its upper half.
func spread(x uint64) uint64 {
	x = (x | x<<16) & 0x0000ffff0000ffff
	return (x | x<<8) & evenBytes
}

// meanOfEven takes the even bytes: a carry goes to the odd ones.
func meanOfEven(a, b uint64) uint64 {
	return (a&evenBytes + b&evenBytes + evenOnes) >> 1 & evenBytes
}

func meanOfTwo(a, b byte) byte { return byte((uint(a) + uint(b) + 1) >> 1) }

// everyOther writes src[0], src[2]... to dst, as many as dst holds.
func everyOther(dst, src []byte) {
	for len(dst) >= 8 && len(src) >= 16 {
		x, y := le.Uint64(src)&evenBytes, le.Uint64(src[8:16])&evenBytes
		le.PutUint64(dst, squeeze(x)|squeeze(y)<<32)
		dst, src = dst[8:], src[16:]
	}
	for i := range dst {
		dst[i] = src[2*i]
	}
}

// meanOfOthers does the same with the mean of two rows, or the one row that
// both are.
func meanOfOthers(dst, a, b []byte) {
	if &a[0] == &b[0] {
		everyOther(dst, a)
		return
	}
	for len(dst) >= 8 && len(a) >= 16 && len(b) >= 16 {
		x := meanOfEven(le.Uint64(a), le.Uint64(b))
		y := meanOfEven(le.Uint64(a[8:16]), le.Uint64(b[8:16]))
		le.PutUint64(dst, squeeze(x)|squeeze(y)<<32)
		dst, a, b = dst[8:], a[16:], b[16:]
	}
	for i := range dst {
		dst[i] = meanOfTwo(a[2*i], b[2*i])
	}
}

// meanOfFourths writes the mean of a[0], a[4]... and b[0], b[4]... to u, and of
// a[2], a[6]... and b[2], b[6]... to v.
func meanOfFourths(u, v, a, b []byte) {
	for len(u) >= 4 && len(v) >= 4 && len(a) >= 16 && len(b) >= 16 {
		x := meanOfEven(le.Uint64(a), le.Uint64(b))
		y := meanOfEven(le.Uint64(a[8:16]), le.Uint64(b[8:16]))
		both := squeeze(x) | squeeze(y)<<32
		le.PutUint32(u, uint32(squeeze(both&evenBytes)))
		le.PutUint32(v, uint32(squeeze(both>>8&evenBytes)))
		u, v, a, b = u[4:], v[4:], a[16:], b[16:]
	}
	for i := range u {
		u[i], v[i] = meanOfTwo(a[4*i], b[4*i]), meanOfTwo(a[4*i+2], b[4*i+2])
	}
}

// meanOf writes the mean of two rows, or the one row that both are.
func meanOf(dst, a, b []byte) {
	if &a[0] == &b[0] {
		copy(dst, a)
		return
	}
	for len(dst) >= 8 && len(a) >= 8 && len(b) >= 8 {
		x, y := le.Uint64(a), le.Uint64(b)
		le.PutUint64(dst, (x|y)-(x^y)>>1&sevenBits)
		dst, a, b = dst[8:], a[8:], b[8:]
	}
	for i := range dst {
		dst[i] = meanOfTwo(a[i], b[i])
	}
}

// join writes even[0], odd[0], even[1]... to dst, whose length is even. Of a
// row that is one byte too short the last byte counts twice.
func join(dst, even, odd []byte) {
	for len(dst) >= 16 && len(even) >= 8 && len(odd) >= 8 {
		x, y := le.Uint64(even), le.Uint64(odd)
		le.PutUint64(dst, spread(x&0xffffffff)|spread(y&0xffffffff)<<8)
		le.PutUint64(dst[8:16], spread(x>>32)|spread(y>>32)<<8)
		dst, even, odd = dst[16:], even[8:], odd[8:]
	}
	for i := range len(dst) / 2 {
		dst[2*i], dst[2*i+1] = even[min(i, len(even)-1)], odd[min(i, len(odd)-1)]
	}
}

// weave writes a packed row whose luma is at byte at of each two, 0 or 1. The
// last luma counts twice if their number is odd.
func weave(dst, luma, u, v []byte, at int) {
	for len(dst) >= 16 && len(luma) >= 8 && len(u) >= 4 && len(v) >= 4 {
		even := le.Uint64(luma)
		odd := spread(uint64(le.Uint32(u))) | spread(uint64(le.Uint32(v)))<<8
		if at == 1 {
			even, odd = odd, even
		}
		le.PutUint64(dst, spread(even&0xffffffff)|spread(odd&0xffffffff)<<8)
		le.PutUint64(dst[8:16], spread(even>>32)|spread(odd>>32)<<8)
		dst, luma, u, v = dst[16:], luma[8:], u[4:], v[4:]
	}
	for i := range len(dst) / 4 {
		p := dst[4*i : 4*i+4]
		p[at], p[at+2] = luma[2*i], luma[min(2*i+1, len(luma)-1)]
		p[1-at], p[3-at] = u[i], v[i]
	}
}

// swapPairs exchanges the bytes of each two: all the difference between UYVY
// and YUYV.
func swapPairs(dst, src []byte) {
	for len(dst) >= 8 && len(src) >= 8 {
		x := le.Uint64(src)
		le.PutUint64(dst, x&evenBytes<<8|x>>8&evenBytes)
		dst, src = dst[8:], src[8:]
	}
	for i := 0; i+1 < len(dst) && i+1 < len(src); i += 2 {
		dst[i], dst[i+1] = src[i+1], src[i]
	}
}
