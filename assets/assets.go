// Package assets holds the files that are compiled into the programs.
package assets

import "embed"

// Shaders are the GLSL sources of render/gl, without their version line: it
// and the defines that select a variant are put in front.
//
//go:embed shaders/*.glsl
var Shaders embed.FS
