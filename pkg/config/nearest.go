// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

// Nearest returns the candidate that is closest to text by edit distance, or ""
// when none is close enough to be a likely misspelling. Among equals the first
// one counts.
func Nearest(text string, candidates []string) string {
	best, bestDistance := "", 1+max(1, len(text)/3)
	for _, candidate := range candidates {
		if abs(len(candidate)-len(text)) >= bestDistance {
			continue // also bounds the work for long texts
		}
		if d := distance(text, candidate); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance is the number of letters to insert, remove, replace or swap with
// their neighbour to turn a into b. Case does not count.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if lower(a[i]) == lower(b[j]) {
				cost = 0
			}
			next[j+1] = min(next[j]+1, row[j+1]+1, row[j]+cost)
			if i > 0 && j > 0 && lower(a[i]) == lower(b[j-1]) && lower(a[i-1]) == lower(b[j]) {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func abs(n int) int {
	return max(n, -n)
}
