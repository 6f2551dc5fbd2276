// A rectangle in output pixels, one instance each. Corners come from the
// vertex number.
layout(location = 0) in ivec4 rectangle; // left, top, right, bottom
layout(location = 1) in uvec2 from;      // in the atlas, or SOLID
layout(location = 2) in vec4 color;

uniform vec2 size;  // of the output
uniform float down; // 1 if the target's first row is the top one, else -1

flat out ivec2 origin;
flat out vec4 tint;
out vec2 inside;

void main() {
	ivec2 corner = ivec2(gl_VertexID & 1, gl_VertexID >> 1);
	ivec2 at = rectangle.xy + corner * (rectangle.zw - rectangle.xy);
	origin = ivec2(from);
	tint = color;
	inside = vec2(at - rectangle.xy);
	gl_Position = vec4((2.0 * vec2(at) / size - 1.0) * vec2(1.0, down), 0.0, 1.0);
}
