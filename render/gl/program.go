package gl

import (
	"fmt"
	"image"
	"strings"

	"github.com/go-gl/gl/v3.3-core/gl"

	"twostep/assets"
)

// program is a linked pair of shaders with the uniforms that all have.
type program struct {
	name       uint32
	size, down int32
}

// link builds the shaders of a name in the variant that the defines select.
func link(name string, defines ...string) (program, error) {
	p := program{name: gl.CreateProgram()}
	for _, stage := range []struct {
		kind   uint32
		suffix string
	}{{gl.VERTEX_SHADER, ".vert.glsl"}, {gl.FRAGMENT_SHADER, ".frag.glsl"}} {
		s, err := compile(stage.kind, name+stage.suffix, defines)
		if err != nil {
			gl.DeleteProgram(p.name)
			return program{}, err
		}
		gl.AttachShader(p.name, s)
		gl.DeleteShader(s) // once the program is
	}
	gl.LinkProgram(p.name)
	var ok int32
	if gl.GetProgramiv(p.name, gl.LINK_STATUS, &ok); ok == gl.FALSE {
		text := trail(func(n int32, b *uint8) { gl.GetProgramInfoLog(p.name, n, nil, b) })
		gl.DeleteProgram(p.name)
		return program{}, fmt.Errorf("link %s %v: %s", name, defines, text)
	}
	p.size, p.down = p.uniform("size"), p.uniform("down")
	return p, nil
}

func compile(kind uint32, file string, defines []string) (uint32, error) {
	source, err := assets.Shaders.ReadFile("shaders/" + file)
	if err != nil {
		return 0, err
	}
	var b strings.Builder
	b.WriteString("#version 330 core\n")
	for _, d := range defines {
		b.WriteString("#define " + d + "\n")
	}
	b.WriteString("#line 1\n")
	b.Write(source)
	b.WriteByte(0)
	s := gl.CreateShader(kind)
	text, free := gl.Strs(b.String())
	defer free()
	gl.ShaderSource(s, 1, text, nil)
	gl.CompileShader(s)
	var ok int32
	if gl.GetShaderiv(s, gl.COMPILE_STATUS, &ok); ok == gl.FALSE {
		text := trail(func(n int32, b *uint8) { gl.GetShaderInfoLog(s, n, nil, b) })
		gl.DeleteShader(s)
		return 0, fmt.Errorf("compile %s %v: %s", file, defines, text)
	}
	return s, nil
}

// trail returns the first of what GL has to say, in a line.
func trail(get func(int32, *uint8)) string {
	b := make([]byte, 1024)
	get(int32(len(b)), &b[0])
	text, _, _ := strings.Cut(string(b), "\x00")
	return strings.Join(strings.Fields(text), " ")
}

func (p program) uniform(name string) int32 {
	return gl.GetUniformLocation(p.name, gl.Str(name+"\x00"))
}

// use makes p current for an output.
func (p program) use(size image.Point, down float32) {
	gl.UseProgram(p.name)
	gl.Uniform2f(p.size, float32(size.X), float32(size.Y))
	gl.Uniform1f(p.down, down)
}

// texture makes an empty texture that is fetched from by whole pixels, and
// leaves it bound to unit 0.
func texture() uint32 {
	var name uint32
	gl.GenTextures(1, &name)
	gl.ActiveTexture(gl.TEXTURE0)
	gl.BindTexture(gl.TEXTURE_2D, name)
	for _, p := range [][2]int32{
		{gl.TEXTURE_MIN_FILTER, gl.NEAREST}, {gl.TEXTURE_MAG_FILTER, gl.NEAREST},
		{gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE}, {gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE},
		{gl.TEXTURE_MAX_LEVEL, 0},
	} {
		gl.TexParameteri(gl.TEXTURE_2D, uint32(p[0]), p[1])
	}
	return name
}
