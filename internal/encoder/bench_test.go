package encoder

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"twostep/fourcc"
	"twostep/internal/sys"
)

// BenchmarkRecorder is the time of one 720p frame, file included. Beside it,
// from the same run: the codec alone, driven from C with pictures of its own
// ("codec-ns/op"), and one copy of the frame ("memcpy-ns/op").
func BenchmarkRecorder(b *testing.B) {
	bare := build(b, "bare.c")
	for _, c := range combinations {
		b.Run(c.codec+"/"+c.format.String(), func(b *testing.B) {
			layout := layoutWith(b, c.format, 1280, 720, fourcc.Align{})
			m := memoryOf(b, layout, 4)
			frames := make([]Frame, 4)
			for i := range frames {
				frames[i] = m.frame(uint32(i))
			}
			out, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
			if err != nil {
				b.Fatal(err)
			}
			defer out.Close()
			recordFrames(b, c.codec, out, frames)
			b.ReportMetric(copyTime(frames), "memcpy-ns/op")
			b.ReportMetric(codecAlone(b, bare, c.codec, max(b.N, 60)), "codec-ns/op")
		})
	}
}

func recordFrames(b *testing.B, codec string, out *os.File, frames []Frame) {
	l := frames[0].Layout
	r, err := begun(Config{Codec: codec, Format: l.Code, Width: l.Width, Height: l.Height}, out)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		f := frames[i%len(frames)]
		f.Time = sys.Time(i) * sys.Time(time.Second/30)
		if err := r.Encode(f, func() {}); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	if err := r.Close(); err != nil {
		b.Fatal(err)
	}
}

func copyTime(frames []Frame) float64 {
	const rounds = 200
	dst := make([]byte, len(frames[0].Mem))
	from := time.Now()
	for i := range rounds {
		copy(dst, frames[i%len(frames)].Mem)
	}
	return float64(time.Since(from).Nanoseconds()) / rounds
}

func codecAlone(b *testing.B, bare, name string, n int) float64 {
	k, err := find(name)
	if err != nil {
		b.Fatal(err)
	}
	var opts []string
	for _, o := range k.options {
		opts = append(opts, o[0]+"="+o[1])
	}
	out, err := exec.Command(bare, k.encoder, "1280", "720", fmt.Sprint(n), strings.Join(opts, ":")).Output()
	if err != nil {
		b.Fatal(err)
	}
	ns, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		b.Fatal(err)
	}
	return ns
}
