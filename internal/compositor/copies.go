package compositor

import (
	"twostep/bufcore"
	"twostep/fourcc"
	"twostep/internal/copier"
	"twostep/internal/steps"
)

// copies is what the worker can copy.
var copies = func() bufcore.Copier {
	all := bufcore.Copier{}
	for _, from := range copier.Targets(fourcc.YUYV) {
		all[from] = copier.Targets(from)
	}
	all[fourcc.R8] = copier.Targets(fourcc.R8)
	return all
}()

// Copy is part of bufcore.Host.
func (s *set) Copy(c *bufcore.Copy) {
	steps.At(steps.Copy)
	s.srv.around.Do(Job{kind: copyJob, st: s.stores[c.To], from: s.stores[c.From], copy: c})
}

func (j Job) makeCopy() error {
	c := j.copy
	return copier.Copy(j.st.maps[c.Target].Bytes, c.To.Layout, j.from.maps[c.Source].Bytes, c.From.Layout)
}
