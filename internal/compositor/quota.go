package compositor

import (
	"fmt"

	"twostep/bufcore"
)

// storageDescriptors is how many descriptors all storage together may take: of
// the usual soft limit of 1024 it leaves a quarter to sockets and messages.
const storageDescriptors = 768

// afford refuses storage whose descriptors would leave fewer to all others than
// its owner has: however many there are, a client gets half of what the others
// have left it, and can starve nobody. Each buffer takes one; those of storage
// that is about to be made are on the books already. Compare Choudhury and
// Hahne, "Dynamic queue length thresholds in a shared-memory packet switch".
func (s *Server) afford(a *bufcore.Account) error {
	own := a.Usage().Buffers
	if free := s.cfg.Descriptors - s.ledger.Total.Buffers; own > free {
		return fmt.Errorf("%w: %q would have %d of the %d descriptors that storage may take, and leave %d",
			bufcore.ErrNoMemory, a.Name, own, s.cfg.Descriptors, max(0, free))
	}
	return nil
}

// closeAccount takes what a client had off the books. What it was revoked for
// stays on them until its process is gone, which may have it mapped.
func (s *Server) closeAccount(c *Client) {
	if c.account.Usage().KeptBytes == 0 {
		s.ledger.Close(c.account)
		return
	}
	s.around.AwaitExit(c.pid, func(s *Server) { s.ledger.Close(c.account) })
}
