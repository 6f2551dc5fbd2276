package bufcore

import (
	"fmt"
	"slices"
)

// settlement is storage that has been settled on, and what it takes.
type settlement struct {
	problem *problem
	who     []*Attachment  // whose devices the solution's first are
	kept    []*Reservation // whose the others are
	sol     *Solution
	dropped []dropped
	first   int // the buffer that the storage begins with
	count   int // buffers
}

func (st *settlement) bytes() int { return st.count * st.sol.Layout.Bytes }

// settle finds the storage for all members and newcomers, each in a problem
// that bind has bound, and as many reservations as can be kept, the older
// first. It changes nothing; the error's is kind, with the proof.
func (s *Set) settle(kind error, bind func(*problem), newcomers ...*Attachment) (*settlement, *OpError) {
	vacant := s.vacant(newcomers)
	best, err := s.attempt(bind, newcomers, vacant)
	if err == nil {
		return best, nil
	}
	if best, err = s.attempt(bind, newcomers, nil); err != nil {
		return nil, unsolved(err, kind)
	}
	var kept []*Reservation
	var lost []dropped
	for _, r := range vacant {
		with := append(kept[:len(kept):len(kept)], r)
		st, err := s.attempt(bind, newcomers, with)
		if err != nil {
			lost = append(lost, dropped{r, unsolved(err, kind).Proof})
			continue
		}
		kept, best = with, st
	}
	best.dropped = lost
	return best, nil
}

func (s *Set) attempt(bind func(*problem), newcomers []*Attachment, kept []*Reservation) (*settlement, error) {
	st := &settlement{who: slices.Concat(s.members, newcomers), kept: kept}
	var parties []party
	for _, a := range st.who {
		parties = append(parties, a.parties()...)
	}
	for _, r := range kept {
		parties = append(parties, r.device.parties(Read)...)
	}
	st.problem = newProblem(s.spec, parties)
	if bind != nil {
		bind(st.problem)
	}
	return st, st.solve()
}

func (st *settlement) solve() (err error) {
	if st.sol, err = st.problem.solve(); err == nil {
		st.count = st.sol.Count
	}
	return err
}

// choose has everybody take the alternatives that were settled on.
func (st *settlement) choose() {
	for i, a := range st.who {
		a.chosen = st.sol.Devices[i]
	}
	for i, r := range st.kept {
		r.chosen = st.sol.Devices[len(st.who)+i]
	}
}

// without is the settlement of the same problem if a heap has nothing to give,
// and why; nil if no other heap will do.
func (st *settlement) without(heap string, why error) *settlement {
	next := *st
	p := *st.problem
	p.tried = append(slices.Clone(p.tried), Tried{Heap: heap, Why: why.Error()})
	next.problem, next.dropped = &p, nil
	if next.solve() != nil {
		return nil
	}
	if st.count != st.sol.Count {
		next.count = st.count
	}
	return &next
}

// afford refuses what the account does not allow.
func (s *Set) afford(buffers, bytes int) *OpError {
	if err := s.spec.Account.affords(buffers, bytes); err != nil {
		return &OpError{Err: fmt.Errorf("%w: %w", ErrNoMemory, err)}
	}
	return nil
}

// foundation is what an abstract set is to be made of.
func (s *Set) foundation(newcomers ...*Attachment) (*settlement, *OpError) {
	st, e := s.settle(ErrConflict, nil, newcomers...)
	if e == nil {
		e = s.afford(st.count, st.bytes())
	}
	return st, e
}
