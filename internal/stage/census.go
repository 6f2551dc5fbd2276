package stage

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Process is a line of the process table.
type Process struct {
	PID, Group int
	Name       string
}

// Living lists the processes of the groups that still run. A zombie holds
// nothing and is left out.
func Living(groups ...int) []Process {
	var list []Process
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // gone since the listing
		}
		p, state, ok := parseStat(string(text))
		if !ok || state == "Z" || state == "X" {
			continue
		}
		for _, g := range groups {
			if p.Group == g {
				list = append(list, p)
			}
		}
	}
	return list
}

// parseStat reads pid, name, state and process group: proc(5). The name is in
// parentheses and may hold any character, those included.
func parseStat(text string) (p Process, state string, ok bool) {
	open, shut := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 1 || shut < open {
		return p, "", false
	}
	rest := strings.Fields(text[shut+1:])
	if len(rest) < 3 {
		return p, "", false
	}
	pid, err1 := strconv.Atoi(strings.TrimSpace(text[:open]))
	group, err2 := strconv.Atoi(rest[2])
	return Process{pid, group, text[open+1 : shut]}, rest[0], err1 == nil && err2 == nil
}
