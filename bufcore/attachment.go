package bufcore

import "slices"

// Ask is what an attach is asked with. The zero value is a reader in order of a
// device without limits, of no direction: Direction must be set.
type Ask struct {
	Device    Device
	Direction Direction
	Policy    Policy // of a reader
	Way       Way    // should it be late

	// Moves says that the participant follows moves: it answers every Storage
	// by Ready, once it has mapped it and let go of what it replaces.
	Moves bool
	// Dispensable says that the limits go on holding when the attachment has
	// gone: it leaves a reservation behind.
	Dispensable bool
	// Claim is a reservation that the attachment takes up; nil: none.
	Claim *Reservation
	// Account is charged with what a participant keeps for good; nil: nobody.
	Account *Account
}

// Attachment is one device on one set.
type Attachment struct {
	// Tag is the host's own; nothing here looks at it.
	Tag any

	ask    Ask
	chosen Device // the device, with an alternative chosen of each that it has
	limits []Fact // the device's, told
	set    *Set
	to     Listener // the host, or an organ of the set
	inner  bool     // the latter

	standing standing
	place    uint8 // in Holders, while attached
	mapped   bool
	stopped  bool
	held     int // frames
	since    Time
	stuck    Time // since when others wait for a release; 0: they do not

	shown, told uint32   // the newest generation shown and the newest retired
	unready     []uint32 // generations shown and not answered by Ready

	behind backlog

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
	entering          // its way out is being gone
	refused
	detached
)

var standingNames = [...]string{"attached", "queued", "late", "lined up", "entering", "refused", "detached"}

func (st standing) String() string { return standingNames[st] }

// Device returns what was attached, to be read only.
func (a *Attachment) Device() Device { return a.ask.Device }

// Direction returns whether a reads or writes.
func (a *Attachment) Direction() Direction { return a.ask.Direction }

// Policy returns what a wants when it cannot keep up.
func (a *Attachment) Policy() Policy { return a.ask.Policy }

// Way returns what a asked for should it be late.
func (a *Attachment) Way() Way { return a.ask.Way }

// Reservation returns the place that a has claimed or, if it is dispensable,
// will leave behind; nil if there is none.
func (a *Attachment) Reservation() *Reservation { return a.ask.Claim }

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

func newAttachment(s *Set, ask Ask) *Attachment {
	ask.Device = ask.Device.clone()
	return &Attachment{
		ask: ask, chosen: ask.Device.first(), limits: ask.Device.Limits.Facts(),
		set: s, to: s.host, since: s.host.Now(),
	}
}

// newOrgan returns an attachment of s's own.
func newOrgan(s *Set, ask Ask, to Listener) *Attachment {
	a := newAttachment(s, ask)
	a.to, a.inner = to, true
	return a
}

func (a *Attachment) name() string { return a.ask.Device.Name }
func (a *Attachment) writes() bool { return a.ask.Direction == Write }
func (a *Attachment) reads() bool  { return a.ask.Direction == Read && !a.stopped }

// holds is how many frames a may hold at once by its limits.
func (a *Attachment) holds() int { return int(a.chosen.Limits.held()) }

// show gives a the storage of g to map.
func (a *Attachment) show(g *Generation) {
	a.shown = max(a.shown, g.Number)
	a.unready = append(a.unready, g.Number)
	a.to.Storage(a, g)
}

// tell tells a, if it ever saw g, that g is retired.
func (a *Attachment) tell(g *Generation) {
	if g.Number > a.shown {
		return
	}
	a.told = max(a.told, g.Number)
	a.unready = slices.DeleteFunc(a.unready, func(n uint32) bool { return n <= g.Number })
	a.to.Retired(a, g)
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

func (a *Attachment) parties() []party { return a.ask.Device.parties(a.ask.Direction) }
