package lab

// chart is small plots side by side: a row for each way or the like, in which
// each codec has a line of its own.
type chart struct {
	name     string // of its files
	title    string
	subtitle string // units, and what a mark is
	series   []string
	planned  bool // there are rings
	rows     []string
	panels   []panel
}

// panel is one of the plots, all rows of it.
type panel struct {
	title     string
	axis      axis
	reference float64  // a value to compare with; 0: none
	rows      [][]mark // a mark for each of the series
}

// mark is a spread in the axis's unit.
type mark struct {
	least, median, most float64
	text                string
	absent              string   // said in place of a mark; empty: there is one
	planned             *float64 // nil: nothing was planned
}

// Measures, in pixels of a screen.
const (
	sheet     = 960.0 // width
	titleY    = 20.0
	subtitleY = 40.0
	panelY    = 68.0 // base line of the panels' titles
	rowsY     = 78.0
	leftX     = 124.0
	gapX      = 12.0
	figureX   = 44.0 // for figures at the right of marks
	seriesH   = 13.0
	rowPad    = 5.0
	ticksH    = 26.0
	legendX   = 72.0 // for each name in the legend
)

var shapesOf = [...]struct {
	kind kind
	ink  ink
}{{disc, first}, {diamond, second}}

func (c *chart) rowHeight() float64 { return seriesH*float64(max(len(c.series), 1)) + 2*rowPad }

func (c *chart) bottom() float64 { return rowsY + c.rowHeight()*float64(len(c.rows)) }

func (c *chart) draw() *drawing {
	d := &drawing{width: sheet, height: c.bottom() + ticksH, title: c.title + ". " + c.subtitle}
	d.box(paper, 0, 0, d.width, d.height)
	d.heading(15, 8, titleY, c.title)
	d.label(muted, 11.5, 8, subtitleY, start, c.subtitle)
	c.legend(d)
	c.names(d)
	width := (sheet - leftX) / float64(len(c.panels))
	for i := range c.panels {
		c.panel(d, &c.panels[i], leftX+float64(i)*width, width-gapX)
	}
	return d
}

// legend ends at the right. What stands alone needs none.
func (c *chart) legend(d *drawing) {
	x := sheet - legendX*float64(len(c.series))
	if c.planned {
		d.mark(ring, black, x-legendX, titleY-4, 5)
		d.label(black, 11.5, x-legendX+10, titleY, start, "planned")
	}
	for i := range c.series {
		if len(c.series) > 1 {
			d.mark(shapesOf[i].kind, shapesOf[i].ink, x, titleY-4, 4)
			d.label(black, 11.5, x+10, titleY, start, c.series[i])
		}
		x += legendX
	}
}

func (c *chart) names(d *drawing) {
	for i, name := range c.rows {
		y := rowsY + c.rowHeight()*float64(i)
		if i%2 == 0 {
			d.box(band, 0, y, sheet, y+c.rowHeight())
		}
		d.label(black, 12, leftX-gapX, y+c.rowHeight()/2+4, end, name)
	}
}

func (c *chart) panel(d *drawing, p *panel, x, width float64) {
	d.heading(12, x, panelY, p.title)
	span := width - figureX
	for _, v := range p.axis.ticks() {
		at := x + span*p.axis.at(v)
		d.line(rule, 1, at, rowsY, at, c.bottom())
		d.label(muted, 10, at, c.bottom()+14, middle, tick(v))
	}
	if p.reference > 0 {
		at := x + span*p.axis.at(p.reference)
		d.line(muted, 1.2, at, rowsY, at, c.bottom())
	}
	for i, row := range p.rows {
		for j, m := range row {
			y := rowsY + c.rowHeight()*float64(i) + rowPad + seriesH*(float64(j)+0.5)
			m.draw(d, p.axis, j, x, y, span)
		}
	}
}

func (m mark) draw(d *drawing, a axis, series int, x, y, span float64) {
	if m.absent != "" {
		d.label(muted, 10, x+8, y+3.5, start, m.absent)
		return
	}
	form := shapesOf[series]
	right := x + span*a.at(m.most)
	d.line(form.ink, 2, x+span*a.at(m.least), y, right, y)
	d.mark(form.kind, form.ink, x+span*a.at(m.median), y, 3.6)
	if m.planned != nil {
		at := x + span*a.at(*m.planned)
		d.mark(ring, black, at, y, 5)
		right = max(right, at)
	}
	d.label(black, 10, right+8, y+3.5, start, m.text)
}

// scale gives all panels the axis that suits all.
func (c *chart) scale(finest float64) {
	var least, most float64
	for i := range c.panels {
		a := c.panels[i].reach()
		least, most = min(least, a.least), max(most, a.most)
	}
	for i := range c.panels {
		c.panels[i].axis = axisOf(least, most, finest)
	}
}

// reach is what the marks of a panel take, before it is rounded.
func (p *panel) reach() (a axis) {
	a.most = p.reference
	for _, row := range p.rows {
		for _, m := range row {
			a.least, a.most = min(a.least, m.least), max(a.most, m.most)
			if m.planned != nil {
				a.most = max(a.most, *m.planned)
			}
		}
	}
	return a
}
