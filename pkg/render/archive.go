// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"sigs.k8s.io/yaml"
)

// expandedSuffix ends the directory into which a packed sub-chart is unpacked.
// Helm reads directories under charts/ by their Chart.yaml, not by their name.
const expandedSuffix = ".unpacked"

// fileReader collects the files of a chart within limits. Packed sub-charts are
// unpacked here rather than by Helm's loader, so that one budget holds for all.
type fileReader struct {
	limits Limits
	files  []*archive.BufferedFile
	seen   map[string]bool
	size   int64
	packed *regexp.Regexp
}

func newFileReader(limits Limits) *fileReader {
	return &fileReader{
		limits: limits, seen: map[string]bool{},
		packed: regexp.MustCompile(`^(charts/[^/]+/)*charts/[^/_.][^/]*\.tgz$`),
	}
}

// archive adds the files of a packed chart under a prefix. The first directory
// of each name is dropped, whatever it is called.
func (r *fileReader) archive(data []byte, prefix string, depth int) error {
	if depth > r.limits.MaxDepth {
		return &LoadError{File: prefix, Message: fmt.Sprintf("sub-charts are packed more than %d deep", r.limits.MaxDepth),
			Fix: "flatten the sub-charts", Reason: ErrTooLarge}
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return corrupt(prefix, err)
	}
	defer unzipped.Close()
	// The tar reader skips what it is not asked for, so the stream is bounded,
	// not only the files: every file costs a header of 512 bytes and padding.
	bound := r.limits.MaxSize - r.size + int64(r.limits.MaxFiles+2)*1024
	stream := &boundedReader{reader: unzipped, left: bound}
	entries := tar.NewReader(stream)
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return r.finish(stream, prefix)
		}
		if errors.Is(err, errBound) {
			return r.tooLarge(prefix)
		}
		if err != nil {
			return corrupt(prefix, err)
		}
		if err := r.entry(header, entries, prefix, depth); err != nil {
			return err
		}
	}
}

// finish reads what follows the last entry, so that a truncated or tampered
// archive fails by its checksum.
func (r *fileReader) finish(stream io.Reader, prefix string) error {
	_, err := io.Copy(io.Discard, stream)
	if errors.Is(err, errBound) {
		return r.tooLarge(prefix)
	}
	if err != nil {
		return corrupt(prefix, err)
	}
	return nil
}

// entry reads one entry of an archive.
func (r *fileReader) entry(header *tar.Header, content io.Reader, prefix string, depth int) error {
	switch header.Typeflag {
	case tar.TypeDir, tar.TypeXGlobalHeader, tar.TypeXHeader:
		return nil
	case tar.TypeReg:
	default:
		return unsafe(prefix+header.Name, "is a link or a device")
	}
	name, err := safeName(header.Name)
	if err != nil {
		return unsafe(prefix+header.Name, err.Error())
	}
	if header.Size > r.limits.MaxFile {
		return r.fileTooLarge(prefix+name, header.Size)
	}
	if header.Size > r.limits.MaxSize-r.size {
		return r.tooLarge(prefix)
	}
	data := make([]byte, 0, min(header.Size, 1<<20))
	buffer := bytes.NewBuffer(data)
	if _, err := io.Copy(buffer, io.LimitReader(content, r.limits.MaxFile+1)); err != nil {
		if errors.Is(err, errBound) {
			return r.tooLarge(prefix)
		}
		return corrupt(prefix, err)
	}
	return r.add(prefix+name, buffer.Bytes(), depth)
}

