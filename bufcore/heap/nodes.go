package heap

import (
	"errors"
	"fmt"
	"path/filepath"
)

// nodes returns the heap of each device node that pattern names, if it can make
// a buffer. The error is an *Absence, with the reason for each that cannot.
func nodes(kind, pattern string, heapOf func(path string) Heap) (found []Heap, absent error) {
	paths, _ := filepath.Glob(pattern)
	if len(paths) == 0 {
		return nil, &Absence{kind, fmt.Errorf("no %s", pattern)}
	}
	var whys []error
	for _, path := range paths {
		h := heapOf(path)
		if err := try(h); err != nil {
			whys = append(whys, fmt.Errorf("%s: %w", path, err))
			continue
		}
		found = append(found, h)
	}
	if whys != nil {
		absent = &Absence{kind, errors.Join(whys...)}
	}
	return found, absent
}
