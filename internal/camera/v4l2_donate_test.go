package camera

import (
	"errors"
	"math"
	"syscall"
	"testing"

	"twostep/bufcore"
	"twostep/bufcore/heap"
	"twostep/bufcore/heap/heaptest"
	"twostep/internal/sys"
)

// vivids returns the virtual cameras: the first has its buffers in vmalloc
// memory, the second in contiguous memory.
func vivids(t *testing.T) [2]string {
	t.Helper()
	vivid(t)
	var paths []string
	for _, d := range ListV4L2() {
		if d.Captures && d.Name == "vivid" {
			paths = append(paths, d.Path)
		}
	}
	if len(paths) != 2 {
		t.Fatalf("vivid devices are %q, want two", paths)
	}
	return [2]string(paths)
}

// donors are the heaps that the virtual cameras offer, by what they promise: of
// the contiguous one, less than the 4 MiB that a kernel without CMA has at most.
func donors(t *testing.T) map[string]*heap.Offered {
	t.Helper()
	paths := vivids(t)
	return map[string]*heap.Offered{
		"vmalloc": heap.NewOffered(openAt(t, paths[0]), bufcore.Promise{Heap: "vivid0"}),
		"contiguous": heap.NewOffered(openAt(t, paths[1]),
			bufcore.Promise{Heap: "vivid1", Contiguous: 1 << 20}),
	}
}

func openAt(t *testing.T, path string) *V4L2 {
	t.Helper()
	v, err := OpenV4L2(path, small())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

const donated = 640*360*2 + 12345

func donate(t *testing.T, v *V4L2, n int) []*sys.FD {
	t.Helper()
	fds, err := v.Donate("cam-g1", donated, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeAll(fds) })
	return fds
}

func TestV4L2DonatesWhatWasAskedFor(t *testing.T) {
	for _, path := range vivids(t) {
		v := openAt(t, path)
		for _, bytes := range []int64{1, donated, 4 << 20} {
			fds, err := v.Donate("cam-g1", bytes, 3)
			if err != nil || len(fds) != 3 {
				t.Fatalf("%s: %d descriptors, %v", path, len(fds), err)
			}
			for i, fd := range fds {
				size, err := sys.DMABufSize(fd)
				if err != nil || size < bytes || size%4096 != 0 {
					t.Errorf("%s: buffer %d has %d bytes, %v", path, i, size, err)
				}
				if rw, err := sys.ReadWrite(fd); !rw || err != nil {
					t.Errorf("%s: buffer %d: read-write %v, %v", path, i, rw, err)
				}
			}
			exporter, _ := sys.DMABufExporter(fds[0])
			t.Logf("%s: %d bytes, by %q", path, bytes, exporter)
			closeAll(fds)
		}
	}
}

func TestV4L2DonatedStorageOutlivesTheCamera(t *testing.T) {
	for _, path := range vivids(t) {
		v := openAt(t, path)
		fds := donate(t, v, 2)
		m, err := sys.MapWrite(fds[0], donated)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Unmap()
		m.Bytes[donated-1] = 42
		if err := v.Start(); err != nil {
			t.Fatalf("%s: start after donating: %v", path, err)
		}
		next(t, v)
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := sys.MapRead(fds[0], donated)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Unmap()
		if again.Bytes[donated-1] != 42 || again.Bytes[0] != 0 {
			t.Errorf("%s: the storage has changed with the camera gone", path)
		}
	}
}

func TestV4L2DonatesOnlyWhatIsItsOwn(t *testing.T) {
	path := vivids(t)[0]
	v, other := openAt(t, path), openAt(t, path)
	if err := v.Start(); err != nil {
		t.Fatal(err)
	}
	for who, donor := range map[string]*V4L2{"streaming": v, "another's": other} {
		if _, err := donor.Donate("cam-g1", donated, 1); !errors.Is(err, ErrBusy) {
			t.Errorf("%s: %v, want ErrBusy", who, err)
		}
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Donate("cam-g1", donated, 1); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v, want ErrClosed", err)
	}
	donate(t, other, 1)
}

