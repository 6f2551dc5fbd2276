package sys

import (
	"errors"
	"syscall"
	"testing"
)

// socketPair returns two connected stream sockets.
func socketPair(t *testing.T) (a, b *FD) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, b = NewFD(fds[0]), NewFD(fds[1])
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return a, b
}

func TestMessagesCarryDescriptors(t *testing.T) {
	a, b := socketPair(t)
	p := make([]byte, 8)
	oob := make([]byte, RightsSpace(2))
	if _, _, _, err := ReceiveMessage(b.Raw(), p, oob); err != syscall.EAGAIN {
		t.Fatalf("nothing was sent: %v", err)
	}
	if n, err := SendMessage(a.Raw(), []byte("text"), AppendRights(nil, []*FD{a, b})); n != 4 || err != nil {
		t.Fatalf("sent %d, %v", n, err)
	}
	n, oobn, truncated, err := ReceiveMessage(b.Raw(), p, oob)
	if n != 4 || truncated || err != nil || string(p[:n]) != "text" {
		t.Fatalf("received %q, truncated %v, %v", p[:n], truncated, err)
	}
	fds, err := ParseRights(nil, oob[:oobn])
	if len(fds) != 2 || err != nil {
		t.Fatalf("descriptors %v, %v", fds, err)
	}
	for i, sent := range []*FD{a, b} {
		_, want, _, _ := Stat(sent)
		if _, got, _, err := Stat(fds[i]); got != want || err != nil {
			t.Errorf("descriptor %d: inode %d, want %d, %v", i, got, want, err)
		}
		_ = fds[i].Close()
	}
}

func TestLostDescriptorsAreTold(t *testing.T) {
	a, b := socketPair(t)
	if _, err := SendMessage(a.Raw(), []byte("x"), AppendRights(nil, []*FD{a, a, a})); err != nil {
		t.Fatal(err)
	}
	oob := make([]byte, RightsSpace(1))
	_, oobn, truncated, err := ReceiveMessage(b.Raw(), make([]byte, 1), oob)
	if !truncated || err != nil {
		t.Errorf("truncated %v, %v", truncated, err)
	}
	fds, err := ParseRights(nil, oob[:oobn])
	if err != nil {
		t.Error(err)
	}
	for _, fd := range fds {
		_ = fd.Close()
	}
}

func TestPeerThatHasGone(t *testing.T) {
	a, b := socketPair(t)
	if !Writable(a.Raw()) {
		t.Error("an empty socket is not writable")
	}
	_ = b.Close()
	if _, err := SendMessage(a.Raw(), []byte("x"), nil); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("send: %v", err)
	}
	if n, _, _, err := ReceiveMessage(a.Raw(), make([]byte, 1), nil); n != 0 || err != nil {
		t.Errorf("receive: %d, %v", n, err)
	}
	if !Writable(a.Raw()) {
		t.Error("a socket without a peer is not writable: nobody would notice")
	}
}

func TestFullSocketIsNotWritable(t *testing.T) {
	a, _ := socketPair(t)
	p := make([]byte, 4096)
	for {
		if _, err := SendMessage(a.Raw(), p, nil); err == syscall.EAGAIN {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if Writable(a.Raw()) {
		t.Error("a full socket is writable")
	}
}
