package sys

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// errNoMemAvailable is for kernels before 3.14.
var errNoMemAvailable = errors.New("/proc/meminfo has no MemAvailable")

// AvailableMemory returns the bytes that can be taken without pushing the
// machine into swap or the control group of this process over its limit, by
// the kernel's estimate. A control group that cannot be read bounds nothing.
func AvailableMemory() (int64, error) {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	defer file.Close()
	machine, err := memAvailable(file)
	if err != nil {
		return 0, err
	}
	if group, ok := groupRoom("/sys/fs/cgroup"); ok {
		return min(machine, group), nil
	}
	return machine, nil
}

func memAvailable(meminfo io.Reader) (int64, error) {
	lines := bufio.NewScanner(meminfo)
	for lines.Scan() {
		rest, ok := strings.CutPrefix(lines.Text(), "MemAvailable:")
		if !ok {
			continue
		}
		var kib int64
		if _, err := fmt.Sscanf(rest, "%d kB", &kib); err != nil {
			return 0, fmt.Errorf("MemAvailable %q: %w", rest, err)
		}
		return kib << 10, nil
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	return 0, errNoMemAvailable
}

// groupRoom reads the control group that is mounted at dir, which inside a
// container is its own. memory.max says "max" for no limit.
func groupRoom(dir string) (int64, bool) {
	limit, ok := readCount(dir + "/memory.max")
	if !ok {
		return 0, false
	}
	used, ok := readCount(dir + "/memory.current")
	return max(0, limit-used), ok
}

func readCount(path string) (int64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
