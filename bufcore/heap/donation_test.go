package heap

import (
	"testing"

	"pgregory.net/rapid"
)

func TestMarksTellPagesApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mem := make([]byte, rapid.IntRange(1, 5*page).Draw(t, "bytes"))
		mark(mem, 3)
		if !marked(mem, 3) {
			t.Fatal("a mark is not read back")
		}
		if len(mem) >= 8 && marked(mem, 2) {
			t.Fatal("the mark of another buffer is taken for its own")
		}
		at := rapid.IntRange(0, (len(mem)-1)/page).Draw(t, "page") * page
		if at+8 > len(mem) {
			return
		}
		mark(mem[at:at+8], 3)
		if at > 0 && marked(mem, 3) {
			t.Fatal("the mark of another page is taken for its own")
		}
	})
}

func TestMemoryThatIsSharedIsFound(t *testing.T) {
	fd := honest(t)
	whole := NewBuffer(Storage{FD: fd, Size: size, Peers: true})
	defer whole.Close()
	again := NewBuffer(Storage{FD: must(t, fd.Dup), Size: size - page, Peers: true})
	defer again.Close()
	other := NewBuffer(Storage{FD: honest(t), Size: size, Peers: true})
	defer other.Close()
	if err := apart([]*Buffer{whole, other, again}); err == nil {
		t.Error("two buffers of one memory are taken for two")
	}
	if err := apart([]*Buffer{whole, other}); err != nil {
		t.Error(err)
	}
}
