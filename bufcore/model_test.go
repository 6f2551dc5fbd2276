package bufcore

import (
	"testing"

	"pgregory.net/rapid"
)

// FuzzSet runs operation sequences that the fuzzer makes up. With
// -fuzz=FuzzSet it goes on for as long as wished.
func FuzzSet(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 1, 2, 0, 0, 3, 2, 4, 1, 5, 1, 6, 8, 0, 8, 1, 12, 0, 1, 2, 2, 3})
	f.Fuzz(func(t *testing.T, script []byte) { testScript(t, script) })
}

// TestSetAgainstModel runs whole operation sequences with two to five
// participants; -rapid.checks=1000000 for a night of them.
func TestSetAgainstModel(t *testing.T) {
	// rapid.Byte prefers small numbers, which here are no simpler than others.
	bytes := make([]byte, 256)
	for i := range bytes {
		bytes[i] = byte(i)
	}
	done := 0
	rapid.Check(t, func(r *rapid.T) {
		if done++; done%10000 == 0 {
			t.Logf("%d sequences", done)
		}
		size := rapid.SampledFrom([]int{50, 100, 200, 400}).Draw(r, "size")
		script := rapid.SliceOfN(rapid.SampledFrom(bytes), size, size).Draw(r, "script")
		testScript(r, script)
	})
}

// testScript reports the faults that a script finds, how it came to them, and
// what to put into testdata/stories once it is short.
func testScript(t interface{ Errorf(string, ...any) }, script []byte) {
	if len(play(script).faults) == 0 {
		return
	}
	pl := newPlay()
	pl.noting()
	pl.run(script)
	for _, fault := range pl.faults {
		t.Errorf("%s", fault)
	}
	t.Errorf("%s", pl.log())
	t.Errorf("as a story:\n%s", pl.story())
}
