package protocol

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"twostep/fourcc"
	"twostep/internal/stamp"
	"twostep/internal/sys"
	"twostep/internal/wire"
)

// script says what the scripted server does with its one client.
type script struct {
	format      fourcc.Code
	first, step uint32 // frame numbers
	lateStorage bool   // announce the buffers after the first frames
	late        bool   // refuse, and then admit
	swapAt      int    // after so many frames, go on in a new generation
	refuseJoin  bool
	refuse      bool
	torn        bool
	endAt       int // after so many frames the producer goes
	fault       bool
}

var scriptToken = [16]byte{0xde, 0xad, 15: 0x01}

const scriptBuffers = 3

// scripted is a server for one stream, in which every attachment is answered as
// the script says. Each request must come as the client is known to send it.
type scripted struct {
	script
	t          *testing.T
	conn       *wire.Conn
	table      *wire.Table
	attachment AttachmentResource
	lane       LaneResource
	device     []string // what was said of it
	layout     fourcc.Layout
	generation uint32
	buffers    []*sys.Mapping
	files      []*sys.FD
	frames     int // sent
	released   int
}

func newScripted(t *testing.T, conn *wire.Conn, s script) *scripted {
	server := &scripted{script: s, t: t, conn: conn, table: wire.NewServerTable()}
	if s.format != 0 {
		// A stride and an offset of their own, so that neither can be guessed.
		layout, err := fourcc.LayoutOf(s.format, 640, 48, fourcc.Align{Stride: 1024, Offset: 4096})
		if err != nil {
			t.Error(err)
		}
		server.layout = layout
	}
	server.insert(1, ServeWlDisplay(1, scriptedDisplay{server}))
	return server
}

func (s *scripted) close() {
	for i := range s.files {
		_ = s.buffers[i].Unmap()
		_ = s.files[i].Close()
	}
}

func (s *scripted) insert(id uint32, e wire.Entry) {
	if err := s.table.Insert(id, e); err != nil {
		s.t.Error(err)
	}
}

// remove ends an object at the client's wish.
func (s *scripted) remove(id uint32) error {
	if s.table.Remove(id) {
		WlDisplayResource{ID: 1, Version: 1, Out: s.conn.Out()}.DeleteID(id)
	}
	return nil
}

// run serves until the client closes.
func (s *scripted) run() error {
	var batch wire.Batch
	defer batch.Close()
	if err := s.conn.SetReadDeadline(time.Now().Add(clientTime)); err != nil {
		return err
	}
	for {
		err := s.conn.ReadBatch(&batch)
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
			return nil
		}
		if err != nil {
			return err
		}
		for m := (wire.Message{}); batch.Next(&m); {
			if err := s.table.Dispatch(&batch, &m); err != nil {
				return err
			}
		}
		if err := s.flush(); err != nil {
			return err
		}
	}
}

func (s *scripted) flush() error {
	for {
		done, err := s.conn.Flush()
		if errors.Is(err, syscall.EPIPE) {
			return nil // the client's exit code says whether it may
		}
		if done || err != nil {
			return err
		}
		if err := s.conn.AwaitWritable(); err != nil {
			return err
		}
	}
}

// allocate makes a generation.
func (s *scripted) allocate() error {
	s.generation++
	for range scriptBuffers {
		fd, err := sys.Memfd("twostep-test", int64(s.layout.Bytes))
		if err != nil {
			return err
		}
		s.files = append(s.files, fd)
		mem, err := sys.MapWrite(fd, s.layout.Bytes)
		if err != nil {
			return err
		}
		s.buffers = append(s.buffers, mem)
	}
	return nil
}

func (s *scripted) announce() {
	l, a := s.layout, s.attachment
	a.Storage(s.generation, uint32(l.Code), 0, 0, uint32(l.Width), uint32(l.Height),
		uint32(l.Bytes), uint32(len(l.Planes)), scriptBuffers)
	for i, p := range l.Planes {
		a.Plane(uint32(i), uint32(p.Offset), uint32(p.Stride))
	}
	first := len(s.files) - scriptBuffers
	for i, fd := range s.files[first:] {
		a.Buffer(uint32(i), uint32(100+first+i), fd)
	}
	a.StorageDone(s.generation)
}

