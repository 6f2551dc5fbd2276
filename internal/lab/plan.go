package lab

import "encoding/json"

// Plan is what the broker said a way would cost, before anything was touched.
// It decodes the JSON of a bufcore.Plan, the proof left aside.
type Plan struct {
	Way        string `json:"way,omitempty"`        // that would be gone
	Impossible string `json:"impossible,omitempty"` // why it cannot be gone; empty: it can
	Format     string `json:"format,omitempty"`     // of what the encoder would read
	Heap       string `json:"heap,omitempty"`       // of new storage; empty: there is none
	Buffers    int    `json:"buffers"`              // that get new storage
	Bytes      int64  `json:"bytes"`                // of that storage
	Peak       int64  `json:"peak_bytes"`           // the most there is at a time
	Copies     int    `json:"copies_per_frame"`     // made for the encoder
	Lost       int    `json:"frames_lost"`          // by the preview
}

// MarshalJSON gives an impossible plan no figures: they would be 0.
func (p Plan) MarshalJSON() ([]byte, error) {
	if p.Impossible != "" {
		return json.Marshal(struct {
			Way        string `json:"way,omitempty"`
			Impossible string `json:"impossible"`
		}{p.Way, p.Impossible})
	}
	type figures Plan
	return json.Marshal(figures(p))
}
