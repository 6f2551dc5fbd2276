package render

import "sync"

// Mailbox hands scenes from the compositor to a renderer. It has one slot: a
// scene that nobody took is replaced by the next. Safe for concurrent use.
type Mailbox struct {
	mu    sync.Mutex
	scene *Scene
	ready chan struct{}
}

// NewMailbox returns an empty Mailbox.
func NewMailbox() *Mailbox {
	return &Mailbox{ready: make(chan struct{}, 1)}
}

// Put leaves s for the renderer and returns the scene that it replaced unseen,
// whose pictures nobody will report as uploaded, or nil.
func (m *Mailbox) Put(s *Scene) (replaced *Scene) {
	m.mu.Lock()
	replaced, m.scene = m.scene, s
	m.mu.Unlock()
	select {
	case m.ready <- struct{}{}:
	default:
	}
	return replaced
}

// Take empties the slot. It returns nil if there is nothing new.
func (m *Mailbox) Take() *Scene {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.scene
	m.scene = nil
	return s
}

// C is sent to after a Put. It holds one wake-up at most: Take until nil.
func (m *Mailbox) C() <-chan struct{} {
	return m.ready
}