func TestV4L2DonationThatCannotBeLeavesNothing(t *testing.T) {
	v := openAt(t, vivids(t)[0])
	before := openFDs(t)
	for _, c := range []struct {
		bytes int64
		n     int
	}{{donated, 1000}, {math.MaxInt64, 1}} {
		if fds, err := v.Donate("cam-g1", c.bytes, c.n); err == nil || fds != nil {
			t.Errorf("%d of %d bytes: %d descriptors, %v", c.n, c.bytes, len(fds), err)
		} else {
			t.Log(err)
		}
	}
	if after := openFDs(t); after != before {
		t.Errorf("%d descriptors left", after-before)
	}
	donate(t, v, 2)
}

func openFDs(t *testing.T) int {
	t.Helper()
	n, err := sys.OpenFDs()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What a kernel with vivid shows of where donated storage is, and that its word
// is held against the donor's.
func TestV4L2DonorsAreHeldToTheirWord(t *testing.T) {
	paths := vivids(t)
	honest := donors(t)
	for kind, h := range honest {
		buffers, err := h.Allocate("cam-g1", donated, 2)
		if err != nil {
			t.Fatal(err)
		}
		runs, err := buffers[0].Runs()
		t.Logf("%s: %d pieces, %v", kind, len(runs), err)
		if hidden := errors.Is(err, heap.ErrUnverified); hidden != (kind == "contiguous") {
			t.Errorf("%s: pieces hidden: %v", kind, hidden)
		}
		for _, b := range buffers {
			b.Close()
		}
	}
	liar := heap.NewOffered(openAt(t, paths[0]), bufcore.Promise{Heap: "vivid0", Address: 4095})
	_, err := liar.Allocate("cam-g1", donated, 2)
	if !errors.Is(err, heap.ErrBadDonation) || !errors.Is(err, heap.ErrBroken) {
		t.Errorf("memory in the first page of all: %v, want ErrBadDonation", err)
	}
	t.Log(err)
}

// twice exports every buffer of a queue twice: as dma-bufs they are two.
type twice struct{ v *V4L2 }

func (d twice) Donate(name string, bytes int64, n int) ([]*sys.FD, error) {
	fd := d.v.lib.fd()
	format, err := getFormat(fd)
	if err != nil {
		return nil, err
	}
	format.sizeImage = uint32(bytes)
	if _, err := createBuffers(fd, n, format); err != nil {
		return nil, err
	}
	var fds []*sys.FD
	for i := range n {
		buffer, err := exportBuffer(fd, i/2)
		if err != nil {
			return fds, err
		}
		fds = append(fds, buffer)
	}
	return fds, requestBuffers(fd, 0)
}

func TestV4L2BufferExportedTwiceIsOneBuffer(t *testing.T) {
	for _, path := range vivids(t) {
		h := heap.NewOffered(twice{openAt(t, path)}, bufcore.Promise{Heap: "twice"})
		_, err := h.Allocate("cam-g1", donated*2, 4)
		if !errors.Is(err, heap.ErrBadDonation) {
			t.Errorf("%s: %v, want ErrBadDonation", path, err)
		}
		t.Log(err)
	}
}

func TestDonorsWithoutTheIoctlsOfferNothing(t *testing.T) {
	err := donateError("/dev/video9", "VIDIOC_EXPBUF", syscall.ENOTTY)
	if !errors.Is(err, ErrNotOffered) || !errors.Is(err, syscall.ENOTTY) || errors.Is(err, ErrNoDevice) {
		t.Errorf("%v, want ErrNotOffered", err)
	}
	if err := donateError("/dev/video9", "VIDIOC_CREATE_BUFS", syscall.EBUSY); !errors.Is(err, ErrBusy) {
		t.Errorf("%v, want ErrBusy", err)
	}
}

func TestV4L2DonorsConform(t *testing.T) {
	for kind, h := range donors(t) {
		t.Run(kind, func(t *testing.T) {
			heaptest.Run(t, func(*testing.T) heap.Heap { return h })
		})
	}
}
