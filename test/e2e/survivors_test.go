package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withoutEncoder: the preview goes on, and so does recording.
func (k *killing) withoutEncoder() {
	k.t.Helper()
	k.settle()
	dead := "camapp: encapp ended "
	k.until("notice of the encoder's death", func() bool {
		return k.recordings() > 0 || strings.Contains(k.camera.stderr.String(), dead)
	})
	k.frames(5)
	if k.course.opening {
		k.finish()
	} else {
		k.again()
	}
	p := k.compositorReport("compositor").Preview
	if p.Lost != 0 && !k.course.lossy {
		k.t.Errorf("preview %+v: frames lost", p)
	}
	if lines := strings.Count(k.camera.stderr.String(), "\n"); lines != 1 && !k.course.strict {
		k.t.Errorf("camapp says\n%s, want one line", k.camera.stderr.String())
	}
}

// again records once more and looks for what is left behind.
func (k *killing) again() {
	k.t.Helper()
	k.take(taking)
	k.until(fmt.Sprintf("return to descriptors %+v", k.before), func() bool { return k.count() == k.before })
	k.finish()
	var r struct {
		LeftBehind leftBehind `json:"left_behind"`
	}
	if readJSON(k.t, k.report("camapp"), &r); r.LeftBehind != (leftBehind{}) {
		k.t.Errorf("camapp has left behind %+v", r.LeftBehind)
	}
	if !k.course.strict {
		k.recording = filepath.Join(k.dir, "recording-2.mp4")
		defer func() { k.recording = filepath.Join(k.dir, "recording.mp4") }()
		if p := k.play(); p.Last-p.First+1 < taking {
			k.t.Errorf("the recording after it is %+v", p)
		}
	}
}

// withoutCamera: everything that was its goes, and another takes its place.
func (k *killing) withoutCamera(encoder int) {
	k.t.Helper()
	k.settle()
	if encoder != 0 {
		k.gone(encoder)
	}
	k.ended(k.camera)
	k.until("end of its storage", func() bool {
		r, _ := k.look()
		return r != nil && r.Clients == 0 && r.Buffers == 0
	})
	k.settle()
	if said := k.camera.stderr.String(); strings.Count(said, "\n") > 1 {
		k.t.Errorf("its encoder says\n%s, want one line", said)
	}
	shown := k.compositorReport("now").Preview.Shown
	k.enter(k.course.flags()...)
	k.ask(fmt.Sprintf("wait frames %d", shown+5))
	k.finish()
}

// withoutCompositor: both say so and go.
func (k *killing) withoutCompositor(encoder int) {
	k.t.Helper()
	if code := k.ended(k.camera); code != 76 {
		k.t.Errorf("camapp exits with %d", code)
	}
	if said := k.camera.stderr.String(); !strings.HasSuffix("\n"+said, "\ncamapp: the compositor has gone\n") {
		k.t.Errorf("camapp says %q", said)
	}
	if encoder != 0 {
		k.gone(encoder)
	}
}

// play proves the recording, which has holes only where the encoder may have been
// outpaced.
func (k *killing) play() proof {
	k.t.Helper()
	if !k.course.free {
		return k.verify()
	}
	p, code := k.prove()
	if code > 1 || p.Frames == 0 || p.Repeats+p.Torn > 0 {
		k.t.Errorf("verify exits with %d: %+v", code, p)
	}
	return p
}

// cut proves what there is of a recording that may not have been finished, and
// must be if whole.
func (k *killing) cut(whole bool) {
	k.t.Helper()
	stat, err := os.Stat(k.recording)
	if err == nil && stat.Size() > 0 && (whole || fragments(k.t, k.recording) > 0) {
		k.t.Logf("%d frames play, of %d fragments", k.play().Frames, fragments(k.t, k.recording))
	} else if whole {
		k.t.Errorf("no recording: %v, %v", stat, err)
	}
}

// fragments counts the finished fragments of an MP4 file: moof and the whole of
// the mdat that follows.
func fragments(t *testing.T, path string) (n int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for len(data) >= 8 {
		size := int(data[0])<<24 | int(data[1])<<16 | int(data[2])<<8 | int(data[3])
		if size < 8 || size > len(data) {
			break
		}
		if string(data[4:8]) == "mdat" {
			n++
		}
		data = data[size:]
	}
	return n
}
