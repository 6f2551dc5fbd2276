package guest

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDMABufsOfARealKernel(t *testing.T) {
	wanted(t)
	program := filepath.Join(t.TempDir(), "sys.test")
	build(t, []string{"CGO_ENABLED=0"}, "test", "-c", "-o", program, "./internal/sys")
	text, code := boot(t, 3*time.Minute, filepath.Join(root(t), "internal/sys"), t.TempDir(),
		program, "-test.v", "-test.run=DMABuf|Dumb|CPUAccess")
	t.Log(text)
	if code != 0 || strings.Contains(text, "NOT TESTED") {
		t.Errorf("exit code %d, or a device was not there", code)
	}
	for _, name := range []string{"TestReadOnlyDMABufIsReadOnlyForGood", "TestDumbBufferOutlivesItsCard"} {
		if !strings.Contains(text, "--- PASS: "+name) {
			t.Errorf("%s did not run", name)
		}
	}
}