// frame sends the next frame.
func (s *scripted) frame() error {
	if s.endAt > 0 && s.frames == s.endAt {
		s.attachment.Ended("camera died")
		return nil
	}
	if s.swapAt > 0 && s.frames == s.swapAt {
		if err := s.allocate(); err != nil {
			return err
		}
		s.announce()
		s.attachment.Retired(s.generation - 1)
	}
	number := s.first + uint32(s.frames)*s.step
	index := s.frames % scriptBuffers
	buffer := len(s.buffers) - scriptBuffers + index
	mem := s.buffers[buffer].Bytes
	if err := stamp.DrawFrame(s.layout, mem, number); err != nil {
		return err
	}
	if s.torn {
		luma, err := stamp.LumaOf(s.layout, mem)
		if err != nil {
			return err
		}
		luma.Pix = luma.Pix[(luma.Height-stamp.MinHeight)*luma.Stride:]
		luma.Height = stamp.MinHeight
		stamp.Draw(luma, number+1)
	}
	s.frames++
	s.lane.Record(LaneKindFrame, uint32(index), uint32(100+buffer), 0, number, 0, 99)
	return nil
}

// begin is the answer to map.
func (s *scripted) begin() error {
	if s.late {
		s.attachment.Refused(uint32(syscall.EBUSY), StreamWayFit, "the buffers are backed", "")
	}
	if err := s.allocate(); err != nil {
		return err
	}
	if !s.lateStorage {
		s.announce()
	}
	if s.late {
		s.attachment.Admitted(StreamWayFit, s.generation, 0, s.first)
	}
	for range 2 { // as many as the client said that it holds
		if err := s.frame(); err != nil {
			return err
		}
	}
	if s.lateStorage {
		s.announce()
	}
	return nil
}

// The objects, each with the requests that the client sends.

type scriptedDisplay struct{ *scripted }

func (d scriptedDisplay) Sync(id uint32) error {
	d.insert(id, ServeWlCallback(1, nil))
	WlCallbackResource{ID: id, Version: 1, Out: d.conn.Out()}.Done(1)
	return d.remove(id)
}

func (d scriptedDisplay) GetRegistry(id uint32) error {
	d.insert(id, ServeWlRegistry(1, scriptedRegistry(d)))
	WlRegistryResource{ID: id, Version: 1, Out: d.conn.Out()}.Global(9, BrokerInterface.Name, BrokerInterface.Version) // of which it wants the first
	return nil
}

type scriptedRegistry struct{ *scripted }

func (r scriptedRegistry) Bind(name uint32, iface string, version, id uint32) error {
	if name != 9 || iface != BrokerInterface.Name || version != 1 {
		return fmt.Errorf("bind %d, %s, %d", name, iface, version)
	}
	r.insert(id, ServeBroker(1, &scriptedBroker{scripted: r.scripted, id: id}))
	BrokerResource{ID: id, Version: 1, Out: r.conn.Out()}.Listed("camera")
	return nil
}

type scriptedBroker struct {
	*scripted
	BrokerRequests // nil: what is not expected fails the test loudly
	id             uint32
}

func (b *scriptedBroker) Destroy() error { return b.remove(b.id) }

func (b *scriptedBroker) Hello(name string) error {
	if name != "reader" {
		return fmt.Errorf("hello %q", name)
	}
	return nil
}

