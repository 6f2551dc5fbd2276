package wire

import "testing"

// putRecord appends what a frame record is on the wire.
func putRecord(o *Out) {
	o.BeginEvent(testInterface, 12, 0)
	for i := range uint32(7) {
		o.PutUint(i)
	}
	o.End()
}

func takeRecord(a *Args) (sum uint32, err error) {
	for range 7 {
		sum += a.Uint()
	}
	return sum, a.Done()
}

// relay sends n records from a to b and decodes them there.
func relay(t testing.TB, a, b *Conn, batch *Batch, args *Args, n int) {
	for range n {
		putRecord(a.Out())
	}
	if done, err := a.Flush(); err != nil || !done {
		t.Fatal(done, err)
	}
	for got := 0; got < n; {
		if err := b.ReadBatch(batch); err != nil {
			t.Fatal(err)
		}
		var m Message
		for batch.Next(&m) {
			args.Reset(&m, batch, 1)
			if _, err := takeRecord(args); err != nil {
				t.Fatal(err)
			}
			got++
		}
	}
}

func TestRecordsDoNotAllocate(t *testing.T) {
	a, b := pair(t)
	var batch Batch
	var args Args
	for _, n := range []int{1, 16} {
		if got := testing.AllocsPerRun(200, func() { relay(t, a, b, &batch, &args, n) }); got != 0 {
			t.Errorf("%d records: %v allocations", n, got)
		}
	}
}

func BenchmarkRecordThroughSocket(b *testing.B) {
	for _, n := range []int{1, 64} {
		name := map[int]string{1: "each", 64: "batched"}[n]
		b.Run(name, func(b *testing.B) {
			from, to := pair(b)
			var batch Batch
			var args Args
			b.ReportAllocs()
			for range b.N / n {
				relay(b, from, to, &batch, &args, n)
			}
		})
	}
}

func BenchmarkRecordEncode(b *testing.B) {
	var o Out
	b.ReportAllocs()
	for range b.N {
		putRecord(&o)
		if o.Len() > MaxBacklog/2 {
			o.Reset()
		}
	}
}

func BenchmarkRecordDecode(b *testing.B) {
	var o Out
	putRecord(&o)
	batch := NewBatch(o.Bytes())
	var m Message
	var args Args
	b.ReportAllocs()
	for range b.N {
		batch.next = 0
		batch.Next(&m)
		args.Reset(&m, batch, 1)
		if _, err := takeRecord(&args); err != nil {
			b.Fatal(err)
		}
	}
}
