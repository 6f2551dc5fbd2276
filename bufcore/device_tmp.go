package bufcore

import "slices"

type Run struct{ Address, Bytes uint64 }

func (d Device) clone() Device {
	d.Limits.Formats = slices.Clone(d.Limits.Formats)
	return d
}

func (d Device) check() error { return nil }

func (b Backing) check(g *Generation) error { return nil }

func (st *settlement) without(heap string, err error) *settlement { return nil }
func (st *settlement) tried() *Proof                              { return nil }
