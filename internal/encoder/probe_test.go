package encoder

import (
	"encoding/json"
	"os/exec"
	"strconv"
	"testing"

	"twostep/fourcc"
)

// probe is what ffprobe says of a file.
type probe struct {
	Streams []struct {
		Codec     string `json:"codec_name"`
		Pixels    string `json:"pix_fmt"`
		Frames    string `json:"nb_read_frames"`
		Width     int    `json:"width"`
		Height    int    `json:"height"`
		BFrames   int    `json:"has_b_frames"`
		Range     string `json:"color_range"`
		Space     string `json:"color_space"`
		Primaries string `json:"color_primaries"`
		Transfer  string `json:"color_transfer"`
	} `json:"streams"`
	Frames []struct {
		Time string `json:"pts_time"`
		Key  int    `json:"key_frame"`
	} `json:"frames"`
	Format struct {
		Duration string `json:"duration"`
	} `json:"format"`
}

// probed asks ffprobe, and skips the test where there is none.
func probed(t *testing.T, path string) probe {
	t.Helper()
	tool, err := exec.LookPath("ffprobe")
	if err != nil {
		t.Skip(err)
	}
	out, err := exec.Command(tool, "-v", "error", "-of", "json", "-count_frames",
		"-show_streams", "-show_frames", "-show_format", path).Output()
	if err != nil {
		t.Fatalf("ffprobe: %v", err)
	}
	var p probe
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	if len(p.Streams) != 1 {
		t.Fatalf("%d streams", len(p.Streams))
	}
	return p
}

func (p probe) times(t *testing.T) []float64 {
	t.Helper()
	var all []float64
	for _, f := range p.Frames {
		all = append(all, number(t, f.Time))
	}
	return all
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOtherSoftwareSeesTheSameFile(t *testing.T) {
	for _, c := range combinations {
		t.Run(c.codec+" "+c.format.String(), func(t *testing.T) {
			path, _ := record(t, c.codec, layoutWith(t, c.format, 1280, 720, fourcc.Align{}), count(0, 60))
			p := probed(t, path)
			s := p.Streams[0]
			if s.Codec != c.codec || s.Pixels != "yuv420p" || s.Width != 1280 || s.Height != 720 || s.Frames != "60" || s.BFrames != 0 {
				t.Errorf("stream %+v", s)
			}
			if s.Range != "tv" || s.Space != "smpte170m" || s.Primaries != "smpte170m" || s.Transfer != "smpte170m" {
				t.Errorf("colours %s %s %s %s, want BT.601 in limited range", s.Range, s.Space, s.Primaries, s.Transfer)
			}
			if d := number(t, p.Format.Duration); d < 2-1./60 || d > 2+1./60 {
				t.Errorf("duration %g s, want 2", d)
			}
			if p.Frames[0].Key != 1 || p.Frames[30].Key != 1 {
				t.Error("no key frame each second")
			}
		})
	}
}
