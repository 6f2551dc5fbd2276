// Package fourcc names pixel formats as the kernel's DRM does and computes how
// their planes lie in memory.
package fourcc
