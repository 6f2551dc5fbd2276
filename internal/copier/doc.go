// Package copier makes copies of pictures, in another format if need be: what a
// device that comes late is given by the way out named bounce.
//
// The median time of a copy in microseconds, 1280x720, no padding, in the cache,
// plain Go on one core of an EPYC of 2024; 1920x1080 takes 2.2 times as long:
//
//	from \ to   YUYV  UYVY  NV12  NV16  YU12  XR24  AR24
//	YUYV          47   250   440   450   510  1950  1930
//	UYVY         250    46   440   450   510  2100  2100
//	NV12         440   440    28    31   130  1890  1910
//	NV16         430   430   120    37   220  1870  1870
//	YU12         670   670   130   240    27  2220  2240
//	XR24        2800  2800  2130  3030  2260    96   500
//	AR24        2880  2880  2150  3100  2290    95    95
//
// R8 is copied to R8 alone, in 17. A copy within a format takes as long as a bare
// copy of its bytes; YUYV to NV12 9 times that, to XR24 19 times.
//
// Between formats of YUV luma stays as it is. Two rows of chroma become one by
// their mean, halves up; one becomes two by repetition, and is taken from the
// upper left without interpolation. What an odd width or height leaves over goes
// by itself; the luma that a packed row then has too many repeats the last one,
// unless the source has one there.
//
// Colours are BT.601 in limited range. YUV becomes exactly the words that
// render/soft draws, opaque. Words become YUV as internal/camera does it, with
// the chroma of the mean of the pixels that share it; alpha is dropped, which
// shows a premultiplied picture over black. Words that go through YUV, where
// all pixels that share chroma are alike, come back within 2 of each colour;
// YUV that goes through words, if it is a colour that words have, within 1.
//
// Copies are not split among goroutines: at 1280x720 the slowest takes a fifth
// of a frame's time at 60 Hz, and other cores have other work.
package copier
