package guest

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// heaps are those that the guest has.
var heaps = []string{"memfd", "huge", "udmabuf", "udmabuf-huge", "dma-heap/system", "dumb/card0"}

func TestHeapsOnARealKernel(t *testing.T) {
	wanted(t)
	t.Setenv("TWOSTEP_REQUIRE_HEAPS", strings.Join(heaps, " "))
	all := []string{"TestEmptyPoolIsARefusalAndFillsAgain", "TestHugeBuffersAreWholeAlignedPages",
		"TestPartOfAHugePageIsUnmapped", "TestUdmabufIsWritableByPeers", "TestUdmabufRefusesAboveTheLimitOfItsModule"}
	for _, name := range heaps {
		all = append(all, "TestHeap/"+name)
	}
	passes(t, "bufcore/heap", ".", all)
}

func TestMemoryFilesOnARealKernel(t *testing.T) {
	wanted(t)
	passes(t, "internal/sys", "Udmabuf|Huge|Frames|Descriptors", []string{"TestUdmabufTakesSealedWholePagesOnly",
		"TestHugeMemfdIsWholePagesOrAnError", "TestPageFramesAreShownOrSaidToBeHidden",
		"TestBothWaysOfCountingDescriptorsAgree"})
}

// inPool fills the pool of huge pages before it runs a command.
const inPool = `echo 64 >/proc/sys/vm/nr_hugepages && exec "$@"`

// passes runs the tests of a package that match run in the guest, and wants
// those named to be among what has passed.
func passes(t *testing.T, pkg, run string, names []string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), filepath.Base(pkg)+".test")
	build(t, []string{"CGO_ENABLED=0"}, "test", "-c", "-o", program, "./"+pkg)
	text, code := boot(t, 4*time.Minute, filepath.Join(root(t), pkg), t.TempDir(),
		"sh", "-c", inPool, "sh", program, "-test.v", "-test.run="+run)
	t.Log(text)
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, name := range names {
		if !strings.Contains(text, "--- PASS: "+name+" (") {
			t.Errorf("%s has not passed", name)
		}
	}
}
