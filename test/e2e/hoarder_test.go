package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"twostep/client"
)

// hoarding has TestHoarder, in a process of its own, be one who keeps what it is
// given.
const hoarding = "TWOSTEP_TEST_HOARD"

// hoard is how many buffers it keeps.
const hoard = 3

func TestHoarder(t *testing.T) {
	socket := os.Getenv(hoarding)
	if socket == "" {
		t.Skip("a process of TestHoarderIsRevoked")
	}
	r, err := join(socket, "hoarder", hoard, func(*reader, client.Frame) {})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(os.Stderr, "hoarder:", r.serve(t.Context()))
	select {} // with what it has, until it is killed
}

func TestHoarderIsRevoked(t *testing.T) {
	s := emptyStage(t, build(t))
	s.open("soft", "", "--hold", "1s")
	s.enter("--listed", "--standby=false")
	s.ask("wait frames 5")
	before := s.storage()
	hoarder := s.hoarder()
	s.start(hoarder)
	kept := s.await("the revocation", func(r storageReport) bool { return r.of("hoarder").KeptBuffers > 0 })
	if u := kept.of("hoarder"); u.KeptBuffers != hoard || u.KeptBytes < hoard*640*360*2 {
		t.Errorf("on the hoarder's account: %+v", u)
	}
	s.await("the set to be whole", func(r storageReport) bool { return r.Buffers == before.Buffers })
	s.frames(30)
	if u := s.storage().of("hoarder"); u.KeptBuffers != hoard {
		t.Errorf("on the hoarder's account while it lives: %+v", u)
	}
	_ = hoarder.Process.Kill()
	s.ended(hoarder)
	after := s.await("the account to be closed", func(r storageReport) bool { return r.of("hoarder").Client == "" })
	if after.Storage.Total != before.Storage.Total {
		t.Errorf("storage %+v, at first %+v", after.Storage.Total, before.Storage.Total)
	}
	s.finish()
}

func (s *stage) hoarder() *process {
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	p := s.prepare("hoarder")
	cmd := exec.CommandContext(s.t.Context(), self, "-test.run", "^TestHoarder$")
	cmd.Env = append(p.Env, hoarding+"="+s.dir+"/stage")
	cmd.Stderr, cmd.SysProcAttr = p.Stderr, p.SysProcAttr
	p.Cmd = cmd
	return p
}

// storageReport is what the compositor says of storage.
type storageReport struct {
	Buffers int
	Storage struct {
		Clients []account
		Total   usage
	}
}

type account struct {
	Client string
	usage
}

type usage struct {
	Bytes, Buffers int
	KeptBytes      int `json:"kept_bytes"`
	KeptBuffers    int `json:"kept_buffers"`
}

// of is a client's account, zero if it has none.
func (r storageReport) of(client string) (a account) {
	if i := slices.IndexFunc(r.Storage.Clients, func(a account) bool { return a.Client == client }); i >= 0 {
		a = r.Storage.Clients[i]
	}
	return a
}

func (s *stage) storage() (r storageReport) {
	s.t.Helper()
	s.ask("report " + s.report("now"))
	readJSON(s.t, s.report("now"), &r)
	return r
}

// await looks with every frame that is shown.
func (s *stage) await(what string, met func(storageReport) bool) storageReport {
	s.t.Helper()
	for deadline := time.Now().Add(patience / 4); time.Now().Before(deadline); s.frames(1) {
		if r := s.storage(); met(r) {
			return r
		}
	}
	s.t.Fatalf("no end of the wait for %s: %+v", what, s.storage())
	return storageReport{}
}
