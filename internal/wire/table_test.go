package wire

import (
	"errors"
	"slices"
	"testing"
)

var testInterface = &Interface{
	Name: "test_thing", Version: 2,
	Requests: []Signature{{Name: "ask", Since: 1, Args: "u"}, {Name: "newer", Since: 2}},
	Events:   []Signature{{Name: "plain", Since: 1}, {Name: "fds", Since: 1, Args: "uhh"}},
}

func thing(impl any) Entry {
	return Entry{Iface: testInterface, Version: 1, Impl: impl, Dispatch: func(m *Message, a *Args) error {
		if err := a.Request(testInterface, m.Opcode); err != nil {
			return err
		}
		a.Uint()
		return a.Done()
	}}
}

func wantFault(t *testing.T, err error, code uint32) {
	t.Helper()
	var fault *ProtocolError
	if !errors.As(err, &fault) || fault.Code != code {
		t.Errorf("error %v, want one of code %d", err, code)
	}
}

func TestServerTakesOnlyTheIDsThatAClientMayChoose(t *testing.T) {
	table := NewServerTable()
	for id := uint32(1); id <= 3; id++ {
		if err := table.Insert(id, thing(nil)); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []uint32{0, 1, 3, 5, 1000, FirstServerID - 1, FirstServerID, 1<<32 - 1} {
		wantFault(t, table.Insert(id, thing(nil)), InvalidObject)
	}
	if !table.Remove(2) {
		t.Error("the client is not told of its id")
	}
	if table.Remove(2) {
		t.Error("the client is told twice")
	}
	for _, id := range []uint32{2, 4} {
		if err := table.Insert(id, thing(nil)); err != nil {
			t.Error(err)
		}
	}
}

func TestServerNumbersItsOwnObjects(t *testing.T) {
	table := NewServerTable()
	for i := range uint32(3) {
		if id := table.New(thing(nil)); id != FirstServerID+i {
			t.Errorf("id %#x", id)
		}
	}
	if table.Remove(FirstServerID + 1) {
		t.Error("delete_id of a server's id")
	}
	if id := table.New(thing(nil)); id != FirstServerID+1 {
		t.Errorf("id %#x is not used again", id)
	}
}

func TestClientWaitsForDeleteID(t *testing.T) {
	table := NewClientTable()
	first, second := table.New(thing(nil)), table.New(thing(nil))
	if first != 1 || second != 2 {
		t.Fatalf("ids %d, %d", first, second)
	}
	if !table.Remove(first) || table.Get(first) != nil {
		t.Error("a removed object can be got")
	}
	if id := table.New(thing(nil)); id != 3 {
		t.Errorf("id %d is used before delete_id", id)
	}
	if err := table.DeleteID(first); err != nil {
		t.Error(err)
	}
	wantFault(t, table.DeleteID(first), InvalidObject)
	wantFault(t, table.DeleteID(FirstServerID), InvalidObject)
	if id := table.New(thing(nil)); id != first {
		t.Errorf("id %d, want %d again", id, first)
	}
}

func TestClientTakesServerIDs(t *testing.T) {
	table := NewClientTable()
	wantFault(t, table.Insert(1, thing(nil)), InvalidObject)
	wantFault(t, table.Insert(FirstServerID+1, thing(nil)), InvalidObject)
	if err := table.Insert(FirstServerID, thing(nil)); err != nil {
		t.Error(err)
	}
	if table.Remove(FirstServerID) {
		t.Error("a server's id waits for delete_id")
	}
	if err := table.Insert(FirstServerID, thing(nil)); err != nil {
		t.Error(err)
	}
}

func TestObjectsAreCapped(t *testing.T) {
	server, client := NewServerTable(), NewClientTable()
	for i := range uint32(MaxObjects) {
		if err := server.Insert(i+1, thing(nil)); err != nil {
			t.Fatal(err)
		}
		client.New(thing(nil))
	}
	wantFault(t, server.Insert(MaxObjects+1, thing(nil)), NoMemory)
	if id := client.New(thing(nil)); id != 0 {
		t.Errorf("id %d", id)
	}
}

func TestMessagesToNoObjectAreRejected(t *testing.T) {
	table := NewServerTable()
	if err := table.Insert(1, thing(nil)); err != nil {
		t.Fatal(err)
	}
	batch := NewBatch(nil)
	if err := table.Dispatch(batch, &Message{Object: 1, Body: make([]byte, 4)}); err != nil {
		t.Error(err)
	}
	wantFault(t, table.Dispatch(batch, &Message{Object: 1, Opcode: 1}), InvalidMethod)
	table.Remove(1)
	for _, id := range []uint32{0, 1, 2, FirstServerID, 1<<32 - 1} {
		wantFault(t, table.Dispatch(batch, &Message{Object: id, Body: make([]byte, 4)}), InvalidObject)
	}
}

func TestEventsToAZombieAreDroppedWithTheirDescriptors(t *testing.T) {
	checkFDs(t)
	table := NewClientTable()
	id := table.New(thing(nil))
	table.Remove(id)
	batch := NewBatch(nil, memfd(t, 4096), memfd(t, 4096), memfd(t, 8192))
	for _, opcode := range []uint16{0, 1} {
		if err := table.Dispatch(batch, &Message{Object: id, Opcode: opcode}); err != nil {
			t.Error(err)
		}
	}
	if fd, ok := batch.FD(); !ok || sizeOf(t, fd) != 8192 {
		t.Error("the next message's descriptor is not the first left")
	}
	wantFault(t, table.Dispatch(batch, &Message{Object: id, Opcode: 1}), InvalidMethod)
	wantFault(t, table.Dispatch(batch, &Message{Object: id, Opcode: 2}), InvalidMethod)
}

func TestLookupChecksTheObject(t *testing.T) {
	table := NewServerTable()
	if err := errors.Join(table.Insert(1, thing("text")), table.Insert(2, thing(5))); err != nil {
		t.Fatal(err)
	}
	if s, err := Lookup[string](table, 9, 1); s != "text" || err != nil {
		t.Errorf("%q, %v", s, err)
	}
	for _, id := range []uint32{0, 2, 3} {
		_, err := Lookup[string](table, 9, id)
		wantFault(t, err, InvalidObject)
	}
}

func TestAllYieldsWhatIsLeftNewestFirst(t *testing.T) {
	table := NewClientTable()
	for range 4 {
		table.New(thing(nil))
	}
	table.Remove(2)
	var ids []uint32
	for id := range table.All {
		ids = append(ids, id)
		table.Remove(id)
		table.Remove(3)
	}
	if want := []uint32{4, 1}; !slices.Equal(ids, want) || table.Len() != 4 {
		t.Errorf("ids %v, want %v; %d slots in use", ids, want, table.Len())
	}
}
