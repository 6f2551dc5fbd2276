package client

import (
	"errors"
	"syscall"
	"testing"

	"twostep/fourcc"
	"twostep/internal/sys"
	"twostep/protocol"
)

// story is an announcement of one NV12 generation, true unless changed.
type story struct {
	number               uint32
	code                 fourcc.Code
	modifier             uint64
	width, height, bytes uint32
	planes, buffers      uint32
	plane                [][3]uint32 // index, offset, stride
	buffer               [][2]uint32 // index, serial
	fd                   func(t testing.TB) *sys.FD
	done                 uint32
}

func truth() story {
	return story{number: 1, code: fourcc.NV12, width: 64, height: 32, bytes: 64 * 48, planes: 2, buffers: 2,
		plane: [][3]uint32{{0, 0, 64}, {1, 64 * 32, 64}}, buffer: [][2]uint32{{0, 1}, {1, 2}},
		fd: func(t testing.TB) *sys.FD { return memfd(t, 64*48, 0) }, done: 1}
}

func (s story) tell(t testing.TB, f *fake) {
	hi, lo := protocol.Words(s.modifier)
	f.attachment.Storage(s.number, uint32(s.code), hi, lo, s.width, s.height, s.bytes, s.planes, s.buffers)
	for _, p := range s.plane {
		f.attachment.Plane(p[0], p[1], p[2])
	}
	for _, b := range s.buffer {
		fd := s.fd(t)
		f.attachment.Buffer(b[0], b[1], fd)
		fd.Close()
	}
	f.attachment.StorageDone(s.done)
}

// unsealed is a file that its sender may still truncate.
func unsealed(t testing.TB) *sys.FD {
	fd, err := sys.Memfd("clienttest", 64*48)
	if err != nil {
		t.Fatal(err)
	}
	return fd
}