// add keeps a file, or unpacks it when it is a packed sub-chart.
func (r *fileReader) add(name string, data []byte, depth int) error {
	if int64(len(data)) > r.limits.MaxFile {
		return r.fileTooLarge(name, int64(len(data)))
	}
	if r.size += int64(len(data)); r.size > r.limits.MaxSize {
		return r.tooLarge(name)
	}
	if len(r.seen) >= r.limits.MaxFiles {
		return &LoadError{Message: fmt.Sprintf("the chart has more than the %d files allowed", r.limits.MaxFiles),
			Fix: "leave files that are not needed out of the chart (.helmignore)", Reason: ErrTooLarge}
	}
	if r.seen[name] {
		return unsafe(name, "is there twice")
	}
	r.seen[name] = true
	if r.packed.MatchString(name) {
		return r.archive(data, name+expandedSuffix+"/", depth+1)
	}
	data = bytes.TrimPrefix(data, []byte{0xEF, 0xBB, 0xBF})
	r.files = append(r.files, &archive.BufferedFile{Name: name, Data: data})
	return nil
}

// blame adds the chart's name and version to an error, as far as they are known.
func (r *fileReader) blame(err error) error {
	var load *LoadError
	if !errors.As(err, &load) {
		return err
	}
	for _, f := range r.files {
		if f.Name != "Chart.yaml" {
			continue
		}
		var metadata struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		}
		if yaml.Unmarshal(f.Data, &metadata) == nil {
			load.Chart, load.Version = oneLine(metadata.Name), oneLine(metadata.Version)
		}
	}
	load.File = strings.ReplaceAll(load.File, expandedSuffix, "")
	return load
}

func (r *fileReader) tooLarge(file string) error {
	return &LoadError{File: strings.TrimSuffix(file, "/"),
		Message: fmt.Sprintf("the unpacked chart has more than the %d bytes allowed", r.limits.MaxSize),
		Fix:     "leave files that are not needed out of the chart (.helmignore)", Reason: ErrTooLarge}
}

func (r *fileReader) fileTooLarge(file string, size int64) error {
	return &LoadError{File: file, Message: fmt.Sprintf("the file has %d bytes or more, the limit is %d", size, r.limits.MaxFile),
		Fix: "leave the file out of the chart (.helmignore)", Reason: ErrTooLarge}
}

func unsafe(file, problem string) error {
	return &LoadError{File: fmt.Sprintf("%q", file), Message: problem,
		Fix: "do not use this archive; package the chart again with helm package", Reason: ErrUnsafe}
}

func corrupt(prefix string, err error) error {
	return &LoadError{File: strings.TrimSuffix(prefix, "/"), Message: fmt.Sprintf("the archive is damaged or incomplete: %v", err),
		Fix: "fetch or package the chart again", Reason: ErrCorrupt}
}

// safeName returns the path of an entry within its chart. Both separators are
// understood, since archives made on Windows have backslashes.
func safeName(name string) (string, error) {
	if strings.ContainsRune(name, 0) {
		return "", errors.New("has a zero byte in its name")
	}
	name = strings.ReplaceAll(name, `\`, "/")
	if strings.HasPrefix(name, "/") || hasDrive(name) {
		return "", errors.New("has an absolute path")
	}
	base, rest, found := strings.Cut(strings.TrimPrefix(name, "./"), "/")
	if !found || base == "" {
		return "", errors.New("lies outside of the chart's directory")
	}
	for part := range strings.SplitSeq(base+"/"+rest, "/") {
		if part == ".." {
			return "", errors.New("leads out of the chart's directory")
		}
	}
	clean := path.Clean(rest)
	if clean == "." || strings.HasPrefix(clean, "/") || hasDrive(clean) {
		return "", errors.New("is not a file in the chart's directory")
	}
	return clean, nil
}

// hasDrive says whether a path begins with a drive letter, as on Windows.
func hasDrive(name string) bool {
	return len(name) > 2 && name[1] == ':' && name[2] == '/'
}

// errBound ends a boundedReader.
var errBound = errors.New("limit reached")

// boundedReader fails with errBound after a number of bytes.
type boundedReader struct {
	reader io.Reader
	left   int64
}

// Read implements io.Reader.
func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errBound
	}
	n, err := b.reader.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
