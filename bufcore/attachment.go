package bufcore

import "slices"

// Attachment is one device on one set.
type Attachment struct {
	// Tag is the host's own; nothing here looks at it.
	Tag any

	device    Device
	limits    []Fact // the device's, told
	direction Direction
	policy    Policy
	way       Way

	standing standing
	place    uint8 // in Holders, while attached
	mapped   bool
	stopped  bool
	held     int // frames
	since    Time

	shown, told uint32   // the newest generation shown and the newest retired
	unready     []uint32 // generations shown and not answered by Ready; at most two

	admitted      Way // how it came in late; 0 if it was not late
	frames, drops uint64
}

// standing is where an attachment is on its way into the set.
type standing uint8

const (
	attached standing = iota
	queued            // came while the first storage was being made
	late              // strictly refused; goes on if the host says so
	lined             // waits for its way out to be tried
	entering          // a generation is being made for it
	refused
	detached
)

var standingNames = [...]string{"attached", "queued", "late", "lined up", "entering", "refused", "detached"}

func (st standing) String() string { return standingNames[st] }

// Device returns what was attached, to be read only.
func (a *Attachment) Device() Device { return a.device }

// Direction returns whether a reads or writes.
func (a *Attachment) Direction() Direction { return a.direction }

// Policy returns what a wants when it cannot keep up.
func (a *Attachment) Policy() Policy { return a.policy }

// Way returns what a asked for should it be late.
func (a *Attachment) Way() Way { return a.way }

// Queued says that the attach has no answer yet, because storage is being made
// just now: Host.Attached or Host.Refused follows.
func (a *Attachment) Queued() bool { return a.standing == queued }

// Attached says that a is a member of its set, be it since before the first map
// or by a way out.
func (a *Attachment) Attached() bool { return a.standing == attached }

// Mapped says that a has asked for a map.
func (a *Attachment) Mapped() bool { return a.mapped }

// Held returns the number of frames that a holds, of all generations.
func (a *Attachment) Held() int { return a.held }

func newAttachment(d Device, dir Direction, p Policy, way Way, now Time) *Attachment {
	d = d.clone()
	return &Attachment{
		device: d, limits: d.Limits.Facts(),
		direction: dir, policy: p, way: way, since: now,
	}
}

func (a *Attachment) reads() bool { return a.direction == Read && !a.stopped }

// show notes that a has been shown g.
func (a *Attachment) show(g *Generation) {
	a.shown = g.Number
	a.unready = append(a.unready, g.Number)
}

// tell notes that a has been told of g's retirement, and returns false if it
// never saw g.
func (a *Attachment) tell(g *Generation) bool {
	if g.Number > a.shown {
		return false
	}
	a.told = max(a.told, g.Number)
	a.unready = slices.DeleteFunc(a.unready, func(n uint32) bool { return n <= g.Number })
	return true
}

// answer takes a Ready off the list. A late answer for a generation that is
// gone by now crossed its retirement and is nobody's fault.
func (a *Attachment) answer(number uint32) bool {
	if i := slices.Index(a.unready, number); i >= 0 {
		a.unready = slices.Delete(a.unready, i, i+1)
		return true
	}
	return number != 0 && number <= a.told
}

func (a *Attachment) parties() []party { return a.device.parties(a.direction) }
