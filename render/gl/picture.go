package gl

import (
	"image"
	"unsafe"

	"github.com/go-gl/gl/v3.3-core/gl"

	"twostep/fourcc"
	"twostep/render"
)

// picture is the textures of a window's last picture, one per plane.
type picture struct {
	key    uint64
	drawn  uint64 // number of the scene that last had it
	code   fourcc.Code
	size   image.Point
	planes []plane
}

// plane is one texture.
type plane struct {
	name          uint32
	format        texelFormat
	width, height int // texels
}

// texelFormat is how a plane's bytes are told to GL.
type texelFormat struct {
	internal int32
	external uint32
	bytes    int // of a texel
}

var (
	oneByte   = texelFormat{gl.R8, gl.RED, 1}
	twoBytes  = texelFormat{gl.RG8, gl.RG, 2}
	fourBytes = texelFormat{gl.RGBA8, gl.RGBA, 4}
)

// newPicture makes textures for a layout that has been checked.
func newPicture(l *fourcc.Layout) *picture {
	q := &picture{code: l.Code, size: image.Pt(l.Width, l.Height)}
	half := image.Pt((l.Width+1)/2, (l.Height+1)/2)
	switch l.Code {
	case fourcc.NV12:
		q.planes = append(q.planes, newPlane(oneByte, q.size), newPlane(twoBytes, half))
	case fourcc.YUYV:
		q.planes = append(q.planes, newPlane(fourBytes, image.Pt(half.X, l.Height)))
	default:
		q.planes = append(q.planes, newPlane(fourBytes, q.size))
		swapRedBlue(l.Code)
	}
	return q
}

func newPlane(f texelFormat, size image.Point) plane {
	p := plane{texture(), f, size.X, size.Y}
	gl.TexImage2D(gl.TEXTURE_2D, 0, f.internal, int32(p.width), int32(p.height), 0, f.external, gl.UNSIGNED_BYTE, nil)
	return p
}

// swapRedBlue makes the texture that is bound read as red, green, blue what is
// in memory the other way round. Uploading as BGRA would convert on the CPU.
func swapRedBlue(code fourcc.Code) {
	gl.TexParameteri(gl.TEXTURE_2D, gl.TEXTURE_SWIZZLE_R, gl.BLUE)
	gl.TexParameteri(gl.TEXTURE_2D, gl.TEXTURE_SWIZZLE_B, gl.RED)
	if code == fourcc.XR24 {
		gl.TexParameteri(gl.TEXTURE_2D, gl.TEXTURE_SWIZZLE_A, gl.ONE)
	}
}

// holds says whether the textures fit a layout; strides do not matter.
func (q *picture) holds(l *fourcc.Layout) bool {
	return q.code == l.Code && q.size == image.Pt(l.Width, l.Height)
}

// load uploads the pixels and returns the scratch memory for the next time, and
// the bytes that it copied.
func (q *picture) load(p *render.Picture, scratch []byte) (grown []byte, copied int) {
	gl.ActiveTexture(gl.TEXTURE0)
	for i := range q.planes {
		t, from := &q.planes[i], &p.Layout.Planes[i]
		pix, stride := p.Mem[from.Offset:], from.Stride
		if stride%t.format.bytes != 0 {
			scratch = t.gather(pix, stride, scratch)
			pix, stride = scratch, t.width*t.format.bytes
			copied += len(scratch)
		}
		gl.BindTexture(gl.TEXTURE_2D, t.name)
		gl.PixelStorei(gl.UNPACK_ROW_LENGTH, int32(stride/t.format.bytes))
		gl.TexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, int32(t.width), int32(t.height), t.format.external, gl.UNSIGNED_BYTE, unsafe.Pointer(&pix[0]))
		copied += t.width * t.height * t.format.bytes
	}
	gl.PixelStorei(gl.UNPACK_ROW_LENGTH, 0)
	return scratch, copied
}

// gather copies rows together whose stride is no whole number of texels.
func (t *plane) gather(pix []byte, stride int, into []byte) []byte {
	row := t.width * t.format.bytes
	into = into[:0]
	for y := range t.height {
		into = append(into, pix[y*stride:][:row]...)
	}
	return into
}

// bind binds the planes to the units from 0 on.
func (q *picture) bind() {
	for i := range q.planes {
		gl.ActiveTexture(gl.TEXTURE0 + uint32(i))
		gl.BindTexture(gl.TEXTURE_2D, q.planes[i].name)
	}
}

func (q *picture) delete() {
	for i := range q.planes {
		gl.DeleteTextures(1, &q.planes[i].name)
	}
}
