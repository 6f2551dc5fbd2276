package lab

import (
	"fmt"

	"twostep/bufcore"
)

// pooled is every cell of a way in which record was pressed, as one.
func (r *Results) pooled(w bufcore.Way) *Cell {
	pool := Cell{Way: w}
	for _, c := range r.Cells {
		if c.Way == w && c.Codec != Unpressed {
			pool.Trials = append(pool.Trials, c.Trials...)
		}
	}
	return &pool
}

// impossible counts the cells of a way that cannot be.
func (r *Results) impossible(w bufcore.Way) string {
	cells := r.where(func(c *Cell) bool { return c.Way == w && c.Codec != Unpressed })
	n := 0
	for _, c := range cells {
		if c.verdict().word == "impossible" {
			n++
		}
	}
	return fmt.Sprintf("%d of %s", n, counted(len(cells), "cell"))
}

// pressed are the cells of some needs in which record was pressed.
func (r *Results) pressed(n Needs) []*Cell {
	return r.where(func(c *Cell) bool { return c.Needs == n && c.Codec != Unpressed })
}

// unpressed are the cells in which it never was.
func (r *Results) unpressed() []*Cell {
	return r.where(func(c *Cell) bool { return c.Codec == Unpressed })
}

func (r *Results) where(wanted func(*Cell) bool) []*Cell {
	var cells []*Cell
	for i := range r.Cells {
		if c := &r.Cells[i]; wanted(c) {
			cells = append(cells, c)
		}
	}
	return cells
}

// Trials counts those of all cells.
func (r *Results) Trials() (n int) {
	for _, c := range r.Cells {
		n += len(c.Trials)
	}
	return n
}
