package camera

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/blackjack/webcam"

	"twostep/fourcc"
	"twostep/internal/sys"
)

func TestPathsThatAreNoCameraAreNoDevice(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/dev/null", "/dev/video4711", file, t.TempDir(), file + "/below"} {
		_, err := OpenV4L2(path, V4L2Config{})
		if !errors.Is(err, ErrNoDevice) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error is %v", path, err)
		}
		if d := probe(path); d.Captures || !errors.Is(d.Err, ErrNoDevice) {
			t.Errorf("%s: found %+v", path, d)
		}
	}
}

func TestKernelErrorsSayWhatTheyMean(t *testing.T) {
	cases := []struct {
		err  error
		want error
	}{
		{syscall.EBUSY, ErrBusy},
		{os.NewSyscallError("open", syscall.EBUSY), syscall.EBUSY},
		{syscall.EACCES, ErrPermission},
		{syscall.EPERM, ErrPermission},
		{syscall.ENODEV, ErrNoDevice},
		{syscall.ENOTTY, ErrNoDevice},
		{syscall.ENOMEM, syscall.ENOMEM},
		{ErrNoDevice, ErrNoDevice},
	}
	for _, c := range cases {
		err := deviceError("/dev/video9", "VIDIOC_REQBUFS", c.err)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), "/dev/video9") {
			t.Errorf("%v became %q, which is not %v", c.err, err, c.want)
		}
	}
	var busy *BusyError
	if err := deviceError("/dev/video9", "VIDIOC_S_FMT", syscall.EBUSY); !errors.As(err, &busy) || busy.Step != "VIDIOC_S_FMT" {
		t.Errorf("busy error is %v", err)
	}
}

func TestTextOfTheLibraryGetsItsNumberBack(t *testing.T) {
	text := errors.New("Failed to start streaming: " + syscall.EBUSY.Error())
	if err := numbered(text); err != syscall.EBUSY {
		t.Errorf("number of %q is %v", text, err)
	}
	if other := errors.New("Already streaming"); numbered(other) != other {
		t.Errorf("%q has changed", other)
	}
}

