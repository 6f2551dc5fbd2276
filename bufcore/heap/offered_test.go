package heap

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"twostep/bufcore"
	"twostep/internal/sys"
)

// donorFunc is a donor made of a function.
type donorFunc func(name string, bytes int64, n int) ([]*sys.FD, error)

func (f donorFunc) Donate(name string, bytes int64, n int) ([]*sys.FD, error) {
	return f(name, bytes, n)
}

// memory is the word of a donor that gives memory files.
var memory = bufcore.Promise{Heap: "cam", Access: processors}

// gift makes one descriptor that a donor may give.
type gift func(t testing.TB) *sys.FD

// sealed gives a memory file of bytes bytes with seals.
func sealed(bytes int64, seals int) gift {
	return func(t testing.TB) *sys.FD {
		fd, err := sys.Memfd("twostep-gift", bytes)
		if err == nil && seals != 0 {
			err = sys.AddSeals(fd, seals)
		}
		if err != nil {
			t.Fatal(err)
		}
		return fd
	}
}

const fixed = sys.SealShrink | sys.SealGrow

var honest = sealed(size, fixed)

func opened(flags int, path string) gift {
	return func(t testing.TB) *sys.FD {
		raw, err := syscall.Open(path, flags|syscall.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		return sys.NewFD(raw)
	}
}

// punched is a memory file with a hole, which may be SIGBUS.
func punched(t testing.TB) *sys.FD {
	const keepSize, punchHole = 1, 2
	fd := honest(t)
	if err := syscall.Fallocate(fd.Raw(), keepSize|punchHole, 0, 4096); err != nil {
		t.Fatal(err)
	}
	return fd
}

func readOnly(t testing.TB) *sys.FD {
	fd := honest(t)
	defer fd.Close()
	return opened(syscall.O_RDONLY, "/proc/self/fd/"+strings.TrimPrefix(fd.String(), "fd "))(t)
}

func sparseFile(t testing.TB) *sys.FD {
	path := filepath.Join(os.TempDir(), "twostep-sparse")
	fd := opened(syscall.O_RDWR|syscall.O_CREAT, path)(t)
	_ = os.Remove(path)
	if err := syscall.Ftruncate(fd.Raw(), 1<<40); err != nil {
		t.Fatal(err)
	}
	return fd
}

func pipe(t testing.TB) *sys.FD {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	syscall.Close(ends[1])
	return sys.NewFD(ends[0])
}

// lies are descriptors that are not storage, and what is said of them.
var lies = map[string]struct {
	give gift
	said string
}{
	"/dev/zero":               {opened(syscall.O_RDWR, "/dev/zero"), "F_GET_SEALS"},
	"a file of the kernel":    {opened(syscall.O_RDONLY, "/proc/self/maps"), "neither a dma-buf nor a memory file"},
	"a directory":             {opened(syscall.O_RDONLY, "/proc"), "neither a dma-buf nor a memory file"},
	"only a path":             {opened(0x200000, "/dev/zero"), "bad file descriptor"},
	"a sparse file":           {sparseFile, "a memory file"},
	"a pipe":                  {pipe, "neither a dma-buf nor a memory file"},
	"too small":               {sealed(size-1, fixed), "12287 bytes, not 12288"},
	"able to shrink":          {sealed(size, sys.SealGrow), "change its size"},
	"able to grow":            {sealed(size, sys.SealShrink), "change its size"},
	"without seals":           {sealed(size, 0), "change its size"},
	"sealed against writing":  {sealed(size, fixed|sys.SealWrite), "not permitted"},
	"sealed for the future":   {sealed(size, fixed|sys.SealFutureWrite), "not permitted"},
	"a memory file with hole": {punched, "8192 of 12288 bytes backed"},
	"read-only":               {readOnly, "not open for reading and writing"},
	"closed":                  {func(testing.TB) *sys.FD { return new(sys.FD) }, "is closed"},
	"nil":                     {func(testing.TB) *sys.FD { return nil }, "is closed"},
}

// mustRefuse looks whether h refuses for reason and leaves nothing behind. It
// returns what h said.
func mustRefuse(t testing.TB, h *Offered, n int, reason error) string {
	t.Helper()
	buffers, err := h.Allocate("cam-g1", size, n)
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Reason != reason || buffers != nil {
		t.Fatalf("%d buffers, %v, want %v", len(buffers), err, reason)
	}
	if len(h.live) > 0 {
		t.Errorf("%d buffers live on", len(h.live))
	}
	return err.Error()
}

func mustBeClosed(t testing.TB, fds []*sys.FD) {
	t.Helper()
	for i, fd := range fds {
		if fd.Raw() >= 0 {
			t.Errorf("descriptor %d of %d is open", i, len(fds))
			fd.Close()
		}
	}
}

func TestDonorsThatLieAreRefused(t *testing.T) {
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			fds := []*sys.FD{honest(t), lie.give(t), honest(t)}
			donor := donorFunc(func(string, int64, int) ([]*sys.FD, error) { return fds, nil })
			said := mustRefuse(t, NewOffered(donor, memory), 3, ErrBadDonation)
			mustBeClosed(t, fds)
			if !strings.Contains(said, lie.said) {
				t.Errorf("%q, which is not about %q", said, lie.said)
			}
		})
	}
}

