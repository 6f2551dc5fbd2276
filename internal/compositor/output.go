package compositor

import "twostep/protocol"

func bindOutput(o object) error {
	g := &output{o}
	if err := enter[protocol.WlOutputRequests](o, &protocol.WlOutputInterface, g, protocol.DispatchWlOutputRequest); err != nil {
		return err
	}
	size := o.c.srv.cfg.Size
	res := protocol.WlOutputResource{ID: o.id, Version: o.version, Out: o.c.out}
	res.Geometry(0, 0, 0, 0, protocol.WlOutputSubpixelUnknown, "twostep", "window", protocol.WlOutputTransformNormal)
	res.Mode(protocol.WlOutputModeCurrent, int32(size.X), int32(size.Y), 60000)
	if o.version >= protocol.WlOutputDoneSince {
		res.Scale(1)
		res.Done()
	}
	return nil
}

// output is wl_output. Its size at bind is its size: a window that is resized
// later shows the desktop's new size to nobody but its user.
type output struct{ object }

// Release is since version 3, which is not offered.
func (g *output) Release() error { return g.Destroy() }