// device is no file at all, and can be mapped all the same.
func device(t testing.TB) *sys.FD {
	raw, err := syscall.Open("/dev/zero", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return sys.NewFD(raw)
}

func TestStorageIsCheckedBeforeItIsMapped(t *testing.T) {
	for name, lie := range map[string]func(s *story){
		"no buffers":                func(s *story) { s.buffers, s.buffer = 0, nil },
		"too many buffers":          func(s *story) { s.buffers = 65 },
		"absurdly many buffers":     func(s *story) { s.buffers = 1<<32 - 1 },
		"fewer than announced":      func(s *story) { s.buffer = s.buffer[:1] },
		"more than announced":       func(s *story) { s.buffer = append(s.buffer, [2]uint32{2, 3}) },
		"a buffer twice":            func(s *story) { s.buffer[1][0] = 0 },
		"a serial twice":            func(s *story) { s.buffer[1][1] = 1 },
		"no bytes":                  func(s *story) { s.bytes = 0 },
		"absurdly many bytes":       func(s *story) { s.bytes = 1<<32 - 1 },
		"more bytes than there are": func(s *story) { s.bytes = 64*48 + 1 },
		"fewer bytes than planes":   func(s *story) { s.bytes = 64*48 - 1 },
		"a plane missing":           func(s *story) { s.plane = s.plane[:1] },
		"a plane twice":             func(s *story) { s.plane[1][0] = 0 },
		"a plane too many":          func(s *story) { s.plane = append(s.plane, [3]uint32{2, 0, 64}) },
		"wrong number of planes":    func(s *story) { s.planes = 1 },
		"offset out of bounds":      func(s *story) { s.plane[1][1] = 1 << 31 },
		"offset that wraps":         func(s *story) { s.plane[1][1] = 1<<32 - 64 },
		"stride out of bounds":      func(s *story) { s.plane[0][2] = 1<<32 - 1 },
		"stride too small":          func(s *story) { s.plane[0][2] = 63 },
		"width 0":                   func(s *story) { s.width = 0 },
		"absurd height":             func(s *story) { s.height = 1<<32 - 1 },
		"fourcc that was not asked": func(s *story) { s.code = fourcc.YUYV },
		"modifier":                  func(s *story) { s.modifier = 7 },
		"another generation done":   func(s *story) { s.done = 2 },
		"generation 0":              func(s *story) { s.number, s.done = 0, 0 },
		"unsealed fd":               func(s *story) { s.fd = unsealed },
		"fd of a device":            func(s *story) { s.fd = device },
	} {
		t.Run(name, func(t *testing.T) {
			before := memfds(t)
			c, f := connect(t)
			a := consume(t, c, f, Consumer{Storage: func(*Generation) { t.Error("the lie was believed") }})
			s := truth()
			lie(&s)
			f.do(func() { s.tell(t, f) })
			if err := pump(t, c, never); !errors.Is(err, ErrBroker) {
				t.Error(err)
			}
			c.Close()
			if len(a.generations) != 0 || memfds(t) != before {
				t.Errorf("%d generations, %d mappings", len(a.generations), memfds(t)-before)
			}
		})
	}
}

func TestTrueStoryIsBelieved(t *testing.T) {
	c, f := connect(t)
	n := 0
	consume(t, c, f, Consumer{Storage: func(*Generation) { n++ }})
	f.do(func() { truth().tell(t, f) })
	settle(t, c)
	if n != 1 {
		t.Errorf("%d generations", n)
	}
}

func TestEventsOutOfPlaceAreTheBrokersFault(t *testing.T) {
	for name, send := range map[string]func(f *fake){
		"plane without storage":  func(f *fake) { f.attachment.Plane(0, 0, 64) },
		"buffer without storage": func(f *fake) { fd := memfd(t, 4096, 0); f.attachment.Buffer(0, 1, fd); fd.Close() },
		"done without storage":   func(f *fake) { f.attachment.StorageDone(1) },
		"storage in storage": func(f *fake) {
			s := truth()
			f.attachment.Storage(1, uint32(s.code), 0, 0, 64, 32, s.bytes, 2, 2)
			f.attachment.Storage(2, uint32(s.code), 0, 0, 64, 32, s.bytes, 2, 2)
		},
		"generation that does not rise": func(f *fake) { f.storage(t, 3, 1, 1); f.storage(t, 3, 11, 1) },
		"more generations than a set has": func(f *fake) {
			for i := range uint32(9) {
				f.storage(t, 1+i, 1+i, 1)
			}
		},
		"serial of two generations": func(f *fake) { f.storage(t, 1, 1, 2); f.storage(t, 2, 2, 2) },
		"serial of a retired one":   func(f *fake) { f.storage(t, 1, 1, 2); f.attachment.Retired(1); f.storage(t, 2, 2, 1) },
		"idle to a consumer":        func(f *fake) { f.storage(t, 1, 1, 1); f.record(protocol.LaneKindIdle, 0, 1, 0) },
		"release to a consumer":     func(f *fake) { f.record(protocol.LaneKindRelease, 0, 1, 0) },
		"unknown kind":              func(f *fake) { f.record(77, 0, 1, 0) },
		"another buffer's serial":   func(f *fake) { f.storage(t, 1, 1, 2); f.record(protocol.LaneKindFrame, 0, 2, 0) },
		"frame in a buffer that is held": func(f *fake) {
			f.storage(t, 1, 1, 2)
			f.record(protocol.LaneKindFrame, 0, 1, 1)
			f.record(protocol.LaneKindFrame, 0, 1, 2)
		},
		"flood of records without storage": func(f *fake) {
			for i := range uint64(maxWaiting + 1) {
				f.record(protocol.LaneKindFrame, 0, 1, i)
			}
		},
		"short token": func(f *fake) { f.stream.Token([]byte("short")) },
	} {
		t.Run(name, func(t *testing.T) {
			before := memfds(t)
			c, f := connect(t)
			var held []Frame
			a := consume(t, c, f, Consumer{Frame: func(fr Frame) { held = append(held, fr) }})
			f.do(func() { send(f) })
			if err := pump(t, c, never); !errors.Is(err, ErrBroker) {
				t.Error(err)
			}
			c.Close()
			for _, fr := range held {
				if err := a.Release(fr); err != nil {
					t.Error(err)
				}
			}
			if memfds(t) != before {
				t.Errorf("%d mappings are left", memfds(t)-before)
			}
		})
	}
}

func TestFrameToAProducerIsTheBrokersFault(t *testing.T) {
	c, f := connect(t)
	produce(t, c, f, Producer{})
	f.do(func() { f.storage(t, 1, 1, 1); f.record(protocol.LaneKindFrame, 0, 1, 0) })
	if err := pump(t, c, never); !errors.Is(err, ErrBroker) {
		t.Error(err)
	}
}

func TestFloodOfGlobalsAndNamesEnds(t *testing.T) {
	for name, flood := range map[string]func(f *fake, i uint32){
		"globals": func(f *fake, i uint32) { f.registry.Global(i, string(rune('a'+i)), 1) },
		"streams": func(f *fake, i uint32) { f.broker.Listed(string(rune('a' + i))) },
	} {
		t.Run(name, func(t *testing.T) {
			c, f := connect(t)
			f.do(func() {
				for i := range uint32(2 * maxListed) {
					flood(f, i)
				}
			})
			if err := pump(t, c, never); !errors.Is(err, ErrBroker) {
				t.Error(err)
			}
		})
	}
}