func TestDonorsThatCannotCountAreRefused(t *testing.T) {
	for _, given := range []int{0, 1, 2, 4, 40} {
		var fds []*sys.FD
		for range given {
			fds = append(fds, honest(t))
		}
		donor := donorFunc(func(string, int64, int) ([]*sys.FD, error) { return fds, nil })
		mustRefuse(t, NewOffered(donor, memory), 3, ErrBadDonation)
		mustBeClosed(t, fds)
	}
}

// A hole in huge pages is SIGBUS, whatever the seals say.
func TestHugePagesAreRefused(t *testing.T) {
	fd, err := sys.HugeMemfd("twostep-gift", sys.HugePage)
	if err != nil {
		t.Skipf("NOT TESTED: no huge page to be had: %v", err)
	}
	if err := sys.AddSeals(fd, fixed); err != nil {
		t.Fatal(err)
	}
	donor := donorFunc(func(string, int64, int) ([]*sys.FD, error) { return []*sys.FD{fd}, nil })
	mustRefuse(t, NewOffered(donor, memory), 1, ErrBadDonation)
	mustBeClosed(t, []*sys.FD{fd})
}

func TestTheSameBufferTwiceIsRefused(t *testing.T) {
	for name, second := range map[string]func(*sys.FD) *sys.FD{
		"same descriptor": func(fd *sys.FD) *sys.FD { return fd },
		"dup":             func(fd *sys.FD) *sys.FD { return must(t, fd.Dup) },
	} {
		t.Run(name, func(t *testing.T) {
			fd := honest(t)
			fds := []*sys.FD{fd, second(fd)}
			donor := donorFunc(func(string, int64, int) ([]*sys.FD, error) { return fds, nil })
			mustRefuse(t, NewOffered(donor, memory), 2, ErrBadDonation)
			mustBeClosed(t, fds)
		})
	}
}

