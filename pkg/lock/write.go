// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"bytes"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Write encodes a lock in its one form: charts sorted by repository, name and
// version, two equal locks giving equal bytes. The lock is not changed. The
// error is a [*FormatError] without a line if [Read] would refuse the result.
func Write(l *Lock) ([]byte, error) {
	charts := slices.Clone(l.Charts)
	slices.SortFunc(charts, compare)
	for i := range charts {
		charts[i].Repository = canonical(charts[i].Repository)
		at := "charts[" + strconv.Itoa(i) + "]"
		if field, reason := charts[i].check(); reason != "" {
			return nil, &FormatError{Field: at + "." + field, Reason: reason}
		}
		if i > 0 && compare(charts[i-1], charts[i]) == 0 {
			return nil, &FormatError{Field: at, Reason: "the chart is locked twice"}
		}
	}
	var out bytes.Buffer
	out.WriteString("# The charts in use, by digest. Written by dynamo-gitops lock; do not edit.\n")
	out.WriteString("apiVersion: " + APIVersion + "\nkind: " + Kind + "\n")
	if len(charts) == 0 {
		out.WriteString("charts: []\n")
		return out.Bytes(), nil
	}
	out.WriteString("charts:\n")
	for _, c := range charts {
		for i, field := range []struct{ name, value string }{
			{"repository", c.Repository}, {"name", c.Name}, {"version", c.Version}, {"digest", c.Digest},
		} {
			value, err := scalar(field.value)
			if err != nil {
				return nil, err
			}
			indent := "  "
			if i == 0 {
				indent = "- "
			}
			out.WriteString(indent + field.name + ": " + value + "\n")
		}
	}
	return out.Bytes(), nil
}

// scalar writes a string, in quotes where YAML would read something else.
func scalar(s string) (string, error) {
	data, err := yaml.Marshal(s)
	if err != nil {
		return "", &FormatError{Reason: "a value cannot be written as YAML"}
	}
	return string(bytes.TrimRight(data, "\n")), nil
}
