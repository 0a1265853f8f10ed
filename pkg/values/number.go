// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package values

import (
	"encoding/json"
	"math"
)

// maxExact is up to where every whole float64 is the number that was written.
const maxExact = 1 << 53

// WholeNumber returns a value as a whole number, however it was decoded: int64,
// int, float64 or json.Number. It returns false for fractions, for floats too
// large to be exact, and for anything that is no number, such as "3".
func WholeNumber(value any) (int64, bool) {
	switch number := value.(type) {
	case int64:
		return number, true
	case int:
		return int64(number), true
	case float64:
		if number != math.Trunc(number) || math.Abs(number) > maxExact {
			return 0, false
		}
		return int64(number), true
	case json.Number:
		whole, err := number.Int64()
		return whole, err == nil
	default:
		return 0, false
	}
}
