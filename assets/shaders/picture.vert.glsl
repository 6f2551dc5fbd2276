// A picture over the rectangle that it is shown in. inside is in the picture's
// own pixels.
uniform vec2 size;      // of the output
uniform float down;     // 1 if the target's first row is the top one, else -1
uniform vec4 rectangle; // left, top, right, bottom
uniform ivec2 extent;   // of the picture

out vec2 inside;

void main() {
	vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
	vec2 at = mix(rectangle.xy, rectangle.zw, corner);
	inside = corner * vec2(extent);
	gl_Position = vec4((2.0 * at / size - 1.0) * vec2(1.0, down), 0.0, 1.0);
}
