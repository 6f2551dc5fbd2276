package bufcore

import (
	"cmp"
	"fmt"
	"strings"
)

// auto is the cheapest of the other ways that loses no frame: fewest copies per
// frame, then least storage at the peak, then the least new storage.
type auto struct{}

// autoWays are those that auto chooses from, the first of equals.
var autoWays = [...]Way{Fit, Migrate, Swap, Bounce, Restart}

func (auto) plan(s *Set, a *Attachment) (*Plan, *OpError) {
	var best *Plan
	var whys []string
	for _, w := range autoWays {
		p := s.planOf(w, a)
		switch {
		case !p.Possible():
			whys = append(whys, fmt.Sprintf("%v: %s", w, p.Why))
		case p.Lost > 0:
			whys = append(whys, fmt.Sprintf("%v: would lose %s", w, plural(uint64(p.Lost), "frame")))
		case best == nil || p.compare(best) < 0:
			best = p
		}
	}
	if best == nil {
		return nil, &OpError{Err: fmt.Errorf("%w: no way without loss: %s", ErrBusy, strings.Join(whys, "; ")), Proof: s.unmet(a)}
	}
	return best, nil
}

func (p *Plan) compare(q *Plan) int {
	return cmp.Or(cmp.Compare(p.Copies, q.Copies), cmp.Compare(p.Peak, q.Peak), cmp.Compare(p.Bytes, q.Bytes))
}

// enter is never called: a plan of auto's is one of another way's.
func (auto) enter(s *Set, a *Attachment, p *Plan) { waysOut[p.Way].enter(s, a, p) }
