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
	program := filepath.Join(t.TempDir(), "heap.test")
	build(t, []string{"CGO_ENABLED=0"}, "test", "-c", "-o", program, "./bufcore/heap")
	text, code := boot(t, 4*time.Minute, filepath.Join(root(t), "bufcore/heap"), t.TempDir(),
		"sh", "-c", `echo 64 >/proc/sys/vm/nr_hugepages && exec "$@"`, "sh", program, "-test.v")
	t.Log(text)
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, name := range heaps {
		if !strings.Contains(text, "--- PASS: TestHeap/"+name+" (") {
			t.Errorf("heap %s was not tested", name)
		}
	}
}
