package main

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"

	"twostep/internal/testmain"
)

// TestMain is also encapp, for tests that start one.
func TestMain(m *testing.M) {
	if os.Getenv("TWOSTEP_TEST_ENCAPP") != "" {
		limitFiles(os.Getenv("TWOSTEP_TEST_FILE_LIMIT"))
		main()
	}
	testmain.Run(m)
}

// limitFiles makes files as large as on a disk that is nearly full.
func limitFiles(bytes string) {
	n, err := strconv.ParseUint(bytes, 10, 63)
	if err != nil {
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: n, Max: n}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		panic(err)
	}
}
