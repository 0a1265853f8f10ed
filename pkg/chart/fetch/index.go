// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// entry is one version of a chart in a repository's index.
type entry struct {
	Version string   `yaml:"version"`
	URLs    []string `yaml:"urls"`
	Digest  string   `yaml:"digest"`
}

// index is the part of index.yaml that matters here.
type index struct {
	Entries map[string][]*entry `yaml:"entries"`
}

// lookup finds a version of a chart in an index.
func lookup(data []byte, name, version string) (*entry, error) {
	versions, names, err := entriesOf(data, name)
	if err != nil {
		return nil, err
	}
	if versions == nil {
		return nil, missingChart(name, names)
	}
	var known []string
	var alike *entry
	for _, e := range versions {
		switch {
		case e == nil || e.Version == "":
			continue
		case e.Version == version:
			return e, nil
		case alike == nil && sameVersion(e.Version, version):
			alike = e
		}
		known = append(known, e.Version)
	}
	if alike != nil {
		return alike, nil
	}
	return nil, missingVersion("repository", version, known)
}

// entriesOf returns the versions of one chart, nil if the index lacks it, and
// the names of the charts.
func entriesOf(data []byte, name string) (versions []*entry, names []string, err error) {
	if block, names, ok := cutEntry(data, name); ok {
		if block == nil {
			return nil, names, nil
		}
		if yaml.Unmarshal(block, &versions) == nil && versions != nil {
			return versions, names, nil
		}
	}
	all, err := parseIndex(data)
	if err != nil {
		return nil, nil, err
	}
	return all.Entries[name], slices.Sorted(maps.Keys(all.Entries)), nil
}

func parseIndex(data []byte) (*index, error) {
	var all index
	var err error
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		err = json.Unmarshal(trimmed, &all)
	} else {
		err = yaml.Unmarshal(data, &all)
	}
	if err != nil || all.Entries == nil {
		return nil, &Error{
			Kind:   ErrCorrupt,
			Reason: "the repository's index.yaml is not the index of a Helm repository",
			Fix:    "check the repository's URL; a login or error page may have been served instead",
		}
	}
	return &all, nil
}

// explained returns a copy of the *Error in err to change, if it is of the kind.
func explained(err error, kind error) (*Error, bool) {
	var e *Error
	if !errors.As(err, &e) || !errors.Is(e.Kind, kind) {
		return nil, false
	}
	c := *e
	return &c, true
}
