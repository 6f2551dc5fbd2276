package lab

import "strings"

// reason is why encoders were not let in, and the cells of which that is true.
type reason struct {
	Word, Why string
	Cells     []string
}

// reasons are told once each, in the order of the cells.
func (r *Results) reasons() []reason {
	var all []reason
	at := make(map[verdict]int)
	for i := range r.Cells {
		v := r.Cells[i].verdict()
		if v.why == "" {
			continue
		}
		if strings.HasPrefix(v.word, "admitted") {
			v.word = "refused at times"
		}
		if _, ok := at[v]; !ok {
			at[v] = len(all)
			all = append(all, reason{Word: v.word, Why: v.why})
		}
		told := &all[at[v]]
		told.Cells = append(told.Cells, r.Cells[i].String())
	}
	return all
}

// Where names the cells.
func (r reason) Where() string { return strings.Join(r.Cells, "; ") }