func TestHoldersAreNamed(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "device"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	holder := exec.Command("cat")
	holder.ExtraFiles = []*os.File{file, file}
	stdin, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Skip(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(file.Name(), link); err != nil {
		t.Fatal(err)
	}
	got := holdersOf("/proc", link)
	stdin.Close()
	if err := holder.Wait(); err != nil {
		t.Fatal(err)
	}
	if want := []Holder{{PID: holder.Process.Pid, Name: "cat"}}; !slices.Equal(got, want) {
		t.Errorf("holders are %v, want %v", got, want)
	}
	e := &BusyError{Path: link, Step: "open", Holders: got}
	if want := fmt.Sprintf("held by cat (pid %d)", holder.Process.Pid); !strings.HasSuffix(e.Error(), want) {
		t.Errorf("%q does not end with %q", e, want)
	}
}

func TestNotOfferedListsWhatIs(t *testing.T) {
	e := &NotOfferedError{Path: "/dev/video0", Asked: "YUYV 641x360", Offered: []string{"YUYV 640x360", "YUYV 320x180"}}
	want := "/dev/video0: YUYV 641x360 is not offered by the camera; it has YUYV 640x360, YUYV 320x180"
	if e.Error() != want || !errors.Is(e, ErrNotOffered) {
		t.Errorf("%q, want %q", e, want)
	}
}

func TestSequenceNeitherWrapsNorStandsStill(t *testing.T) {
	cases := []struct {
		name  string
		given []uint32
		want  []uint64
	}{
		{"gaps stay", []uint32{7, 8, 11}, []uint64{7, 8, 11}},
		{"wrap", []uint32{1<<32 - 1, 0, 2}, []uint64{1<<32 - 1, 1 << 32, 1<<32 + 2}},
		{"no count", []uint32{0, 0, 0, 0}, []uint64{0, 1, 2, 3}},
		{"begun anew", []uint32{100, 0, 1}, []uint64{100, 101, 102}},
	}
	for _, c := range cases {
		var s sequencer
		var got []uint64
		for _, n := range c.given {
			got = append(got, s.extend(n))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestCaptureTimeIsMonotonicAndNotAhead(t *testing.T) {
	cases := []struct {
		name string
		b    v4l2Buffer
		want sys.Time
	}{
		{"as given", v4l2Buffer{flags: bufFlagMonotonic, seconds: 2, microseconds: 5}, 2e9 + 5e3},
		{"ahead", v4l2Buffer{flags: bufFlagMonotonic, seconds: 4}, 3e9},
		{"other clock", v4l2Buffer{seconds: 1}, 3e9},
	}
	for _, c := range cases {
		if got := captureTime(&c.b, 3e9); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestFormatIsChosenByWhatItCanBecome(t *testing.T) {
	cases := []struct {
		offered []fourcc.Code
		asked   fourcc.Code
		want    fourcc.Code
	}{
		{[]fourcc.Code{fourcc.MJPG, fourcc.NV12, fourcc.YUYV}, 0, fourcc.YUYV},
		{[]fourcc.Code{fourcc.MJPG, fourcc.NV12, fourcc.YUYV}, fourcc.NV12, fourcc.NV12},
		{[]fourcc.Code{fourcc.MJPG, fourcc.YUYV}, fourcc.NV12, fourcc.YUYV},
		{[]fourcc.Code{fourcc.UYVY}, fourcc.YUYV, fourcc.UYVY},
		{[]fourcc.Code{fourcc.NV12}, fourcc.YUYV, 0},
		{[]fourcc.Code{fourcc.MJPG, fourcc.XR24}, 0, 0},
		{[]fourcc.Code{fourcc.XR24}, fourcc.XR24, 0},
	}
	for _, c := range cases {
		if got := firstThatDelivers(c.offered, c.asked); got != c.want {
			t.Errorf("of %v, asked for %v: %v, want %v", c.offered, c.asked, got, c.want)
		}
	}
}

func TestOnlyFormatsThatCanBeDeliveredAreListed(t *testing.T) {
	cases := []struct {
		offered []fourcc.Code
		want    []string
	}{
		{[]fourcc.Code{fourcc.AR24, fourcc.UYVY, fourcc.MJPG}, []string{"UYVY", "YUYV", "NV12", "YU12"}},
		{[]fourcc.Code{fourcc.NV12, fourcc.YUYV}, []string{"YUYV", "NV12", "YU12"}},
		{[]fourcc.Code{fourcc.XR24, fourcc.MJPG}, []string{"MJPG", "XR24"}},
		{nil, nil},
	}
	for _, c := range cases {
		if got := instead(c.offered); !slices.Equal(got, c.want) {
			t.Errorf("of %v: %v, want %v", c.offered, got, c.want)
		}
	}
}

func TestSizesAreCheckedAsTheDriverListsThem(t *testing.T) {
	fixed := webcam.FrameSize{MinWidth: 640, MaxWidth: 640, MinHeight: 360, MaxHeight: 360}
	steps := webcam.FrameSize{MinWidth: 48, MaxWidth: 1920, StepWidth: 16, MinHeight: 32, MaxHeight: 1080, StepHeight: 8}
	cases := []struct {
		sizes []webcam.FrameSize
		w, h  int
		want  bool
	}{
		{[]webcam.FrameSize{fixed}, 640, 360, true},
		{[]webcam.FrameSize{fixed}, 640, 480, false},
		{[]webcam.FrameSize{steps}, 1280, 720, true},
		{[]webcam.FrameSize{steps}, 1281, 720, false},
		{[]webcam.FrameSize{steps}, 1936, 720, false},
		{[]webcam.FrameSize{{}}, 1, 1, true},
		{nil, 1, 1, true},
	}
	for _, c := range cases {
		if got := offersSize(c.sizes, c.w, c.h); got != c.want {
			t.Errorf("%dx%d in %v: %v", c.w, c.h, c.sizes, got)
		}
	}
}

func TestDriverLayoutFollowsItsStride(t *testing.T) {
	cases := []struct {
		code   fourcc.Code
		stride uint32
		want   []fourcc.Plane
	}{
		{fourcc.YUYV, 1344, []fourcc.Plane{{Offset: 0, Stride: 1344, Rows: 360, RowBytes: 1280}}},
		{fourcc.YUYV, 0, []fourcc.Plane{{Offset: 0, Stride: 1280, Rows: 360, RowBytes: 1280}}},
		{fourcc.NV12, 704, []fourcc.Plane{
			{Offset: 0, Stride: 704, Rows: 360, RowBytes: 640},
			{Offset: 704 * 360, Stride: 704, Rows: 180, RowBytes: 640}}},
		{fourcc.YU12, 704, []fourcc.Plane{
			{Offset: 0, Stride: 704, Rows: 360, RowBytes: 640},
			{Offset: 704 * 360, Stride: 352, Rows: 180, RowBytes: 320},
			{Offset: 704*360 + 352*180, Stride: 352, Rows: 180, RowBytes: 320}}},
	}
	for _, c := range cases {
		l, err := driverLayout(v4l2Format{pixelFormat: c.code, width: 640, height: 360, bytesPerLine: c.stride})
		if err != nil || !slices.Equal(l.Planes, c.want) {
			t.Errorf("%v stride %d: %+v, %v", c.code, c.stride, l.Planes, err)
		}
	}
}
