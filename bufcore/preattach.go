package bufcore

import "fmt"

// preattach admits a device to the place that was reserved for it before first
// use. It is not late, since its limits took part when the storage was settled.
type preattach struct{}

func (preattach) plan(s *Set, a *Attachment) (*Plan, *OpError) {
	if !s.claims(a) {
		return nil, &OpError{Err: fmt.Errorf("%w: no place is reserved for what %q needs", ErrBusy, a.name())}
	}
	return fit{}.plan(s, a)
}

func (preattach) enter(s *Set, a *Attachment, _ *Plan) { s.letIn(a) }
