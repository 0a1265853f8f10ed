// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"errors"
	"fmt"
	"strings"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
)

// Limits bounds what Load and LoadFS read. A zero field means the default,
// which is that of Flux where Flux has one.
type Limits struct {
	// MaxArchive is the size of the packed chart in bytes; 10 MiB.
	MaxArchive int64
	// MaxSize is the size of all files together in bytes, those of packed
	// sub-charts included; 100 MiB.
	MaxSize int64
	// MaxFile is the size of one file in bytes; 5 MiB.
	MaxFile int64
	// MaxFiles is the number of files, those of packed sub-charts included;
	// 10 000.
	MaxFiles int
	// MaxDepth is how deep sub-charts may be packed in sub-charts; 8.
	MaxDepth int
}

// The defaults of Limits.
const (
	DefaultMaxArchive int64 = 10 << 20
	DefaultMaxSize    int64 = 100 << 20
	DefaultMaxFile    int64 = 5 << 20
	DefaultMaxFiles   int   = 10_000
	DefaultMaxDepth   int   = 8
)

func (l Limits) withDefaults() Limits {
	if l.MaxArchive <= 0 {
		l.MaxArchive = DefaultMaxArchive
	}
	if l.MaxSize <= 0 {
		l.MaxSize = DefaultMaxSize
	}
	if l.MaxFile <= 0 {
		l.MaxFile = DefaultMaxFile
	}
	if l.MaxFiles <= 0 {
		l.MaxFiles = DefaultMaxFiles
	}
	if l.MaxDepth <= 0 {
		l.MaxDepth = DefaultMaxDepth
	}
	return l
}

// Load reads a packed chart (.tgz), with the sub-charts packed in it, whether
// they are directories or archives themselves. The bytes are not kept.
//
// Every failure is a *LoadError. Nothing outside of data is read.
func Load(data []byte, limits Limits) (*Chart, error) {
	limits = limits.withDefaults()
	if int64(len(data)) > limits.MaxArchive {
		return nil, &LoadError{
			Message: fmt.Sprintf("the archive has %d bytes, more than the %d allowed", len(data), limits.MaxArchive),
			Fix:     "leave files that are not needed out of the chart (.helmignore)", Reason: ErrTooLarge,
		}
	}
	reader := newFileReader(limits)
	if err := reader.archive(data, "", 0); err != nil {
		return nil, reader.blame(err)
	}
	return assemble(reader)
}

// assemble makes a chart of the files that were read.
func assemble(reader *fileReader) (*Chart, error) {
	root, err := loadFiles(reader.files)
	if err != nil {
		return nil, reader.blame(&LoadError{
			Message: strings.ReplaceAll(oneLine(err.Error()), expandedSuffix, ""),
			Fix:     "package the chart again with helm package, which checks it", Reason: ErrInvalidChart,
		})
	}
	if err := checkDepth(root, root.Name(), limitDepth); err != nil {
		return nil, reader.blame(err)
	}
	return newChart(root), nil
}

// limitDepth bounds how deep charts lie in charts as plain directories, where
// each level costs a copy of names but no archive.
const limitDepth = 32

// loadFiles is Helm's loader, which trusts charts not to make it panic.
func loadFiles(files []*archive.BufferedFile) (root *v2.Chart, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("the chart cannot be read: %v", r)
		}
	}()
	root, err = loader.LoadFiles(files)
	if err == nil && root.Metadata == nil {
		err = errors.New("the chart has no Chart.yaml")
	}
	return root, err
}

// checkDepth refuses charts that lie too deep in one another, which Helm's loader
// lets through and everything that follows walks down.
func checkDepth(c *v2.Chart, path string, depth int) error {
	if depth == 0 {
		return &LoadError{File: path, Message: "sub-charts lie too deep in one another",
			Fix: "flatten the sub-charts", Reason: ErrTooLarge}
	}
	for _, d := range c.Dependencies() {
		if err := checkDepth(d, path+"/charts/"+d.Name(), depth-1); err != nil {
			return err
		}
	}
	return nil
}

// oneLine joins the lines of a message.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
