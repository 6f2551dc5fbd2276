package e2e

// course is a way out, and how a stage is made that goes it.
type course struct {
	name    string
	needs   string // of the encoder
	opening bool   // what happens before the first frame, not after R
	strict  bool   // the encoder is refused
	lossy   bool   // the preview stops meanwhile
	free    bool   // a step does not wait for the encoder, which may drop frames
}

var courses = []course{
	{name: "opening", needs: "format", opening: true},
	{name: "strict", needs: "format", strict: true},
	{name: "fit", needs: "fits"},
	{name: "preattach", needs: "format"},
	{name: "restart", needs: "format", lossy: true},
	{name: "swap", needs: "format"},
	{name: "migrate", needs: "stride"},
	{name: "bounce", needs: "format", free: true},
	{name: "auto", needs: "buffers"},
}

// flags are camapp's.
func (c course) flags() []string {
	way := c.name
	if c.opening {
		way = "preattach"
	}
	return []string{"--step", "--codec", "mpeg4", "--way", way, "--needs", c.needs}
}

// victims are the programs that are killed.
var victims = []string{"camapp", "encapp", "compositor"}
