package bufcore

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// Usage is how much storage there is. The zero value is none.
type Usage struct {
	Bytes       int `json:"bytes"`
	Buffers     int `json:"buffers"`
	PeakBytes   int `json:"peak_bytes"`
	PeakBuffers int `json:"peak_buffers"`

	// Kept is storage that is on nobody's books any more but that a
	// participant, revoked since, may still have in reach. It counts in Bytes
	// and Buffers.
	KeptBytes   int `json:"kept_bytes"`
	KeptBuffers int `json:"kept_buffers"`
}

func (u *Usage) add(buffers, bytes int) {
	u.Buffers += buffers
	u.Bytes += bytes
	u.PeakBuffers = max(u.PeakBuffers, u.Buffers)
	u.PeakBytes = max(u.PeakBytes, u.Bytes)
}

func (u *Usage) keep(buffers, bytes int) {
	u.add(buffers, bytes)
	u.KeptBuffers += buffers
	u.KeptBytes += bytes
}

// Ledger is the storage of all clients. The zero value is an empty one. A
// Ledger and its accounts are for one goroutine at a time.
type Ledger struct {
	Total    Usage
	accounts []*Account
}

// Account is the storage of one client: that of the sets it creates. A nil
// *Account has no quota and counts nothing.
type Account struct {
	Name string
	// Quota bounds Usage.Bytes. Zero: no bound.
	Quota int

	usage  Usage
	ledger *Ledger
}

// Open returns a new account.
func (l *Ledger) Open(name string, quota int) *Account {
	a := &Account{Name: name, Quota: quota, ledger: l}
	l.accounts = append(l.accounts, a)
	return a
}

// Close takes an account off the ledger, with what its client has kept: the
// client's process is gone. What is still to be freed stays in the total until
// it is.
func (l *Ledger) Close(a *Account) {
	l.Total.keep(-a.usage.KeptBuffers, -a.usage.KeptBytes)
	a.usage.keep(-a.usage.KeptBuffers, -a.usage.KeptBytes)
	l.accounts = slices.DeleteFunc(l.accounts, func(o *Account) bool { return o == a })
}

// Usage returns what there is now; that of a nil Account is zero.
func (a *Account) Usage() Usage {
	if a == nil {
		return Usage{}
	}
	return a.usage
}

// affords returns an error, with the values, if so much more is above the
// quota.
func (a *Account) affords(buffers, bytes int) error {
	if a == nil || a.Quota == 0 || a.usage.Bytes+bytes <= a.Quota {
		return nil
	}
	return fmt.Errorf("quota of %q: %d buffers need %d bytes, %d of %d are in use",
		a.Name, buffers, bytes, a.usage.Bytes, a.Quota)
}

func (a *Account) charge(buffers, bytes int) {
	if a != nil {
		a.usage.add(buffers, bytes)
		a.ledger.Total.add(buffers, bytes)
	}
}

func (a *Account) free(buffers, bytes int) { a.charge(-buffers, -bytes) }

// keep charges a with what it has kept for good.
func (a *Account) keep(buffers, bytes int) {
	if a != nil {
		a.usage.keep(buffers, bytes)
		a.ledger.Total.keep(buffers, bytes)
	}
}

// Snapshot returns the usage of all, as plain values.
func (l *Ledger) Snapshot() LedgerSnapshot {
	out := LedgerSnapshot{Total: l.Total}
	for _, a := range l.accounts {
		out.Clients = append(out.Clients, AccountSnapshot{a.Name, a.Quota, a.usage})
	}
	return out
}

// LedgerSnapshot is a ledger at one time. It prints as a table and marshals to
// JSON.
type LedgerSnapshot struct {
	Clients []AccountSnapshot `json:"clients"`
	Total   Usage             `json:"total"`
}

// AccountSnapshot is one client's.
type AccountSnapshot struct {
	Client string `json:"client"`
	Quota  int    `json:"quota"` // bytes; 0: none
	Usage
}

// String returns a table, the total last.
func (s LedgerSnapshot) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "client\tbuffers\tbytes\tpeak\tkept\tquota\t")
	for _, c := range s.Clients {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t\n", c.Client, c.Buffers, c.Bytes, c.PeakBytes, c.KeptBytes, c.Quota)
	}
	t := s.Total
	fmt.Fprintf(w, "total\t%d\t%d\t%d\t%d\t\t\n", t.Buffers, t.Bytes, t.PeakBytes, t.KeptBytes)
	w.Flush()
	return b.String()
}
