// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package drift

import "time"

// Grace holds back findings about what may pass by itself, such as a server
// that restarts, until they have been there for a while. It is for one
// goroutine at a time.
type Grace struct {
	// Period for which a finding must hold. Zero or less reports it at once, as
	// a single look must.
	Period time.Duration

	first map[string]time.Time
}

// Settled returns those of the findings of one look that were in every look of
// the last Period. One that is missing in a look starts anew.
func (g *Grace) Settled(findings []Finding, now time.Time) []Finding {
	current := make(map[string]time.Time, len(findings))
	var settled []Finding
	for _, f := range findings {
		id := f.ID()
		first, known := g.first[id]
		if !known || now.Before(first) { // the clock was set back
			first = now
		}
		current[id] = first
		if now.Sub(first) >= g.Period {
			settled = append(settled, f)
		}
	}
	g.first = current
	return settled
}
