// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// facts is what the inspection of an archive found out. The sizes are recorded,
// so that cached archives can be held against other limits.
type facts struct {
	Name     string `json:"-"`
	Version  string `json:"-"`
	Files    int64  `json:"files"`
	Largest  int64  `json:"largest"`  // the largest file, in bytes
	Unpacked int64  `json:"unpacked"` // the whole, in bytes
}

// within checks known facts against limits.
func (x facts) within(l Limits) error {
	switch {
	case x.Files > l.MaxFiles:
		return tooLarge("MaxFiles", l.MaxFiles, "", fmt.Sprintf("the archive has %d entries", x.Files))
	case x.Largest > l.MaxFile:
		return tooLarge("MaxFile", l.MaxFile, "", fmt.Sprintf("a file in the archive has %d bytes", x.Largest))
	case x.Unpacked > l.MaxUnpacked:
		return tooLarge("MaxUnpacked", l.MaxUnpacked, "", fmt.Sprintf("the archive unpacks to %d bytes", x.Unpacked))
	}
	return nil
}

// inspect reads an archive to its end without keeping it, and refuses it unless
// it is a complete, harmless chart within the limits. Packed sub-charts are
// inspected as well, out of the same budget.
func inspect(data []byte, l Limits) (facts, error) {
	i := &inspector{limits: l}
	meta, err := i.archive(data, "", 0)
	if err != nil {
		return facts{}, err
	}
	i.found.Name, i.found.Version = meta.Name, meta.Version
	return i.found, nil
}

// identify reads an archive that has been inspected before, but only as far as
// its Chart.yaml, which is the first file of what helm package writes. The facts
// are name and version.
func identify(data []byte, l Limits) (facts, error) {
	unzip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return facts{}, damaged("", "it is no gzip archive")
	}
	entries := tar.NewReader(&counted{r: unzip, inspector: &inspector{limits: l}})
	for {
		h, err := entries.Next()
		if err != nil {
			return facts{}, readFailure(err, "")
		}
		if h.Typeflag != tar.TypeReg || path.Base(h.Name) != "Chart.yaml" || strings.Count(h.Name, "/") != 1 {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(entries, maxMetadata+1))
		if err != nil {
			return facts{}, readFailure(err, "")
		}
		meta, err := parseMetadata(data, h.Name)
		if err != nil {
			return facts{}, err
		}
		return facts{Name: meta.Name, Version: meta.Version}, nil
	}
}

type inspector struct {
	limits Limits
	found  facts
}

// archive inspects one archive; prefix leads to it from the outermost one.
func (i *inspector) archive(data []byte, prefix string, depth int) (*metadata, error) {
	if depth > maxNesting {
		return nil, unsafeArchive(prefix, fmt.Sprintf("packed charts lie more than %d deep within each other", maxNesting))
	}
	unzip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, damaged(prefix, "it is no gzip archive")
	}
	w := &walk{inspector: i, prefix: prefix, depth: depth, seen: map[string]bool{}}
	stream := &counted{r: unzip, inspector: i}
	entries := tar.NewReader(stream)
	for {
		h, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = w.entry(h, entries)
		}
		if err != nil {
			return nil, readFailure(err, prefix)
		}
	}
	// What follows the last entry, and with it gzip's checksum.
	if _, err := io.Copy(io.Discard, stream); err != nil {
		return nil, readFailure(err, prefix)
	}
	return w.finish()
}

func readFailure(err error, prefix string) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	return damaged(prefix, "it is damaged or cut short")
}

func damaged(at, reason string) *Error {
	e := corrupt("the archive cannot be read: " + reason)
	e.Path = strings.TrimSuffix(at, "!")
	return e
}

// counted adds up what is unpacked, whatever tar says about it.
type counted struct {
	r io.Reader
	*inspector
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.found.Unpacked += int64(n); c.found.Unpacked > c.limits.MaxUnpacked {
		return 0, tooLarge("MaxUnpacked", c.limits.MaxUnpacked, "", "the archive unpacks to more bytes than allowed")
	}
	return n, err
}

