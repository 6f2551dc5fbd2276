package bufcore

// coreText is a proof without heaps and relaxations.
func coreText(p *Proof) string { return (&Proof{Core: p.Core}).Text() }
