package bufcore

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"twostep/fourcc"
)

// shelf is heaps that are good for different things.
var shelf = []Promise{
	{Cost: 1},
	{Heap: "cma", Cost: 9, Contiguous: 1 << 26, Access: CPURead | DeviceRead | Import, Unverified: true},
	{Heap: "udmabuf", Cost: 5, Access: CPURead | DeviceRead | Import, Peers: true},
}

func TestTheCheapestHeapThatWillDo(t *testing.T) {
	for want, l := range map[string]Limits{
		"memfd":   {},
		"udmabuf": {Access: Import},
		"cma":     {MaxSegments: 1},
	} {
		sol, err := Solve([]Device{{Name: "d", Limits: l}}, Spec{Width: 1280, Height: 720, Heaps: shelf})
		if err != nil || sol.Heap.Heap != want {
			t.Errorf("got %+v, %v; want %s", sol, err, want)
		}
	}
	same := []Promise{{Heap: "b"}, {Heap: "a"}, {Heap: "c"}}
	if sol, err := Solve(nil, Spec{Width: 8, Height: 8, Heaps: same}); err != nil || sol.Heap.Heap != "a" {
		t.Errorf("got %+v, %v; want a, the first by name", sol, err)
	}
}

// TestFormatIsThatOfTheHeap has a heap that costs more lay out what is liked
// better.
func TestFormatIsThatOfTheHeap(t *testing.T) {
	gpu := Device{Name: "gpu", Limits: Limits{Formats: formatsOf(t, "XR24:tiled,XR24")}}
	tiled := gpu.Limits.Formats[0].Modifier
	vram := Promise{Heap: "vram", Cost: 1, Contiguous: 1 << 26, Modifiers: []fourcc.Modifier{tiled}}
	spec := Spec{Width: 64, Height: 64, Heaps: []Promise{vram, {}}}
	sol, err := Solve([]Device{gpu}, spec)
	if err != nil || sol.Heap.Heap != "memfd" || sol.Layout.Modifier != fourcc.Linear {
		t.Errorf("%+v, %v", sol, err)
	}
	gpu.Limits.MaxSegments = 1
	sol, err = Solve([]Device{gpu}, spec)
	if err != nil || sol.Heap.Heap != "vram" || sol.Layout.Modifier != tiled {
		t.Errorf("%+v, %v", sol, err)
	}
}

func TestEveryHeapSaysWhy(t *testing.T) {
	devices := []Device{{Name: "cpu", Limits: Limits{Access: CPUWrite}}, {Name: "gpu", Limits: Limits{Access: Import}}}
	proof := conflictOf(t, devices, Spec{Width: 64, Height: 64, Heaps: shelf})
	memfd := `allows only CPU read, CPU write, device read, device write and coherent, against "gpu"`
	rest := `allows only CPU read, device read and dma-buf import, against "cpu"`
	want := []Tried{{"memfd", memfd}, {"udmabuf", rest}, {"cma", rest}}
	if !reflect.DeepEqual(proof.Heaps, want) {
		t.Errorf("got %q", proof.Heaps)
	}
	text := `"cpu" needs CPU write; "gpu" needs dma-buf import. ` +
		`No heap will do: memfd: ` + memfd + `; udmabuf: ` + rest + `; cma: ` + rest + `. ` +
		`It would work if "cpu" needed no access, or if "gpu" needed no access.`
	if proof.Text() != text {
		t.Errorf("got  %s\nwant %s", proof, text)
	}
	told, err := json.Marshal(proof)
	if err != nil || !strings.Contains(string(told), `"heaps":[{"heap":"memfd","why":"allows only`) {
		t.Errorf("%s, %v", told, err)
	}
}

func TestNoHeapIsToldOfWhereNoneMatters(t *testing.T) {
	devices := []Device{{Name: "d", Limits: Limits{MaxWidth: 8}}}
	proof := conflictOf(t, devices, Spec{Width: 64, Height: 64, Heaps: shelf})
	if told, err := json.Marshal(proof); err != nil || strings.Contains(string(told), "heaps") {
		t.Errorf("%s, %v", told, err)
	}
}

func TestHeapsThatHaveFailedAreNotTriedAgain(t *testing.T) {
	p := newProblem(Spec{Width: 64, Height: 64, Heaps: shelf}, Device{Name: "d"}.parties(Read))
	for _, heap := range []string{"memfd", "udmabuf", "cma"} {
		sol, err := p.solve()
		if err != nil || sol.Heap.Heap != heap {
			t.Fatalf("got %+v, %v; want %s", sol, err, heap)
		}
		p.tried = append(p.tried, Tried{heap, heap + " is full"})
	}
	_, err := p.solve()
	var c *Conflict
	if !errors.As(err, &c) || !reflect.DeepEqual(c.Proof.Heaps, p.tried) {
		t.Fatal(err)
	}
	want := "No heap will do: memfd: memfd is full; udmabuf: udmabuf is full; cma: cma is full."
	if got := c.Proof.Text(); got != want {
		t.Errorf("got %s", got)
	}
}
