package fourcc_test

import (
	"fmt"

	"twostep/fourcc"
)

// A display wants strides of whole cache lines, an encoder planes that begin on
// a page.
func ExampleLayoutOf() {
	layout, err := fourcc.LayoutOf(fourcc.NV12, 1000, 720, fourcc.Align{Stride: 64, Offset: 4096})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range layout.Planes {
		fmt.Printf("at %d: %d rows of %d bytes, %d used\n", p.Offset, p.Rows, p.Stride, p.RowBytes)
	}
	fmt.Println(layout.Code, layout.Bytes, "bytes")
	// Output:
	// at 0: 720 rows of 1024 bytes, 1000 used
	// at 737280: 360 rows of 1024 bytes, 1000 used
	// NV12 1105920 bytes
}
