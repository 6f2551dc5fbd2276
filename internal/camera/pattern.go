package camera

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"slices"
	"sync"
	"time"

	"twostep/fourcc"
	"twostep/internal/sys"
)

// The extents that a Pattern can have, in pixels: below the least the stamp and
// the card find no room, above the most nobody has asked.
const (
	MinPatternWidth  = 512
	MinPatternHeight = 288
	MaxPatternExtent = 8192
)

// ErrNotFillable is returned by Fill when no shot waits to be filled, or the
// target is not what the source delivers.
var ErrNotFillable = errors.New("nothing to fill")

// PatternConfig chooses what a Pattern draws. The zero value is 1280x720 at 30
// frames per second, free-running, in every format there is.
type PatternConfig struct {
	// Width and Height are in pixels, and even. Zero means 1280 and 720.
	Width, Height int
	// Num/Den is the rate in frames per second. Zero means 30/1.
	Num, Den int
	// Formats are the fourccs to offer, preferred first. Empty means YUYV, NV12
	// and YU12. Other fourccs are refused.
	Formats []fourcc.Code
	// Stepped makes every frame wait for a Step. Such a pattern keeps a time of
	// its own, which advances by one frame time per step from when it was
	// started: what it delivers is the same on a slow machine.
	Stepped bool
}

// withDefaults fills in what is zero, and refuses what cannot be drawn.
func (c PatternConfig) withDefaults() (PatternConfig, error) {
	if c.Width == 0 && c.Height == 0 {
		c.Width, c.Height = 1280, 720
	}
	if c.Num == 0 && c.Den == 0 {
		c.Num, c.Den = 30, 1
	}
	if len(c.Formats) == 0 {
		c.Formats = []fourcc.Code{fourcc.YUYV, fourcc.NV12, fourcc.YU12}
	}
	if c.Width < MinPatternWidth || c.Height < MinPatternHeight ||
		max(c.Width, c.Height) > MaxPatternExtent || (c.Width|c.Height)&1 != 0 {
		return c, fmt.Errorf("pattern of %dx%d is %w: it has even extents from %dx%d to %dx%d",
			c.Width, c.Height, ErrNotOffered, MinPatternWidth, MinPatternHeight, MaxPatternExtent, MaxPatternExtent)
	}
	if c.Num <= 0 || c.Den <= 0 || c.Num/c.Den > 1000 {
		return c, fmt.Errorf("pattern at %d/%d frames per second: it runs from 1/%d to 1000", c.Num, c.Den, c.Den)
	}
	return c, nil
}

// Pattern is a camera that needs no device: a test card with a clock, the frame
// number, something that moves and the frame stamp, drawn straight into the
// buffer that it is to be in. Nothing is copied after the capture.
type Pattern struct {
	config    PatternConfig
	backdrops map[fourcc.Code]*backdrop
	comet     *comet
	clock     *digits
	counter   *digits
	geometry  geometry

	ticks  ticker
	shot   Shot
	ready  bool // shot is there and has not been filled
	zero   time.Duration
	closed chan struct{}
	once   sync.Once
}

var _ Source = (*Pattern)(nil)

// NewPattern prepares the card in every format that c asks for, which takes
// some tens of milliseconds, so that no frame has to.
func NewPattern(c PatternConfig) (*Pattern, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	g := geometryOf(c.Width, c.Height)
	f, err := newFaces(g.u)
	if err != nil {
		return nil, err
	}
	p := &Pattern{config: c, geometry: g, comet: newComet(g), closed: make(chan struct{}),
		clock: newDigits(f.clock), counter: newDigits(f.frame)}
	p.ticks = newTicker(c, p.closed)
	return p, p.prepare(f)
}

