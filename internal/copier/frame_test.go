package copier

import (
	"math/rand/v2"
	"testing"

	"twostep/fourcc"
)

var codes = []fourcc.Code{
	fourcc.YUYV, fourcc.UYVY, fourcc.NV12, fourcc.NV16, fourcc.YU12, fourcc.XR24, fourcc.AR24, fourcc.R8,
}

// frame is a picture and the memory it is in.
type frame struct {
	Layout fourcc.Layout
	Mem    []byte
}

// noisy makes a frame of random bytes, padding included.
func noisy(t testing.TB, c fourcc.Code, w, h int, a fourcc.Align, seed uint64) frame {
	t.Helper()
	l, err := fourcc.LayoutOf(c, w, h, a)
	if err != nil {
		t.Fatal(err)
	}
	f := frame{l, make([]byte, l.Bytes)}
	random := rand.New(rand.NewPCG(seed, 1))
	for i := range f.Mem {
		f.Mem[i] = byte(random.Uint32())
	}
	return f
}
