// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package values_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

func TestWholeNumber(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value any
		want  int64
		ok    bool
	}{
		"int64":           {int64(-3), -3, true},
		"int":             {3, 3, true},
		"float":           {3.0, 3, true},
		"json":            {json.Number("3"), 3, true},
		"a fraction":      {3.5, 0, false},
		"a large float":   {math.Pow(2, 60), 0, false},
		"infinity":        {math.Inf(1), 0, false},
		"a json fraction": {json.Number("3.5"), 0, false},
		"text":            {"3", 0, false},
		"nothing":         {nil, 0, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := values.WholeNumber(tt.value); got != tt.want || ok != tt.ok {
				t.Errorf("got %d, %t; want %d, %t", got, ok, tt.want, tt.ok)
			}
		})
	}
}
