package copier

import (
	"bytes"
	"testing"

	"twostep/fourcc"
)

// fuzzed is a layout of up to three planes from bytes, at times that which the
// format asks for.
func fuzzed(in []byte, c fourcc.Code, w, h int) fourcc.Layout {
	l, err := fourcc.LayoutOf(c, w, h, fourcc.Align{})
	if err != nil {
		l = fourcc.Layout{Code: c, Width: w, Height: h}
	}
	for i := 0; i+3 < len(in) && i < 12; i += 4 {
		if i/4 == len(l.Planes) {
			l.Planes = append(l.Planes, fourcc.Plane{})
		}
		p := &l.Planes[i/4]
		p.Offset += int(int8(in[i])) << (in[i+1] % 64)
		p.Stride += int(int8(in[i+2])) << (in[i+3] % 64)
	}
	return l
}

// FuzzCopy gives Copy layouts that need not make sense, and memory that ends
// where it may not. It must not reach beyond the slices, and either do what
// the model does or nothing.
func FuzzCopy(f *testing.F) {
	f.Add(uint8(0), uint8(2), int16(9), int16(7), []byte{}, []byte{}, uint16(500), uint16(500))
	f.Add(uint8(2), uint8(4), int16(16), int16(2), []byte{1, 1, 1, 4, 5, 3, 1, 0}, []byte{3, 2, 1, 0}, uint16(900), uint16(400))
	f.Add(uint8(5), uint8(1), int16(3), int16(3), []byte{1, 63, 1, 62}, []byte{255, 0, 255, 0}, uint16(36), uint16(36))
	f.Fuzz(func(t *testing.T, to, from uint8, w, h int16, dstPlanes, srcPlanes []byte, dstLen, srcLen uint16) {
		if w > 200 || h > 50 {
			return
		}
		dst := frame{fuzzed(dstPlanes, codes[int(to)%len(codes)], int(w), int(h)), walled(int(dstLen))}
		src := frame{fuzzed(srcPlanes, codes[int(from)%len(codes)], int(w), int(h)), walled(int(srcLen))}
		before := bytes.Clone(dst.Mem)
		err := Copy(dst.Mem, dst.Layout, src.Mem, src.Layout)
		if wall := dst.Mem[:cap(dst.Mem)][dstLen:]; !bytes.Equal(wall, bytes.Repeat([]byte{0xee}, len(wall))) {
			t.Fatal("wrote beyond the slice")
		}
		if err != nil && !bytes.Equal(dst.Mem, before) {
			t.Fatalf("the destination has changed: %v", err)
		}
		if err == nil && apart(dst.Layout) {
			if i := firstDifference(dst.Mem, want(frame{dst.Layout, before}, src)); i >= 0 {
				t.Fatalf("byte %d is not as the model says\nfrom %+v\nto   %+v", i, src.Layout, dst.Layout)
			}
		}
	})
}

// walled returns memory behind which there is more, which no one may touch.
func walled(n int) []byte {
	all := bytes.Repeat([]byte{0xee}, n+64)
	for i := range all[:n] {
		all[i] = byte(i * 31)
	}
	return all[:n]
}

// apart reports whether the planes do not share bytes.
func apart(l fourcc.Layout) bool {
	for i, a := range l.Planes {
		for _, b := range l.Planes[:i] {
			if a.Offset < b.Offset+b.Rows*b.Stride && b.Offset < a.Offset+a.Rows*a.Stride {
				return false
			}
		}
	}
	return true
}
