package copier

import "unsafe"

func overlap(a, b []byte) bool {
	from, to := addresses(a)
	first, last := addresses(b)
	return from < last && first < to
}

// addresses returns where b begins and ends; only comparing them is meaningful.
func addresses(b []byte) (from, to uintptr) {
	from = uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return from, from + uintptr(len(b))
}
