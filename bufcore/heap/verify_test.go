package heap

import (
	"errors"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"twostep/bufcore"
	"twostep/internal/sys"
)

func TestVerifyComparesPiecesWithThePromise(t *testing.T) {
	const mib = 1 << 20
	run := func(address, bytes uint64) bufcore.Run { return bufcore.Run{Address: address, Bytes: bytes} }
	cases := []struct {
		name    string
		promise bufcore.Promise
		size    int64
		runs    []bufcore.Run
		broken  string // part of the error; empty: kept
	}{
		{"one piece", bufcore.Promise{Contiguous: mib}, mib, []bufcore.Run{run(0, mib)}, ""},
		{"a shorter last piece", bufcore.Promise{Contiguous: mib}, mib + 1, []bufcore.Run{run(0, mib), run(4*mib, 1)}, ""},
		{"less than is promised", bufcore.Promise{Contiguous: mib}, 4096, []bufcore.Run{run(0, 4096)}, ""},
		{"in two", bufcore.Promise{Contiguous: mib}, mib, []bufcore.Run{run(0, mib/2), run(mib, mib/2)}, "piece 0 of 2"},
		{"small buffer in two", bufcore.Promise{Contiguous: mib}, 8192, []bufcore.Run{run(0, 4096), run(mib, 4096)}, "8192 bytes are in one piece"},
		{"single pages", bufcore.Promise{}, 8192, []bufcore.Run{run(0, 4096), run(mib, 4096)}, ""},
		{"pages out of place", bufcore.Promise{PageSize: mib}, mib, []bufcore.Run{run(mib/2, mib)}, "pages are 1048576 bytes"},
		{"too high", bufcore.Promise{Address: 1<<32 - 1}, mib, []bufcore.Run{run(1<<32-mib+4096, mib)}, "the highest address is 0xffffffff"},
		{"as high as can be", bufcore.Promise{Address: 1<<32 - 1}, mib, []bufcore.Run{run(1<<32-mib, mib)}, ""},
		{"too little", bufcore.Promise{}, mib, []bufcore.Run{run(0, 4096)}, "4096 bytes together"},
		{"nothing", bufcore.Promise{}, mib, nil, "0 bytes together"},
	}
	for _, c := range cases {
		b := NewBuffer(Storage{Size: c.size, Runs: func() ([]bufcore.Run, error) { return c.runs, nil }})
		err := Verify(c.promise, b)
		if c.broken == "" && err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.broken != "" && (!errors.Is(err, ErrBroken) || !strings.Contains(err.Error(), c.broken)) {
			t.Errorf("%s: %v, want ErrBroken with %q", c.name, err, c.broken)
		}
	}
}

func TestStorageOfAProcessIsShownToItsAdministrator(t *testing.T) {
	b := allocate(t, Memfd{}, 1)[0]
	runs, err := b.Runs()
	if framesShown() {
		if err != nil || len(runs) == 0 {
			t.Errorf("%v, %v", runs, err)
		}
		return
	}
	if os.Getuid() == 0 {
		t.Log("root without CAP_SYS_ADMIN")
	}
	if !errors.Is(err, ErrUnverified) || !errors.Is(Verify(Memfd{}.Promise(), b), ErrUnverified) {
		t.Errorf("%v, %v, want ErrUnverified", runs, err)
	}
}

// Pieces are the same pages, as few of them as can be.
func TestPiecesAreThePagesJoined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.Uint64Range(1, 40), 1, 30).Draw(t, "pages")
		size := uint64(len(numbers))*page - rapid.Uint64Range(0, page-1).Draw(t, "short by")
		for i := range numbers {
			numbers[i] *= page
		}
		runs := join(numbers, page, size)
		var pages []uint64
		var whole uint64
		for i, r := range runs {
			for at := uint64(0); at < r.Bytes; at += page {
				pages = append(pages, r.Address+at)
			}
			if i > 0 && runs[i-1].Address+runs[i-1].Bytes == r.Address {
				t.Fatalf("pieces %d and %d are one: %v", i-1, i, runs)
			}
			whole += r.Bytes
		}
		if whole != size || len(pages) != len(numbers) {
			t.Fatalf("%d bytes in %d pages, want %d in %d", whole, len(pages), size, len(numbers))
		}
		for i := range pages {
			if pages[i] != numbers[i] {
				t.Fatalf("page %d at %#x, want %#x", i, pages[i], numbers[i])
			}
		}
	})
}

// broken promises pieces that a memory file has by luck alone.
type broken struct{ Memfd }

func (broken) Promise() bufcore.Promise {
	return bufcore.Promise{Heap: "broken", Contiguous: 1 << 30, PageSize: page}
}

func (h broken) Allocate(name string, bytes int64, n int) ([]*Buffer, error) {
	b := batch{heap: h, name: name, bytes: bytes, n: n, each: 1}
	b.one = func(name string) (*Buffer, error) {
		fd, err := backed(sys.Memfd, name, bytes)
		two := []bufcore.Run{{Address: page, Bytes: page}, {Address: 1 << 30, Bytes: uint64(bytes) - page}}
		return NewBuffer(Storage{FD: fd, Size: bytes, Runs: func() ([]bufcore.Run, error) { return two, nil }}), err
	}
	return b.allocate()
}

func TestBrokenPromiseIsARefusal(t *testing.T) {
	before := openFDs(t)
	_, err := broken{}.Allocate("cam-g1", size, 3)
	var r *Refusal
	if !errors.As(err, &r) || r.Reason != ErrBroken {
		t.Errorf("%v, want ErrBroken", err)
	}
	if got := openFDs(t); got != before {
		t.Errorf("%d descriptors left", got-before)
	}
}
