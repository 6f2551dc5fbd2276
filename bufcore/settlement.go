package bufcore

import "fmt"

// settlement is storage that has been settled on, and what it takes.
type settlement struct {
	problem *problem
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
	st, e := s.unpaid(kind, bind, newcomers...)
	if e != nil {
		return nil, e
	}
	return st, s.afford(st.count, st.bytes())
}

// unpaid is settle, whatever the account allows.
func (s *Set) unpaid(kind error, bind func(*problem), newcomers ...*Attachment) (*settlement, *OpError) {
	vacant := s.vacant(newcomers)
	best, proof := s.attempt(bind, newcomers, vacant)
	if proof == nil {
		return best, nil
	}
	if best, proof = s.attempt(bind, newcomers, nil); proof != nil {
		return nil, &OpError{Err: kind, Proof: proof}
	}
	var kept []*Reservation
	var lost []dropped
	for _, r := range vacant {
		with := append(kept[:len(kept):len(kept)], r)
		st, why := s.attempt(bind, newcomers, with)
		if why != nil {
			lost = append(lost, dropped{r, why})
			continue
		}
		kept, best = with, st
	}
	best.dropped = lost
	return best, nil
}

func (s *Set) attempt(bind func(*problem), newcomers []*Attachment, kept []*Reservation) (*settlement, *Proof) {
	p := s.problem(newcomers...)
	for _, r := range kept {
		p.add(r.party())
	}
	if bind != nil {
		bind(p)
	}
	sol, proof := p.solve()
	if proof != nil {
		return nil, proof
	}
	return &settlement{problem: p, sol: sol, count: sol.Count}, nil
}

// problem is that of all members and newcomers.
func (s *Set) problem(newcomers ...*Attachment) *problem {
	var parties []party
	for _, m := range s.members {
		parties = append(parties, m.party())
	}
	for _, a := range newcomers {
		parties = append(parties, a.party())
	}
	return newProblem(s.spec, parties)
}

// afford refuses what the account does not allow.
func (s *Set) afford(buffers, bytes int) *OpError {
	if err := s.spec.Account.affords(buffers, bytes); err != nil {
		return &OpError{Err: fmt.Errorf("%w: %w", ErrNoMemory, err)}
	}
	return nil
}
