package scenes

import (
	"image"
	"strings"

	"twostep/fourcc"
	"twostep/render"
)

const (
	now   = int64(100e9)
	frame = int64(33.333e6)
)

const proof = "encapp (H.264) reads NV12 only, but the set \"camera\" has been YUYV since the display mapped it " +
	"first, 12.4 s ago: stored in generation 1 as YUYV 1280x720, stride 2560. No format is common to " +
	"camera {YUYV}, display {YUYV, NV12, XR24} and encapp {NV12}. It would fit if the encoder took YUYV, or in " +
	"storage made anew: swap can do that, and costs the preview no frame."

// huds are the whole desktop in the states that a person meets.
func huds() []Case {
	large, small := image.Pt(1640, 900), image.Pt(1000, 540)
	return []Case{
		{Name: "HUDIdle", Scene: &render.Scene{Size: large, HUD: idle()}},
		{Name: "HUDPreview", Scene: desk(large, fourcc.YUYV, 1280, 720, preview())},
		{Name: "HUDRefused", Scene: desk(large, fourcc.YUYV, 1280, 720, refused())},
		{Name: "HUDRecording", Scene: desk(large, fourcc.NV12, 1280, 720, recording())},
		{Name: "HUDSmallRecording", Scene: desk(small, fourcc.NV12, 640, 360, recording())},
		{Name: "HUDSmallRefused", Scene: desk(small, fourcc.YUYV, 640, 360, refused())},
		{Name: "HUDManyBuffers", Scene: desk(small, fourcc.NV12, 640, 360, busy())},
		{Name: "HUDBadge", Scene: desk(image.Pt(680, 420), fourcc.NV12, 640, 360, recording())},
		{Name: "HUDHidden", Scene: desk(image.Pt(680, 420), fourcc.NV12, 640, 360, nil)},
	}
}

func desk(size image.Point, c fourcc.Code, w, h int, hud *render.HUD) *render.Scene {
	f, inside := render.Place(image.Pt(w, h), render.Workspace(size, hud != nil))
	p := Card(layout(c, w, h, 0))
	if hud != nil {
		hud.Fourcc, hud.Width, hud.Height = c.String(), w, h
	}
	return &render.Scene{Size: size, HUD: hud, Windows: []render.Window{
		{ID: 7, Title: "camera · test pattern", Focused: true, Frame: f, Content: inside, Picture: p},
	}}
}

func idle() *render.HUD {
	return &render.HUD{
		Now: now, Way: "swap",
		Hints: []string{"H HUD", "G graph", "S snapshot", "Q quit"},
		Notes: []string{"listening on /run/user/1000/twostep-0", "start a camera: camapp --source auto"},
	}
}

func preview() *render.HUD {
	h := idle()
	h.Stream, h.FPS, h.LatencyMS, h.Generation = "camera", 30.02, 6.4, 1
	h.Attached = []render.Attached{
		{Name: "camera (test pattern)", Direction: "write", Held: 2},
		{Name: "display", Direction: "read", Held: 1},
	}
	h.Hints = []string{
		"R record", "M codec", "1 strict", "2 fit", "5 swap", "H HUD", "G graph", "S snapshot", "Q quit",
	}
	h.Notes = nil
	h.Buffers = circulate(nil, 1, 6, now-2*chart, 0, false)
	return h
}

func refused() *render.HUD {
	h := preview()
	h.Way, h.Refusal = "strict", proof
	return h
}

func recording() *render.HUD {
	h := preview()
	crossing := now - int64(2.4e9)
	h.Generation, h.FPS, h.LatencyMS = 2, 29.98, 7.1
	h.Attached = append(h.Attached, render.Attached{Name: "encapp H.264", Direction: "read", Held: 3})
	h.Refusal = proof[:strings.Index(proof, " It would")]
	h.Recording = &render.Recording{Since: crossing, Frames: 72, Name: "recording.mp4"}
	h.Buffers = circulate(nil, 1, 6, now-2*chart, crossing, false)
	h.Buffers = circulate(h.Buffers, 2, 9, crossing, 0, true)
	return h
}

// busy has twice fourteen lanes, whose buffers are held for a few ms at a time.
func busy() *render.HUD {
	h := recording()
	h.Refusal = ""
	h.Buffers = append(brief(1, 14, now-2*chart, now-int64(1.5e9)), brief(2, 14, now-int64(1.5e9), now)...)
	h.Missed, h.Superseded = 2, 1
	h.Notes = []string{"a remark that there is no room for"}
	return h
}

const chart = int64(4e9)

// brief makes lanes of short holds with much idle time between them.
func brief(generation uint32, n int, from, to int64) []render.BufferLane {
	const ms = int64(1e6)
	lanes := make([]render.BufferLane, n)
	for i := range lanes {
		lanes[i] = render.BufferLane{Index: i, Generation: generation}
		at := from
		for t := from + int64(i)*frame; t < to; t += int64(n) * frame {
			lanes[i].Spans = append(lanes[i].Spans,
				render.Span{From: at, To: t, Holder: render.Idle},
				render.Span{From: t, To: t + 4*ms, Holder: render.Camera},
				render.Span{From: t + 4*ms, To: t + 7*ms, Holder: render.Display},
				render.Span{From: t + 7*ms, To: t + 29*ms, Holder: render.Encoder})
			at = t + 29*ms
		}
		lanes[i].Spans = append(lanes[i].Spans, render.Span{From: at, Holder: render.Idle}) // and ever after
	}
	return lanes
}

// circulate adds the lanes of a generation whose buffers take turns: filled by
// the camera, then shown, then, if encoded, with the encoder for a while.
func circulate(lanes []render.BufferLane, generation uint32, n int, from, to int64, encoded bool) []render.BufferLane {
	for i := range n {
		lane := render.BufferLane{Index: i, Generation: generation}
		end := to
		if end == 0 {
			end = now
		}
		at := from
		for turn := i; at < end; turn += n {
			at = life(&lane, from+int64(turn)*frame, at, end, encoded)
		}
		lanes = append(lanes, lane)
	}
	return lanes
}

// life adds one turn of a buffer that began at start; it was idle since at.
func life(lane *render.BufferLane, start, at, end int64, encoded bool) int64 {
	add := func(until int64, h render.Holder) {
		until = min(until, end)
		if until > at {
			lane.Spans = append(lane.Spans, render.Span{From: at, To: until, Holder: h})
			at = until
		}
	}
	add(start, render.Idle)
	add(start+frame, render.Camera)
	add(start+2*frame+frame/5, render.Display)
	if encoded {
		add(start+4*frame+frame/3, render.Encoder)
	}
	if end < now && at == end {
		return end
	}
	return at
}
