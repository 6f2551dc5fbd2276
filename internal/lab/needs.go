package lab

// Needs is what the late encoder needs that the storage may not have.
type Needs string

// The needs that are tried.
const (
	Fits       Needs = "fits"
	Format     Needs = "format"
	Buffers    Needs = "buffers"
	Stride     Needs = "stride"
	Contiguous Needs = "contiguous"
)

// AllNeeds is every one of them, the least demanding first.
var AllNeeds = []Needs{Fits, Format, Buffers, Stride, Contiguous}

var meanings = map[Needs]string{
	Fits:       "nothing that the storage lacks",
	Format:     "a fourcc other than the storage's",
	Buffers:    "more buffers than there are",
	Stride:     "a stride alignment that the storage lacks",
	Contiguous: "each buffer in one piece",
}

// String returns the name.
func (n Needs) String() string { return string(n) }

// Meaning says in a few words what an encoder with these needs can read; it
// is empty for needs of no meaning here.
func (n Needs) Meaning() string { return meanings[n] }
