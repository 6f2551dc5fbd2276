package lab

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed report.html.tmpl
var reportText string

var reportForm = template.Must(template.New("report").Funcs(template.FuncMap{
	"printable": printable,
}).Parse(reportText))

// report is what the form is filled with.
type report struct {
	Conditions                  [][2]string
	Trials                      int
	Cells                       int
	Ways, Needs                 [][2]string
	Record                      string
	Short, Full, Idle, Foretold table
	Plots                       map[string]template.HTML // by name, each escaped as it was drawn
	Reasons                     []reason
	Style                       template.CSS
}

// WriteHTML writes the report: one page that needs nothing else.
func (r *Results) WriteHTML(w io.Writer) error {
	page := report{
		Conditions: r.Conditions.list(), Trials: r.Trials(), Cells: len(r.Cells),
		Short: r.short(), Full: r.full(), Idle: r.idle(), Foretold: r.foretold(),
		Plots: make(map[string]template.HTML), Reasons: r.reasons(), Style: template.CSS(style()),
		Record: fmt.Sprintf("%.1f s", length(r.Conditions.Quick).Seconds()),
	}
	for _, c := range r.charts() {
		page.Plots[c.name] = template.HTML(c.draw().svg())
	}
	for _, way := range ways() {
		page.Ways = append(page.Ways, [2]string{way.String(), sayings[way]})
	}
	for _, n := range AllNeeds {
		page.Needs = append(page.Needs, [2]string{n.String(), n.Meaning()})
	}
	return reportForm.Execute(w, page)
}

// list is the conditions as names and values.
func (c *Conditions) list() [][2]string {
	rounds := fmt.Sprintf("%d of each cell", c.Rounds)
	if c.Quick {
		rounds += ", quick"
	}
	if c.CutShort {
		rounds += ", cut short"
	}
	return [][2]string{
		{"machine", c.Machine},
		{"cores", fmt.Sprint(c.Cores)},
		{"kernel", c.Kernel},
		{"camera", fmt.Sprintf("%d × %d at %.4g fps", c.Width, c.Height, c.FPS)},
		{"pre-roll", counted(c.Preroll, "frame")},
		{"trials", rounds},
		{"seed", fmt.Sprint(c.Seed)},
		{"commit", c.Commit},
		{"date", c.Date.Format("2006-01-02 15:04 MST") + ", took " + brief(c.Took)},
		{"load", c.LoadBefore + " before, " + c.LoadAfter + " after"},
	}
}
