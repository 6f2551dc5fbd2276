// Package encoder records frames that live in shared memory, and reads
// recordings back to prove what is in them.
//
// A Recorder hands libavcodec the planes of a shared buffer where they lie: the
// luma of a frame is not copied before the codec if it is there as luma. What
// has to be copied (the chroma that MPEG-4 wants in two planes where the buffer
// has one, a picture in a format that the codec does not take) is counted in
// Stats. Recordings are fragmented MP4, so that a file whose writer was killed,
// or ran out of disk, plays up to its last fragment.
//
// Verify decodes a recording and reads the sequence number that is stamped on
// every frame, which shows loss, repetition, reordering and tearing from the
// pixels alone.
//
// The package links libavcodec, libavformat and libavutil, and is meant to be
// linked by encapp alone.
package encoder
