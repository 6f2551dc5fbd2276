package bufcore

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestAccountsAddUp(t *testing.T) {
	var l Ledger
	a, b := l.Open("a", 0), l.Open("b", 100)
	a.charge(2, 60)
	b.charge(1, 50)
	a.free(1, 30)
	b.keep(1, 10)
	want := Usage{Bytes: 90, Buffers: 3, PeakBytes: 110, PeakBuffers: 3, KeptBytes: 10, KeptBuffers: 1}
	if l.Total != want {
		t.Errorf("total %+v, want %+v", l.Total, want)
	}
	if err := b.affords(1, 40); err != nil {
		t.Errorf("within the quota: %v", err)
	}
	if err := b.affords(1, 41); err == nil || !strings.Contains(err.Error(), `quota of "b": 1 buffers need 41 bytes, 60 of 100 are in use`) {
		t.Errorf("above the quota: %v", err)
	}
	if (*Account)(nil).affords(1, 1<<40) != nil || (*Account)(nil).Usage() != (Usage{}) {
		t.Error("nobody has a quota")
	}
	table := l.Snapshot().String()
	for _, want := range []string{"client", "a", "b", "total", "110"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	out, err := json.Marshal(l.Snapshot())
	if err != nil || !strings.Contains(string(out), `"client":"b","quota":100,"bytes":60`) {
		t.Errorf("%s %v", out, err)
	}
}

func TestAboveTheQuotaIsARefusal(t *testing.T) {
	var l Ledger
	owner := l.Open("camera", 9*frameBytes)
	spec := Spec{Count: 8, Account: owner}
	runScript(t, spec, fitScript+`
		attach enc read swap NV12 | = EBUSY
		proceed enc | refused enc no memory
		attach two read restart NV12 | = EBUSY
		proceed two | retired cam 1; retired win 1; free 1; allocate 2 NV12 x8
	`)
	if l.Total.Bytes != 0 || owner.Usage().Bytes != 0 || owner.Usage().PeakBytes != 8*frameBytes {
		t.Errorf("afterwards %+v", owner.Usage())
	}
	small := l.Open("small", frameBytes)
	runScript(t, Spec{Account: small}, `
		attach cam write YUYV |
		map cam | = no memory
	`)
	h := newRecorder()
	s, _ := NewSet(Spec{Stream: "camera", Width: 1280, Height: 720, Account: small}, h)
	cam, _ := s.Attach(Ask{Device: Device{Name: "cam", Limits: Limits{Formats: formatsOf(t, "YUYV")}}, Direction: Write})
	if err := s.Map(cam); !errors.Is(err, ErrNoMemory) || !strings.Contains(err.Error(), `quota of "small"`) {
		t.Errorf("map: %v", err)
	}
}
