package camera

import (
	"twostep/fourcc"
	"twostep/internal/stamp"
)

// bandHeight is how high the stamp's two rows are, in pixels.
const bandHeight = 16

// stamp draws the frame stamp over a picture of any colours: the cells are to
// be grey, so that a screen, too, shows them black and white.
func (p yuvPicture) stamp(width, height int, sequence uint32) {
	luma := stamp.Luma{Pix: p.planes[0].pix, Step: 1, Stride: p.planes[0].stride, Width: width, Height: height}
	switch p.code {
	case fourcc.YUYV:
		luma.Step = 2
	case fourcc.UYVY:
		luma.Step, luma.Pix = 2, luma.Pix[1:]
	}
	if width < stamp.MinWidth || height < stamp.MinHeight {
		return
	}
	p.greyRows(0, bandHeight)
	p.greyRows(height-bandHeight, height)
	stamp.Draw(luma, sequence)
}

// greyRows takes the colour from luma rows from to to, as wide as a stamp.
func (p yuvPicture) greyRows(from, to int) {
	switch p.code {
	case fourcc.YUYV:
		p.planes[0].grey(from, to, 1, 2, stamp.MinWidth)
	case fourcc.UYVY:
		p.planes[0].grey(from, to, 0, 2, stamp.MinWidth)
	case fourcc.NV12:
		p.planes[1].grey(from/2, (to+1)/2, 0, 1, stamp.MinWidth)
	case fourcc.YU12:
		p.planes[1].grey(from/2, (to+1)/2, 0, 1, stamp.MinWidth/2)
		p.planes[2].grey(from/2, (to+1)/2, 0, 1, stamp.MinWidth/2)
	}
}

// grey sets n chroma samples of each row, step bytes apart, to no colour.
func (p yuvPlane) grey(from, to, first, step, n int) {
	for y := from; y < to; y++ {
		row := p.line(y)
		for i := range n {
			row[first+i*step] = 128
		}
	}
}
