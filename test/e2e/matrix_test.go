package e2e

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"twostep/internal/steps"
)

// combination is who dies when.
type combination struct {
	course course
	place  place
	victim string
}

func (c combination) String() string {
	return fmt.Sprintf("%s/%s/%s dies", c.course.name, c.place, c.victim)
}

// sampled is how many combinations are tried where time is short.
const sampled = 12

// TestKill kills each program at a few points of some ways out, or with
// TWOSTEP_STRESS=1 at every point of each. Whoever is left goes on, and nothing
// else is.
func TestKill(t *testing.T) {
	bin := buildStepping(t)
	all := survey(t, bin)
	tried := all
	if os.Getenv("TWOSTEP_STRESS") == "" {
		seed := rand.Uint64()
		t.Logf("seed %#x; %d of %d combinations", seed, sampled, len(all))
		tried = sample(all, seed)
	} else {
		everyPointIsMet(t, all)
	}
	var table results
	t.Run("all", func(t *testing.T) {
		for _, c := range tried {
			t.Run(c.String(), func(t *testing.T) {
				t.Parallel()
				verdict := "none" // the process is not there, or the point is not come to again
				defer func() { table.add(c, t.Failed(), verdict) }()
				k := newKilling(t, bin, c.course)
				if k.arrive(c.place) != nil && k.kill(c.victim) {
					verdict = "ok"
				}
			})
		}
	})
	t.Logf("\n%s", &table)
}

// survey goes every course to its end and returns all that can be tried.
func survey(t *testing.T, bin string) (all []combination) {
	for _, c := range courses {
		k := newKilling(t, bin, c)
		if c.opening {
			k.enter(c.flags()...)
			k.ask("wait frames 5")
		} else {
			k.bring()
			k.take(taking)
		}
		k.settle()
		places := k.stepper.forget()
		slices.SortFunc(places, func(a, b place) int {
			return cmp.Or(strings.Compare(a.program, b.program),
				slices.Index(steps.Points, a.point)-slices.Index(steps.Points, b.point))
		})
		for _, p := range places {
			for _, v := range victims {
				all = append(all, combination{c, p, v})
			}
		}
		k.finish()
		if p := k.compositorReport("compositor").Preview; p.Lost != 0 && !c.lossy {
			t.Errorf("%s: preview %+v: frames lost", c.name, p)
		}
		if !c.strict && !c.opening {
			k.play()
		}
	}
	return all
}

func sample(all []combination, seed uint64) []combination {
	r := rand.New(rand.NewPCG(seed, 0))
	var few []combination
	for _, i := range r.Perm(len(all))[:sampled] {
		few = append(few, all[i])
	}
	return few
}

// everyPointIsMet on some course: the encoder is never there before the camera.
func everyPointIsMet(t *testing.T, all []combination) {
	for _, p := range steps.Points {
		met := slices.ContainsFunc(all, func(c combination) bool { return c.place.point == p })
		if !met && p != steps.EncoderAttached {
			t.Errorf("%s is on no course", p)
		}
	}
}

// results are what came of combinations.
type results struct {
	mu   sync.Mutex
	rows []string // "course<tab>place", as they came
	cell map[string]map[string]string
}

func (r *results) add(c combination, failed bool, verdict string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if failed {
		verdict = "FAIL"
	}
	row := c.course.name + "\t" + c.place.String()
	if r.cell[row] == nil {
		r.rows = append(r.rows, row)
		if r.cell == nil {
			r.cell = map[string]map[string]string{}
		}
		r.cell[row] = map[string]string{}
	}
	r.cell[row][c.victim] = verdict
}

// String is a table of who died where, and whether all was well.
func (r *results) String() string {
	slices.Sort(r.rows)
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "way\tpoint\t%s\n", strings.Join(victims, "\t"))
	for _, row := range r.rows {
		fmt.Fprint(w, row)
		for _, v := range victims {
			fmt.Fprint(w, "\t", cmp.Or(r.cell[row][v], "-"))
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush()
	return text.String()
}
