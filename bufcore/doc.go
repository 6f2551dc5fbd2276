// Package bufcore is the two-step rule for buffers that several devices share,
// as a synchronous state machine.
//
// In September 2011, while dma-buf was being designed, one proposal made a
// shared buffer a two-step affair. A buffer starts as an abstract handle of
// fixed size. Every device that will touch it attaches and brings its limits;
// attaching touches no storage. The first map allocates storage that satisfies
// all of them. Whoever attaches after that gets EBUSY. The objection was a
// video recorder: camera and display have been passing buffers round for
// minutes when somebody presses record, and only now does an encoder turn up
// for the very buffers in flight. A [Set] keeps that rule, says which limit of
// which device is in the way, and knows ways out of it.
//
// The words are those of the kernel's include/linux/dma-buf.h: attach "might
// return -EBUSY to signal that backing storage is already allocated and
// incompatible with the requirements of requesting device"; map "may sleep,
// e.g. when the backing storage first needs to be allocated".
//
// Nothing here does input or output, starts a goroutine or reads a clock. A
// [Host] is asked for whatever a Set needs and answers when it has it. A Set
// and all that belongs to it are for one goroutine at a time.
package bufcore
