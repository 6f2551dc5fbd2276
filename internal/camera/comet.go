package camera

import (
	"image"
	"math"
)

// lap is how many frames the comet takes to come round.
const lap = 120

// The tail is drawn at three places for each frame gone by, of which so many
// can still be seen.
const (
	perFrame = 3
	tail     = 16 * perFrame
)

// comet is what moves on the card: its place follows from the sequence number
// alone, so that a frozen, repeated or late picture can be seen with the eye.
type comet struct {
	head, trail *mask
	places      [lap * perFrame]image.Point
}

var (
	cometHead  = toYCC(0xff, 0xf1, 0xd6)
	cometTrail = toYCC(0xff, 0x9d, 0x2e)
)

func newComet(g geometry) *comet {
	c := &comet{head: newMask(1.15 * g.u), trail: newMask(0.75 * g.u)}
	for i := range c.places {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(c.places)))
		c.places[i] = image.Pt(int(math.Round(g.cx+g.track()*sin)), int(math.Round(g.cy-g.track()*cos)))
	}
	return c
}

// draw puts the comet of frame sequence on c.
func (k *comet) draw(c *canvas, sequence uint64) {
	now := int(sequence%lap) * perFrame
	for i := tail; i > 0; i-- {
		age := float64(i) / (tail + 1)
		k.put(c, k.trail, cometTrail, int(140*(1-age)*(1-age)), now-i)
	}
	k.put(c, k.head, cometHead, 255, now)
}

func (k *comet) put(c *canvas, m *mask, col ycc, alpha, n int) {
	p := k.places[(n+len(k.places))%len(k.places)]
	c.blend(m, col, alpha, (p.X-m.size/2)&^1, (p.Y-m.size/2)&^1)
}

// mask is a disc's coverage in a square of even size.
type mask struct {
	size  int
	alpha []byte
}

func newMask(radius float64) *mask {
	m := &mask{size: 2*int(math.Ceil(radius)) + 2}
	m.size += m.size & 1
	m.alpha = make([]byte, m.size*m.size)
	mid := float64(m.size) / 2
	shape := disc(mid, mid, radius)
	for i := range m.alpha {
		m.alpha[i] = byte(255 * shape(float64(i%m.size)+0.5, float64(i/m.size)+0.5))
	}
	return m
}

// mean is the coverage of two pixels in each of rows rows.
func (m *mask) mean(x, y, rows int) int {
	sum := 0
	for j := range rows {
		at := (y+j)*m.size + x
		sum += int(m.alpha[at]) + int(m.alpha[at+1])
	}
	return sum / (2 * rows)
}
