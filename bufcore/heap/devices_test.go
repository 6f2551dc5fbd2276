package heap

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"twostep/bufcore"
	"twostep/internal/sys"
)

func TestDumbExtentHoldsTheBytesAndHardlyMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bytes := rapid.Int64Range(1, MaxBytes).Draw(t, "bytes")
		width, height := extent(bytes)
		row := int64(width) * 4
		if got := row * int64(height); row%page != 0 || got < bytes || got >= bytes+row {
			t.Fatalf("%d bytes as %d x %d", bytes, width, height)
		}
		if bytes <= 256<<20 && max(width, height) > 16384 {
			t.Fatalf("%d bytes as %d x %d, more than a GPU can do", bytes, width, height)
		}
	})
}

// What no device is behind: files of this machine in the place of nodes.
func TestNodesOfNoDeviceAreRefusedAsAbsent(t *testing.T) {
	for _, path := range []string{"/dev/null", "/dev/zero", filepath.Join(t.TempDir(), "none")} {
		for _, h := range []Heap{DMAHeap{path}, Dumb{path}} {
			before := openFDs(t)
			_, err := h.Allocate("cam-g1", size, 2)
			var refusal *Refusal
			if !errors.As(err, &refusal) || refusal.Reason != ErrAbsent {
				t.Errorf("%s: %v, want ErrAbsent", h.Name(), err)
			}
			if after := openFDs(t); after != before {
				t.Errorf("%s: %d descriptors left", h.Name(), after-before)
			}
		}
	}
}

func TestNodesThatFailTheirTrialAreNotFound(t *testing.T) {
	found, err := nodes("dma-heap", "/dev/[nz][ue][lr][lo]", func(path string) Heap { return DMAHeap{path} })
	if len(found) > 0 || !errors.Is(err, ErrAbsent) {
		t.Errorf("found %v, %v", found, err)
	}
	for _, name := range []string{"/dev/null", "/dev/zero", "inappropriate ioctl"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	if _, err := nodes("dma-heap", "/dev/no-such-*", nil); !errors.Is(err, ErrAbsent) || !strings.Contains(err.Error(), "no-such") {
		t.Errorf("no node: %v", err)
	}
}

func TestNodesThatPassTheirTrialAreFound(t *testing.T) {
	found, err := nodes("dma-heap", "/dev/null", func(string) Heap { return Memfd{} })
	if len(found) != 1 || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestDMAHeapsPromiseWhatTheirNamesSay(t *testing.T) {
	for node, pieces := range map[string]uint64{"system": 0, "default_cma_region": MaxBytes, "linux,cma": MaxBytes,
		"reserved": MaxBytes, "default-pool": MaxBytes, "secure": 0} {
		p := DMAHeap{"/dev/dma_heap/" + node}.Promise()
		if p.Contiguous != pieces || p.Heap != "dma-heap/"+node || !p.Peers || !p.Unverified {
			t.Errorf("%s promises %+v", node, p)
		}
	}
	system, cma := DMAHeap{"system"}.Promise(), DMAHeap{"reserved"}.Promise()
	if system.Cost >= cma.Cost {
		t.Errorf("contiguous memory costs %d, any memory %d", cma.Cost, system.Cost)
	}
}

func TestDumbPromisesPagesThatDevicesImport(t *testing.T) {
	p := Dumb{"/dev/dri/card7"}.Promise()
	if p.Heap != "dumb/card7" || p.Contiguous > page || p.Access&bufcore.Import == 0 || !p.Peers || !p.Unverified {
		t.Errorf("%+v", p)
	}
}

func TestAccessToOrdinaryMemoryNeedsNoBrackets(t *testing.T) {
	b := allocate(t, Memfd{}, 1)[0]
	if err := errors.Join(b.BeginAccess(sys.CPURead), b.EndAccess(sys.CPURead)); err != nil {
		t.Error(err)
	}
	b.Close()
	if err := b.BeginAccess(sys.CPURead); !errors.Is(err, sys.ErrFDClosed) {
		t.Errorf("after Close: %v, want ErrFDClosed", err)
	}
}