func (b *scriptedBroker) Join(id uint32, token []byte) error {
	stream := StreamResource{ID: id, Version: 1, Out: b.conn.Out()}
	switch {
	case !bytes.Equal(token, scriptToken[:]):
		return fmt.Errorf("token %x", token)
	case b.refuseJoin:
		stream.Refused(uint32(syscall.ENOENT), "no stream has this token")
		return nil
	case b.fault:
		WlDisplayResource{ID: 1, Version: 1, Out: b.conn.Out()}.Error(id, uint32(StreamErrorBadCount), "on purpose")
	}
	b.insert(id, ServeStream(1, &scriptedStream{scripted: b.scripted, id: id}))
	stream.Current(640, 48)
	return nil
}

func (b *scriptedBroker) CreateDevice(id uint32, name string) error {
	b.device = append(b.device, name)
	b.insert(id, ServeDevice(1, &scriptedDevice{b.scripted, id}))
	return nil
}

type scriptedStream struct {
	*scripted
	StreamRequests
	id uint32
}

func (s *scriptedStream) Destroy() error { return s.remove(s.id) }

func (s *scriptedStream) GetSet(id uint32) error {
	s.insert(id, ServeSet(1, &scriptedSet{scripted: s.scripted, id: id}))
	return nil
}

type scriptedDevice struct {
	*scripted
	id uint32
}

func (d *scriptedDevice) Destroy() error { return d.remove(d.id) }

func (d *scriptedDevice) AddFormat(code, modifierHi, modifierLo uint32) error {
	d.device = append(d.device, fmt.Sprint(fourcc.Code(code), Join(modifierHi, modifierLo)))
	return nil
}

func (d *scriptedDevice) SetLimit(limit DeviceLimit, hi, lo uint32) error {
	d.device = append(d.device, fmt.Sprint(limit, "=", Join(hi, lo)))
	return nil
}

type scriptedSet struct {
	*scripted
	SetRequests
	id uint32
}

func (s *scriptedSet) Destroy() error { return s.remove(s.id) }

func (s *scriptedSet) Attach(id, device uint32, dir SetDirection, policy SetPolicy, way StreamWay) error {
	const want = "[reader NV12 0 YUYV 0 15=2 14=1]"
	if _, err := wire.Lookup[DeviceRequests](s.table, s.id, device); err != nil {
		return err
	}
	if got := fmt.Sprint(s.device); got != want || dir != SetDirectionRead || policy != SetPolicyInOrder || way != StreamWayFit {
		return fmt.Errorf("attach %s, direction %d, policy %d, way %d", got, dir, policy, way)
	}
	s.insert(id, ServeAttachment(1, &scriptedAttachment{scripted: s.scripted, id: id}))
	s.attachment = AttachmentResource{ID: id, Version: 1, Out: s.conn.Out()}
	switch {
	case s.refuse:
		s.attachment.Refused(uint32(syscall.EBUSY), StreamWayStrict, "the buffers are backed", `{"core":[]}`)
	case !s.late:
		s.attachment.Attached()
	}
	return nil
}

type scriptedAttachment struct {
	*scripted
	AttachmentRequests
	id uint32
}

func (a *scriptedAttachment) Destroy() error { return a.remove(a.id) }

func (a *scriptedAttachment) GetLane(id uint32) error {
	a.insert(id, ServeLane(1, &scriptedLane{a.scripted, id}))
	a.lane = LaneResource{ID: id, Version: 1, Out: a.conn.Out()}
	return nil
}

func (a *scriptedAttachment) Map() error {
	if a.refuse || a.fault {
		return nil
	}
	return a.begin()
}

type scriptedLane struct {
	*scripted
	id uint32
}

func (l *scriptedLane) Destroy() error { return l.remove(l.id) }

// Send answers each release by the next frame, also when the client has enough:
// frames are then under way while it detaches.
func (l *scriptedLane) Send(kind LaneKind, buffer, serial, sequenceHi, sequenceLo, timeHi, timeLo uint32) error {
	want := l.first + uint32(l.released)*l.step
	if kind != LaneKindRelease || sequenceHi != 0 || sequenceLo != want || timeLo != 99 {
		return fmt.Errorf("record %d of frame %d, want a release of %d", kind, sequenceLo, want)
	}
	l.released++
	return l.frame()
}
