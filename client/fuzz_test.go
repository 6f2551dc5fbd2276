package client

import (
	"encoding/binary"
	"testing"
)

// say sends the messages that script spells: object, opcode and number of words
// of a byte each, the words, and a descriptor if the number is odd.
func (f *fake) say(t testing.TB, script []byte, objects []uint32) {
	out := f.conn.Out()
	for len(script) >= 3 {
		object, opcode, words := objects[int(script[0])%len(objects)], script[1]%12, int(script[2]%16)
		withFD := script[2]&16 != 0
		script = script[3:]
		out.Begin(object, uint16(opcode))
		for range words {
			var word [4]byte
			n := copy(word[:], script)
			script = script[n:]
			out.PutUint(binary.LittleEndian.Uint32(word[:]))
		}
		if withFD {
			fd := memfd(t, 64*48, 0)
			out.PutFD(fd)
			fd.Close()
		}
		out.End()
	}
}

// FuzzBroker has a broker say anything to a client that has one object of each
// kind. The client may end the connection, and must neither fail otherwise nor
// keep anything.
func FuzzBroker(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{3, 4, 0, 3, 6, 1, 1, 0, 0, 0})
	f.Add([]byte{3, 3, 9, 1, 0, 0, 0, 'N', 'V', '1', '2', 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 32, 0, 0, 0,
		0, 12, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0})
	f.Add([]byte{4, 0, 7, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 4096 {
			t.Skip("longer than it takes")
		}
		before := memfds(t)
		c, fake := connect(t)
		var held []Frame
		a := consume(t, c, fake, Consumer{Frame: func(fr Frame) { held = append(held, fr) }})
		objects := []uint32{1, fake.stream.ID, fake.set.ID, a.proxy.ID, a.lane.proxy.ID, fake.broker.ID}
		fake.do(func() { fake.storage(t, 1, 1, 2) })
		fake.do(func() { fake.say(t, script, objects) })
		_ = c.Roundtrip(patience)
		c.Close()
		fake.close()
		for _, fr := range held {
			if err := a.Release(fr); err != nil {
				t.Error(err)
			}
		}
		if n := memfds(t); n != before {
			t.Errorf("%d mappings are left", n-before)
		}
	})
}
