// Package stage starts the project's programs, speaks with them as their tests
// do, and sees to it that they end. The demo and the lab are played on it.
package stage