func must[T any](t testing.TB, f func() (T, error)) T {
	t.Helper()
	v, err := f()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhatIsInUseCannotBeDonatedAgain(t *testing.T) {
	kept := honest(t)
	defer kept.Close()
	h := NewOffered(donorFunc(func(string, int64, int) ([]*sys.FD, error) {
		return []*sys.FD{must(t, kept.Dup)}, nil
	}), memory)
	first := allocate(t, h, 1)
	if _, err := h.Allocate("cam-g2", size, 1); !errors.Is(err, ErrBadDonation) {
		t.Errorf("while in use: %v, want ErrBadDonation", err)
	}
	first[0].Close()
	allocate(t, h, 1)
}

func TestDonorsThatGiveNothingSayWhy(t *testing.T) {
	for why, reason := range map[syscall.Errno]error{
		syscall.EBUSY: ErrNotDonated, syscall.EINVAL: ErrNotDonated, syscall.ENOMEM: ErrNoMemory,
	} {
		fds := []*sys.FD{honest(t)}
		donor := donorFunc(func(string, int64, int) ([]*sys.FD, error) { return fds, why })
		h := NewOffered(donor, memory)
		mustRefuse(t, h, 1, reason)
		mustBeClosed(t, fds)
		_, err := h.Allocate("cam-g1", size, 1)
		if !errors.Is(err, why) || errors.Is(err, syscall.ENOMEM) != (why == syscall.ENOMEM) {
			t.Errorf("%v, want %v", err, why)
		}
	}
}

func TestMemoryFilesAreNotImported(t *testing.T) {
	fds := []*sys.FD{honest(t)}
	donor := donorFunc(func(string, int64, int) ([]*sys.FD, error) { return fds, nil })
	h := NewOffered(donor, bufcore.Promise{Heap: "cam", Access: importable})
	mustRefuse(t, h, 1, ErrBadDonation)
	mustBeClosed(t, fds)
}

func TestDonorIsAskedOnceAndOnlyForWhatCanBe(t *testing.T) {
	asked := 0
	h := NewOffered(donorFunc(func(name string, bytes int64, n int) (fds []*sys.FD, err error) {
		asked++
		if name != "cam-g1" || bytes != size || n != 3 {
			t.Errorf("asked for %q, %d bytes, %d buffers", name, bytes, n)
		}
		for range n {
			fds = append(fds, honest(t))
		}
		return fds, nil
	}), memory)
	for _, n := range []int{0, -1, MaxBuffers + 1} {
		mustRefuse(t, h, n, ErrBadSize)
	}
	allocate(t, h, 3)
	if asked != 1 {
		t.Errorf("asked %d times, want once", asked)
	}
}

func TestDonatedStorageIsClearedAndWritableByPeers(t *testing.T) {
	h := NewOffered(donorFunc(func(string, int64, int) ([]*sys.FD, error) {
		fd := honest(t)
		_, err := syscall.Pwrite(fd.Raw(), []byte("left over"), 4096-4)
		return []*sys.FD{fd}, err
	}), memory)
	b := allocate(t, h, 1)[0]
	if err := b.Seal(); err != nil || !b.Peers() {
		t.Errorf("seal: %v, peers %v", err, b.Peers())
	}
	m, err := b.MapRead()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	for i, c := range m.Bytes {
		if c != 0 {
			t.Fatalf("byte %d is %d", i, c)
		}
	}
}

// The donor's word is bounded by what the heap knows.
func TestPromiseOfADonorIsItsWordAndNoMore(t *testing.T) {
	word := bufcore.Promise{Heap: "memfd", Contiguous: 1 << 30, PageSize: 12345, Cost: 0, Peers: false, Unverified: false}
	h := NewOffered(nil, word)
	want := bufcore.Promise{Heap: "offered/memfd", Contiguous: 1 << 30, PageSize: 4096,
		Access: importable, Cost: CostOffered, Peers: true, Unverified: true}
	if got := h.Promise(); !samePromise(got, want) || h.Name() != want.Heap {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func samePromise(a, b bufcore.Promise) bool {
	return a.Heap == b.Heap && a.Contiguous == b.Contiguous && a.PageSize == b.PageSize && a.Address == b.Address &&
		a.Access == b.Access && a.Cost == b.Cost && a.Peers == b.Peers && a.Unverified == b.Unverified
}

// Whatever a donor mixes, it is all or nothing, and nothing leaks.
func TestAnyMixOfGiftsIsAcceptedWholeOrClosedWhole(t *testing.T) {
	names := []string{"honest", "honest", "honest", "honest"}
	for name := range lies {
		names = append(names, name)
	}
	before := openFDs(t)
	rapid.Check(t, func(rt *rapid.T) {
		mix := rapid.SliceOfN(rapid.SampledFrom(names), 1, 6).Draw(rt, "mix")
		fair := true
		var fds []*sys.FD
		for _, name := range mix {
			lie, bad := lies[name]
			if !bad {
				lie.give = honest
			}
			fair = fair && !bad
			fds = append(fds, lie.give(t))
		}
		h := NewOffered(donorFunc(func(string, int64, int) ([]*sys.FD, error) { return fds, nil }), memory)
		buffers, err := h.Allocate("cam-g1", size, len(mix))
		if (err == nil) != fair || err != nil && !errors.Is(err, ErrBadDonation) {
			rt.Fatalf("%v, fair %v", err, fair)
		}
		abandon(buffers)
		if got := openFDs(t); got != before || len(h.live) != 0 {
			rt.Fatalf("%d descriptors left, %d live", got-before, len(h.live))
		}
	})
}
