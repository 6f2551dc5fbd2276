// Package demo runs compositor, camapp and encapp as a person would, presses
// record through the same keys, and merges what each process measured into one
// summary. It measures nothing itself but the processes that stay behind.
package demo