// walk goes through the entries of one archive.
type walk struct {
	*inspector
	prefix string
	depth  int
	top    string // the directory that everything is in
	seen   map[string]bool
	meta   *metadata
}

func (w *walk) entry(h *tar.Header, content io.Reader) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	at := w.prefix + h.Name
	if w.found.Files++; w.found.Files > w.limits.MaxFiles {
		return tooLarge("MaxFiles", w.limits.MaxFiles, at, "the archive has more entries than allowed")
	}
	if reason := unsafeType(h.Typeflag); reason != "" {
		return unsafeArchive(at, reason)
	}
	isDir := h.Typeflag == tar.TypeDir
	name := h.Name
	if isDir {
		name = strings.TrimSuffix(name, "/")
	}
	if reason := unsafePath(name); reason != "" {
		return unsafeArchive(at, reason)
	}
	top, rest, inside := strings.Cut(name, "/")
	switch {
	case w.top == "":
		w.top = top
	case w.top != top:
		return damaged(at, "it holds more than one directory at its top")
	}
	if isDir {
		return nil
	}
	if !inside {
		return damaged(at, "it holds a file outside of the chart's directory")
	}
	if w.seen[name] {
		return unsafeArchive(at, "the file is in the archive twice")
	}
	w.seen[name] = true
	return w.file(h, rest, at, content)
}

func (w *walk) file(h *tar.Header, rest, at string, content io.Reader) error {
	if h.Size > w.limits.MaxFile {
		return tooLarge("MaxFile", w.limits.MaxFile, at, fmt.Sprintf("the file has %d bytes", h.Size))
	}
	w.found.Largest = max(w.found.Largest, h.Size)
	isMeta := rest == "Chart.yaml"
	isChart := path.Ext(rest) == ".tgz" && path.Base(path.Dir(rest)) == "charts"
	if !isMeta && !isChart {
		_, err := io.Copy(io.Discard, content)
		return err
	}
	data, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	if isChart {
		_, err = w.archive(data, at+"!", w.depth+1)
		return err
	}
	w.meta, err = parseMetadata(data, at)
	return err
}

func (w *walk) finish() (*metadata, error) {
	if w.meta == nil {
		return nil, damaged(w.prefix, "it holds no Chart.yaml")
	}
	return w.meta, nil
}

func unsafeType(flag byte) string {
	switch flag {
	case tar.TypeReg, tar.TypeDir:
		return ""
	case tar.TypeSymlink, tar.TypeLink:
		return "the entry is a link"
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		return "the entry is a device or pipe"
	}
	return fmt.Sprintf("the entry is of the unusual type %q", flag)
}

// unsafePath says why a path must not be in a chart, or returns "".
func unsafePath(name string) string {
	switch {
	case name == "":
		return "the path is empty"
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "the path holds control characters or is not UTF-8"
	case strings.Contains(name, `\`):
		return "the path holds a backslash"
	case path.IsAbs(name) || (len(name) > 1 && name[1] == ':'):
		return "the path is absolute"
	case name == ".." || strings.HasPrefix(name, "../") || strings.Contains(name, "/../") || strings.HasSuffix(name, "/.."):
		return "the path leads out of the archive"
	case path.Clean(name) != name || name == ".":
		return "the path is not in its simplest form"
	}
	return ""
}

// metadata is the part of Chart.yaml that matters here.
type metadata struct {
	Name    string `yaml:"name"`
	Version string `yaml:"version"`
}

func parseMetadata(data []byte, at string) (*metadata, error) {
	var m metadata
	err := errors.New("too large")
	if len(data) <= maxMetadata {
		err = yaml.Unmarshal(data, &m)
	}
	if err != nil || m.Name == "" || m.Version == "" {
		e := corrupt("Chart.yaml does not give the chart a name and a version")
		e.Path = at
		return nil, e
	}
	return &m, nil
}
