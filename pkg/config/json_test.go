// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
)

// jsonList returns a List of n ConfigMaps with a separator between them.
func jsonList(n int, separator string) []byte {
	item := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"b","c":"d"}}`
	items := strings.Repeat(item+","+separator, n-1) + item
	return []byte(`{"apiVersion":"v1","kind":"List","items":[` + items + `]}`)
}

// A file of one long line costs about what the same file on many lines costs.
func TestDecodeLongLine(t *testing.T) {
	cost := func(data []byte) time.Duration {
		start := time.Now()
		objects, err := config.Decode("a.json", data, config.DefaultLimits())
		if err != nil || len(objects) != 3000 {
			t.Fatalf("%d objects, %v", len(objects), err)
		}
		return time.Since(start)
	}
	many := cost(jsonList(3000, "\n"))
	if one := cost(jsonList(3000, "")); one > 10*many {
		t.Errorf("one line takes %v, many lines take %v", one, many)
	}
}

// Columns count characters, not bytes, and start anew on each line.
func TestDecodeJSONColumns(t *testing.T) {
	objects, err := config.Decode("a.json", []byte(`{"apiVersion":"v1","kind":"List","x":"äöü","items":[`+
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}},`+"\n"+
		` {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}]}`), config.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"a.json:1:53", "a.json:2:2"} {
		if got := objects[i].Position.String(); got != want {
			t.Errorf("object %d is at %s, want %s", i, got, want)
		}
	}
}
