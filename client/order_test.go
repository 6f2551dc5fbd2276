package client

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"twostep/protocol"
)

// whole is the story of a consumer's life, in an order that is true of each of
// its two objects by itself.
type whole struct {
	lane    []func() // records, in order
	storage []func() // generations and retirements, in order
	want    []uint64 // the sequence numbers that must come, in order
}

// write makes up a life: generations with some frames each, each retired once
// the next has begun. No two frames that may be held at once share a buffer.
func (w *whole) write(rt *rapid.T, t testing.TB, f *fake) {
	sequence := uint64(0)
	for g := range uint32(rapid.IntRange(1, 4).Draw(rt, "generations")) {
		number, serial := g+1, 100*g+1
		buffers := rapid.IntRange(1, 4).Draw(rt, "buffers")
		w.storage = append(w.storage, func() { f.storage(t, number, serial, buffers) })
		for i := range uint32(rapid.IntRange(0, buffers).Draw(rt, "frames")) {
			n := sequence
			sequence++
			w.lane = append(w.lane, func() { f.record(protocol.LaneKindFrame, i, serial+i, n) })
			w.want = append(w.want, n)
		}
	}
}

// TestAnyOrderBetweenLaneAndStorageIsCopedWith interleaves the records of a lane
// with the announcements of its attachment at random, releases at random, and
// ends by a detach, a close or a retirement.
func TestAnyOrderBetweenLaneAndStorageIsCopedWith(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, f := connect(t)
		defer f.close()
		defer c.Close()
		var got []uint64
		var held []Frame
		a := consume(t, c, f, Consumer{Frame: func(fr Frame) {
			if want := byte(fr.Buffer.Serial); fr.Buffer.Mem[0] != want {
				rt.Errorf("frame %d begins with %d, want %d", fr.Sequence, fr.Buffer.Mem[0], want)
			}
			got, held = append(got, fr.Sequence), append(held, fr)
		}})
		var w whole
		w.write(rt, t, f)
		for len(w.lane)+len(w.storage) > 0 {
			from := &w.lane
			if len(w.lane) == 0 || len(w.storage) > 0 && rapid.Bool().Draw(rt, "storage first") {
				from = &w.storage
			}
			f.do((*from)[0])
			*from = (*from)[1:]
			settle(t, c)
			held = releaseSome(rt, t, a, held)
		}
		if !slices.Equal(got, w.want) {
			rt.Errorf("frames %v, want %v", got, w.want)
		}
		end(rt, t, c, f, a)
		for _, fr := range held {
			if err := a.Release(fr); err != nil {
				rt.Error(err)
			}
		}
		if n := memfds(t); n != 0 {
			rt.Errorf("%d mappings are left", n)
		}
	})
}

func releaseSome(rt *rapid.T, t testing.TB, a *Attachment, held []Frame) []Frame {
	return slices.DeleteFunc(held, func(fr Frame) bool {
		if !rapid.Bool().Draw(rt, "release") {
			return false
		}
		if err := a.Release(fr); err != nil {
			rt.Error(err)
		}
		return true
	})
}

func end(rt *rapid.T, t testing.TB, c *Conn, f *fake, a *Attachment) {
	switch rapid.SampledFrom([]string{"detach", "close", "ended", "retired"}).Draw(rt, "end") {
	case "detach":
		a.Detach()
	case "close":
		c.Close()
	case "ended":
		f.do(func() { f.attachment.Ended("over") })
		settle(t, c)
	case "retired":
		f.do(func() {
			for g := range uint32(4) {
				f.attachment.Retired(g + 1)
			}
		})
		settle(t, c)
	}
}
