package bufcore

func (m *account) Dropped(r *Reservation, why *Proof) {
	for _, pl := range m.places {
		if pl.r != r {
			continue
		}
		if pl.gone || why == nil || len(why.Core) == 0 {
			m.object("a reservation is dropped twice, or for no reason")
		}
		m.judge(func() {
			if pl.by != nil {
				m.object("the reservation of %s is dropped", pl.by.name)
			}
		})
		pl.gone = true
		return
	}
	m.object("a reservation is dropped that nobody made")
}

// takePlace has p take the place that it claims, or leave one behind.
func (m *account) takePlace(p *part) {
	if pl := m.claim(p); pl != nil && p.side == nil {
		pl.by = p
	} else if p.ask.Dispensable && p.reads() && p.side == nil {
		m.places = append(m.places, &place{r: p.a.Reservation(), by: p})
	}
}

func (m *account) claim(p *part) *place {
	for _, pl := range m.places {
		if pl.r == p.ask.Claim && p.reads() && !pl.gone && pl.by == nil && pl.r.covers(p.ask.Device) {
			return pl
		}
	}
	return nil
}

func (m *account) leavePlace(p *part) {
	for _, pl := range m.places {
		if pl.by == p {
			pl.by = nil
		}
	}
}
