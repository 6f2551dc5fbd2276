package camera

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"twostep/internal/sys"
)

// Next waits for the next frame. The error is ctx.Err() when ctx ended the
// wait, ErrClosed when Close did, ErrStalled when the camera has sent nothing
// for ten seconds, and ErrNoDevice when it has been pulled out.
func (v *V4L2) Next(ctx context.Context) (Shot, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.buffers == nil {
		return Shot{}, ErrClosed
	}
	if err := v.giveBack(); err != nil {
		return Shot{}, err
	}
	stop := context.AfterFunc(ctx, v.waker.Wake)
	defer stop()
	b, err := v.await(ctx)
	if err != nil {
		return Shot{}, err
	}
	v.held = &b
	return Shot{
		Sequence: v.order.extend(b.sequence),
		Time:     captureTime(&b, sys.Now()),
		Error:    b.flags&bufFlagError != 0 || int(b.bytesUsed) < v.native.Bytes,
	}, nil
}

// await waits in poll(2) and not in the runtime's poller, which registers a
// file once, by its edges: vivid under load has been seen to stay without
// events from then on, since videobuf2 answers under a lock and gives up
// joining the queue when a signal, of which the runtime sends many, ends the
// wait for it. A wake-up means no more than to look round: it may come from
// the context of an earlier call.
func (v *V4L2) await(ctx context.Context) (v4l2Buffer, error) {
	until := time.Now().Add(patience)
	for {
		v.waker.Clear()
		if v.closed.Load() {
			return v4l2Buffer{}, ErrClosed
		}
		if err := ctx.Err(); err != nil {
			return v4l2Buffer{}, err
		}
		b, err := v.take()
		if !errors.Is(err, syscall.EAGAIN) {
			return b, err
		}
		err = sys.WaitReadable(v.lib.fd(), v.waker, time.Until(until))
		if errors.Is(err, sys.ErrTimeout) {
			return b, fmt.Errorf("%s: %w for %v", v.path, ErrStalled, patience)
		}
		if err != nil {
			return b, err
		}
	}
}

// take dequeues a frame. It is EAGAIN when there is none.
func (v *V4L2) take() (v4l2Buffer, error) {
	b, err := dequeue(v.lib.fd())
	if err != nil {
		return b, deviceError(v.path, "VIDIOC_DQBUF", err)
	}
	if int(b.index) >= len(v.buffers) {
		return b, fmt.Errorf("%s: VIDIOC_DQBUF gave buffer %d of %d", v.path, b.index, len(v.buffers))
	}
	return b, nil
}

// giveBack lets the driver have the buffer of the last shot, filled or not.
func (v *V4L2) giveBack() error {
	if v.held == nil {
		return nil
	}
	index := v.held.index
	v.held = nil
	if err := enqueue(v.lib.fd(), index); err != nil {
		return deviceError(v.path, "VIDIOC_QBUF", err)
	}
	return nil
}

// Fill copies the last shot to dst, in the fourcc of dst's layout, and gives
// its buffer back to the driver. It returns the bytes that it wrote. A target
// that cannot be filled is ErrNotFillable, and the shot then still waits.
func (v *V4L2) Fill(dst Target) (copied int, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed.Load() {
		return 0, ErrClosed
	}
	if v.held == nil {
		return 0, ErrNotFillable
	}
	if w, h := v.Extent(); dst.Layout.Width != w || dst.Layout.Height != h {
		return 0, fmt.Errorf("target of %dx%d for frames of %dx%d: %w",
			dst.Layout.Width, dst.Layout.Height, w, h, ErrNotFillable)
	}
	to, err := yuvPictureOf(dst.Layout, dst.Mem)
	if err != nil {
		return 0, err
	}
	from, err := yuvPictureOf(v.native, v.buffers[v.held.index])
	if err != nil {
		return 0, err
	}
	if copied, err = convert(to, from); err != nil {
		return 0, err
	}
	if v.config.Stamp {
		to.stamp(v.native.Width, v.native.Height, uint32(v.order.last))
	}
	return copied, v.giveBack()
}

// captureTime is when the driver says that it took the frame. A time that is
// not on the clock of sys.Time, or ahead of it, as vivid's are, becomes now.
func captureTime(b *v4l2Buffer, now sys.Time) sys.Time {
	if b.flags&bufFlagTimestampMask != bufFlagMonotonic {
		return now
	}
	t := sys.Time(b.seconds*int64(time.Second) + b.microseconds*int64(time.Microsecond))
	return min(t, now)
}

// sequencer turns the driver's 32-bit sequence into one that does not wrap.
type sequencer struct {
	begun bool
	last  uint64
}

// extend returns the number for a frame that the driver calls n. A driver that
// does not count, or begins anew, is counted for.
func (s *sequencer) extend(n uint32) uint64 {
	if !s.begun {
		s.begun, s.last = true, uint64(n)
		return s.last
	}
	step := n - uint32(s.last)
	if step == 0 || step > 1<<31 {
		step = 1
	}
	s.last += uint64(step)
	return s.last
}
