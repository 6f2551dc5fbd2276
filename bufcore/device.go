package bufcore

import (
	"fmt"
	"slices"
	"strings"
)

// Bounds on what one device can be.
const (
	// MaxFunctions is the most functions in a device, those of functions
	// counted too.
	MaxFunctions = 64
	// MaxDepth is how many functions may lie within one another.
	MaxDepth = 8
)

// Device is whatever touches a buffer: a DMA engine, a GPU, a scanout engine,
// an encoder, a CPU. It is a tree of functions with limits of their own, as of
// a display that wants storage in one piece for scanout and in large pages for
// its overlay. Attaching a device attaches all of its functions, and then every
// limit in the tree is met; to attach one alone, see [Device.Function].
type Device struct {
	// Name is as in refusals and need not be unique. A function's is not
	// empty, has no slash and differs from those beside it; refusals call it
	// "display/scanout".
	Name string
	// Limits are what the device can address. The zero Held of a function
	// counts as none: the device holds the buffer once, for all of them.
	Limits Limits
	// Or are alternatives: the device works under Limits or under any one of
	// these, each of them whole. The earlier is preferred.
	Or []Limits
	// Functions are the device's own, at most MaxFunctions and MaxDepth deep.
	// Nil: it has none.
	Functions []Device
}

// Function returns the function at a path such as "scanout" or "overlay/scaler"
// as a device by itself, named with all that it lies in, and false if there is
// none. It shares its slices with d.
func (d Device) Function(path string) (Device, bool) {
	name, rest, deeper := strings.Cut(path, "/")
	for _, f := range d.Functions {
		if f.Name != name {
			continue
		}
		f.Name = d.Name + "/" + name
		if deeper {
			return f.Function(rest)
		}
		return f, true
	}
	return Device{}, false
}

// clone copies all of d, which has been checked.
func (d Device) clone() Device {
	d.Limits.Formats = slices.Clone(d.Limits.Formats)
	d.Or = slices.Clone(d.Or)
	for i := range d.Or {
		d.Or[i].Formats = slices.Clone(d.Or[i].Formats)
	}
	d.Functions = slices.Clone(d.Functions)
	for i, f := range d.Functions {
		d.Functions[i] = f.clone()
	}
	return d
}

// check says why d cannot be attached. It goes no deeper than allowed, so that a
// tree that contains itself ends too.
func (d Device) check() error {
	functions := 0
	if err := d.checkAt(0, &functions); err != nil {
		return fmt.Errorf("%w: %q %w", ErrUnsupported, clip(d.Name), err)
	}
	return checkCombinations(d.parties(0))
}

func (d Device) checkAt(depth int, functions *int) error {
	if depth > MaxDepth {
		return fmt.Errorf("has functions more than %d deep", MaxDepth)
	}
	if err := d.checkMasks(); err != nil {
		return err
	}
	named := make(map[string]bool, len(d.Functions))
	for _, f := range d.Functions {
		if *functions++; *functions > MaxFunctions {
			return fmt.Errorf("has more than %d functions", MaxFunctions)
		}
		if f.Name == "" || strings.Contains(f.Name, "/") || named[f.Name] {
			return fmt.Errorf("has a function called %q, empty, with a slash or twice", clip(f.Name))
		}
		named[f.Name] = true
		if err := f.checkAt(depth+1, functions); err != nil {
			return err
		}
	}
	return nil
}

func (d Device) checkMasks() error {
	for i := range 1 + len(d.Or) {
		if mask := d.alternative(i).SegmentBoundary; mask&(mask+1) != 0 {
			return fmt.Errorf("has segment boundary %#x, not a power of two less one", mask)
		}
	}
	return nil
}

func (d Device) alternative(which int) Limits {
	if which == 0 {
		return d.Limits
	}
	return d.Or[which-1]
}

// first is d with the first of its alternatives chosen.
func (d Device) first() Device {
	parties := d.parties(0)
	for i := range parties {
		parties[i] = parties[i].as(0)
	}
	return devicesOf(parties)[0]
}

// parties are d and its functions, each before those within it.
func (d Device) parties(dir Direction) []party {
	return d.join(nil, d.Name, 0, dir)
}

func (d Device) join(list []party, name string, depth int, dir Direction) []party {
	list = append(list, party{name: name, direction: dir, limits: d.Limits, or: d.Or, depth: depth})
	for _, f := range d.Functions {
		list = f.join(list, name+"/"+f.Name, depth+1, dir)
	}
	return list
}

// devicesOf is the devices that parties are, or were made of.
func devicesOf(parties []party) []Device {
	out, _ := grow(parties, 0, "")
	return out
}

func grow(list []party, depth int, within string) (devices []Device, rest []party) {
	for len(list) > 0 && list[0].depth == depth {
		head := list[0]
		d := Device{Name: strings.TrimPrefix(head.name, within), Limits: head.limits, Or: head.or}
		d.Functions, list = grow(list[1:], depth+1, head.name+"/")
		devices = append(devices, d)
	}
	return devices, list
}