// prepare makes one backdrop per format.
func (p *Pattern) prepare(f *faces) error {
	p.backdrops = make(map[fourcc.Code]*backdrop)
	card := drawCard(p.geometry, f)
	labelled := image.NewRGBA(card.Bounds())
	for _, code := range p.config.Formats {
		draw.Draw(labelled, card.Bounds(), card, image.Point{}, draw.Src)
		p.geometry.label(labelled, f, rateText(p.config.Num, p.config.Den), code)
		b, err := newBackdrop(code, labelled)
		if err != nil {
			return fmt.Errorf("pattern in %s: %w", code, err)
		}
		p.backdrops[code] = b
	}
	return nil
}

// rateText is "30", or "29.97".
func rateText(num, den int) string {
	if num%den == 0 {
		return fmt.Sprint(num / den)
	}
	return fmt.Sprintf("%.2f", float64(num)/float64(den))
}

// Name is "pattern".
func (p *Pattern) Name() string { return "pattern" }

// Formats lists what the pattern was made with, all linear.
func (p *Pattern) Formats() []fourcc.Format {
	var f []fourcc.Format
	for _, code := range p.config.Formats {
		f = append(f, fourcc.Format{Code: code, Modifier: fourcc.Linear})
	}
	return f
}

// Extent is the size of the card in pixels.
func (p *Pattern) Extent() (width, height int) { return p.config.Width, p.config.Height }

// Rate is the rate it was made with.
func (p *Pattern) Rate() (num, den int) { return p.config.Num, p.config.Den }

// Start sets the clock: frame 0 is captured one frame time later, or with the
// first step. The clock on the card shows the time of day; that of a stepped
// pattern counts from midnight.
func (p *Pattern) Start() error {
	select {
	case <-p.closed:
		return ErrClosed
	default:
	}
	p.ticks.start(sys.Now())
	if !p.config.Stepped {
		now := time.Now()
		p.zero = now.Sub(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location()))
	}
	return nil
}

// Next waits for the next frame's time, or for a step. If frames came and went
// meanwhile the sequence number counts them.
func (p *Pattern) Next(ctx context.Context) (Shot, error) {
	p.ready = false
	n, at, err := p.ticks.wait(ctx)
	if err != nil {
		return Shot{}, err
	}
	p.shot, p.ready = Shot{Sequence: n, Time: at}, true
	return p.shot, nil
}

// Fill draws the shot into dst. It allocates nothing; copied is 0.
func (p *Pattern) Fill(dst Target) (copied int, err error) {
	if !p.ready {
		return 0, ErrNotFillable
	}
	b := p.backdrops[dst.Layout.Code]
	if b == nil || dst.Layout.Width != p.config.Width || dst.Layout.Height != p.config.Height {
		return 0, fmt.Errorf("%w: %s of %dx%d is not what the pattern draws",
			ErrNotFillable, dst.Layout.Code, dst.Layout.Width, dst.Layout.Height)
	}
	c, err := canvasOf(dst.Layout, dst.Mem)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNotFillable, err)
	}
	p.ready = false
	b.copyTo(dst.Layout, dst.Mem)
	p.comet.draw(&c, p.shot.Sequence)
	p.texts(&c)
	c.stamp(uint32(p.shot.Sequence))
	return 0, nil
}

// texts writes the clock, HH:MM:SS.mmm, and the frame number.
func (p *Pattern) texts(c *canvas) {
	var buf [24]byte
	ms := uint64((p.zero + p.ticks.since(p.shot.Time)) / time.Millisecond)
	text := number(buf[:0], ms/3_600_000%24, 2)
	text = number(append(text, colon), ms/60_000%60, 2)
	text = number(append(text, colon), ms/1000%60, 2)
	text = number(append(text, point), ms%1000, 3)
	p.clock.write(c, text, p.geometry.at(0, -0.75))
	p.counter.write(c, number(buf[:0], p.shot.Sequence%100_000_000, 6), p.geometry.at(0, 21))
}

// Step lets one more frame of a stepped pattern happen.
func (p *Pattern) Step() { p.ticks.step() }

// Close ends a Next that is waiting.
func (p *Pattern) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Offers says whether the pattern can deliver code.
func (p *Pattern) Offers(code fourcc.Code) bool { return slices.Contains(p.config.Formats, code) }
