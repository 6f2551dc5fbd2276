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

// errNoField is for MemAvailable of kernels before 3.14.
var errNoField = errors.New("is not there")

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
	kib, err := field(meminfo, "MemAvailable:")
	return kib << 10, err
}

// field finds the number after name at the beginning of a line.
func field(text io.Reader, name string) (int64, error) {
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) > 1 && words[0] == name {
			return strconv.ParseInt(words[1], 10, 64)
		}
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	return 0, fmt.Errorf("%s %w", name, errNoField)
}

// groupRoom reads the control group that is mounted at dir, which inside a
// container is its own. memory.max says "max" for no limit. Cold page cache
// counts as room: the kernel drops it before it kills.
func groupRoom(dir string) (int64, bool) {
	limit, ok := readCount(dir + "/memory.max")
	if !ok {
		return 0, false
	}
	used, ok := readCount(dir + "/memory.current")
	if !ok {
		return 0, false
	}
	return max(0, limit-used+coldCache(dir)), true
}

func coldCache(dir string) int64 {
	file, err := os.Open(dir + "/memory.stat")
	if err != nil {
		return 0
	}
	defer file.Close()
	cold, _ := field(file, "inactive_file")
	return cold
}

func readCount(path string) (int64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
