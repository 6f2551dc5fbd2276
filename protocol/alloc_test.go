package protocol

import (
	"testing"

	"twostep/internal/wire"
)

// sink counts what a lane's two ends get.
type sink struct{ sent, records int }

func (s *sink) Destroy() error { return nil }

func (s *sink) Send(LaneKind, uint32, uint32, uint32, uint32, uint32, uint32) error {
	s.sent++
	return nil
}

func (s *sink) Record(LaneKind, uint32, uint32, uint32, uint32, uint32, uint32) error {
	s.records++
	return nil
}

// lane is one lane's both ends over a real socket.
type lane struct {
	sink
	client, server     *wire.Conn
	proxy              LaneProxy
	resource           LaneResource
	requests, events   *wire.Table
	toServer, toClient wire.Batch
}

func newLane(t testing.TB) *lane {
	t.Helper()
	client, server, err := wire.Pair()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = client.Close(), server.Close() })
	l := &lane{client: client, server: server, requests: wire.NewServerTable(), events: wire.NewClientTable()}
	id := l.events.New(ListenLane(1, l))
	if err := l.requests.Insert(id, ServeLane(1, l)); err != nil {
		t.Fatal(err)
	}
	l.proxy = LaneProxy{ID: id, Version: 1, Out: client.Out()}
	l.resource = LaneResource{ID: id, Version: 1, Out: server.Out()}
	return l
}

// exchange sends a request and an event and handles both.
func (l *lane) exchange(t testing.TB) {
	l.proxy.Send(LaneKindRelease, 3, 17, 0, 41, 0, 99)
	pass(t, l.client, l.server, &l.toServer, l.requests)
	l.resource.Record(LaneKindFrame, 3, 17, 0, 41, 0, 99)
	pass(t, l.server, l.client, &l.toClient, l.events)
}

func pass(t testing.TB, from, to *wire.Conn, b *wire.Batch, table *wire.Table) {
	if done, err := from.Flush(); !done || err != nil {
		t.Fatal(done, err)
	}
	if err := to.ReadBatch(b); err != nil {
		t.Fatal(err)
	}
	for m := (wire.Message{}); b.Next(&m); {
		if err := table.Dispatch(b, &m); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLaneDoesNotAllocate(t *testing.T) {
	l := newLane(t)
	if n := testing.AllocsPerRun(500, func() { l.exchange(t) }); n != 0 {
		t.Errorf("%v allocations for a request and an event", n)
	}
	if l.sent != 501 || l.records != 501 {
		t.Errorf("%d requests, %d events; want 501", l.sent, l.records)
	}
}

func BenchmarkLaneExchange(b *testing.B) {
	l := newLane(b)
	b.ReportAllocs()
	for range b.N {
		l.exchange(b)
	}
}
