package lab

import (
	"fmt"
	"html"
	"strings"
)

var anchors = [...]string{start: "start", middle: "middle", end: "end"}

// svg is the drawing as an element for a page that has the style.
func (d *drawing) svg() string { return d.element("") }

// file is the drawing as a file, with the style in it.
func (d *drawing) file() string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + d.element("<style>"+style()+"</style>\n")
}

func (d *drawing) element(style string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" aria-label="%s" `+
		`viewBox="0 0 %g %g" width="%g" height="%g" font-family="system-ui, 'DejaVu Sans', sans-serif">`+"\n%s",
		html.EscapeString(d.title), d.width, d.height, d.width, d.height, style)
	for _, s := range d.shapes {
		b.WriteString(s.svg() + "\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (s shape) svg() string {
	class := inks[s.ink].name
	switch s.kind {
	case box:
		return fmt.Sprintf(`<rect class="%s" fill="currentColor" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`,
			class, s.x, s.y, s.x2-s.x, s.y2-s.y)
	case line:
		return fmt.Sprintf(`<path class="%s" stroke="currentColor" stroke-width="%g" d="M%.1f %.1fL%.1f %.1f"/>`,
			class, s.r, s.x, s.y, s.x2, s.y2)
	case disc:
		return fmt.Sprintf(`<circle class="%s" fill="currentColor" cx="%.1f" cy="%.1f" r="%g"/>`, class, s.x, s.y, s.r)
	case ring:
		return fmt.Sprintf(`<circle class="%s" fill="none" stroke="currentColor" stroke-width="%g" cx="%.1f" cy="%.1f" r="%g"/>`,
			class, ringWidth, s.x, s.y, s.r)
	case diamond:
		return fmt.Sprintf(`<path class="%s" fill="currentColor" d="M%.1f %.1fl%g %gl-%g %gl-%g-%gz"/>`,
			class, s.x, s.y-s.r, s.r, s.r, s.r, s.r, s.r, s.r)
	}
	weight := ""
	if s.bold {
		weight = ` font-weight="bold"`
	}
	return fmt.Sprintf(`<text class="%s" fill="currentColor" font-size="%g"%s text-anchor="%s" x="%.1f" y="%.1f">%s</text>`,
		class, s.r, weight, anchors[s.anchor], s.x, s.y, html.EscapeString(s.text))
}
