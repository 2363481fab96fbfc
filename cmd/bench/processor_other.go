//go:build !unix

package main

import "time"

var begun = time.Now()

// processor is the time of the clock where the processor's own is not told.
func processor() time.Duration { return time.Since(begun) }
