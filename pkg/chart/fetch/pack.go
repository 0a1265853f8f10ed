// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"path"
	"slices"
)

// localFile is a file of a chart's directory.
type localFile struct {
	name string // below the chart's directory
	data []byte
}

// pack turns a chart's directory into an archive: the files that .helmignore
// leaves, in the order of their names, with fixed times, modes and owners, so
// that the same content gives the same bytes. Nothing is compressed: the
// archive never leaves the process, and its digest must not depend on how well
// some version of a library compresses.
func pack(ctx context.Context, fsys fs.FS, dir string, l Limits) ([]byte, error) {
	root, err := fs.Sub(fsys, dir)
	if err != nil {
		return nil, unreadable(err, "")
	}
	files, err := collect(ctx, root, l)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(files, func(f localFile) bool { return f.name == "Chart.yaml" })
	if i < 0 {
		return nil, corrupt("the directory's Chart.yaml is left out by .helmignore")
	}
	meta, err := parseMetadata(files[i].data, "Chart.yaml")
	if err != nil {
		return nil, err
	}
	if reason := unsafePath(meta.Name); reason != "" || path.Base(meta.Name) != meta.Name {
		return nil, corrupt("Chart.yaml gives the chart a name that cannot be that of a directory")
	}
	data, err := archiveOf(meta.Name, files)
	if err != nil {
		return nil, corrupt("the directory cannot be packed: " + err.Error())
	}
	if int64(len(data)) > l.MaxArchive {
		return nil, tooLarge("MaxArchive", l.MaxArchive, "", fmt.Sprintf("the packed directory has %d bytes", len(data)))
	}
	return data, nil
}

// collect reads the files of a chart, sorted by name.
func collect(ctx context.Context, root fs.FS, l Limits) ([]localFile, error) {
	rules, err := ignoreOf(root)
	if err != nil {
		return nil, err
	}
	var files []localFile
	var total, count int64
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return interrupted(ctx)
		case err != nil:
			return unreadable(err, name)
		case name == ".":
			return nil
		case rules.ignored(name, d.IsDir()):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if count++; count > l.MaxFiles {
			return tooLarge("MaxFiles", l.MaxFiles, name, "the chart's directory has more entries than allowed")
		}
		if d.IsDir() {
			return nil
		}
		data, err := localContent(root, name, l)
		if err != nil {
			return err
		}
		if total += int64(len(data)); total > l.MaxUnpacked {
			return tooLarge("MaxUnpacked", l.MaxUnpacked, name, "the chart's directory has more bytes than allowed")
		}
		files = append(files, localFile{name, data})
		return nil
	})
	slices.SortFunc(files, func(a, b localFile) int { return bytes.Compare([]byte(a.name), []byte(b.name)) })
	return files, err
}

func ignoreOf(root fs.FS) (ignoreRules, error) {
	data, err := readLimited(root, ".helmignore", maxMetadata)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		data = nil
	case err != nil:
		return nil, unreadable(err, ".helmignore")
	case int64(len(data)) > maxMetadata:
		return nil, corrupt("the chart's .helmignore is larger than 1 MiB")
	}
	return parseIgnore(data)
}

// localContent reads a regular file. A link is followed as far as the tree
// allows it, but only to a file.
func localContent(root fs.FS, name string, l Limits) ([]byte, error) {
	info, err := fs.Stat(root, name)
	if err != nil {
		return nil, unreadable(err, name)
	}
	if !info.Mode().IsRegular() {
		return nil, &Error{
			Kind: ErrUnsafeArchive, Path: name, Reason: "the entry is neither a file nor a directory",
			Fix: "replace links to directories by copies, and remove devices, sockets and pipes from the chart",
		}
	}
	data, err := readLimited(root, name, l.MaxFile)
	if err != nil {
		return nil, unreadable(err, name)
	}
	if int64(len(data)) > l.MaxFile {
		return nil, tooLarge("MaxFile", l.MaxFile, name, fmt.Sprintf("the file has %d bytes", max(info.Size(), l.MaxFile+1)))
	}
	return data, nil
}

// readLimited reads a file, but at most one byte beyond the limit.
func readLimited(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// unreadable wraps an error of the tree's.
func unreadable(err error, name string) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	reason := err
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		reason = pathErr.Err
	}
	e := &Error{Kind: ErrCorrupt, Path: name, Reason: "the chart cannot be read: " + reason.Error(), Fix: "check the file and its permissions", Err: err}
	if errors.Is(err, fs.ErrNotExist) {
		e.Kind, e.Reason, e.Fix = ErrNotFound, "there is no such file or directory", "check the path of the chart"
	}
	return e
}

// archiveOf writes the files as tar, with the directory top above them.
func archiveOf(top string, files []localFile) ([]byte, error) {
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, f := range files {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: top + "/" + f.name, Size: int64(len(f.data)), Mode: 0o644}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return gzipStored(buffer.Bytes()), nil
}

// gzipStored wraps data in the gzip format (RFC 1952) as stored blocks of the
// deflate format (RFC 1951, 3.2.4), without a time.
func gzipStored(data []byte) []byte {
	const block = 1<<16 - 1
	out := make([]byte, 0, len(data)+len(data)/block*5+32)
	out = append(out, 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
	for rest := data; ; {
		part := rest[:min(len(rest), block)]
		rest = rest[len(part):]
		final := byte(0)
		if len(rest) == 0 {
			final = 1
		}
		out = append(out, final)
		out = binary.LittleEndian.AppendUint16(out, uint16(len(part)))
		out = binary.LittleEndian.AppendUint16(out, ^uint16(len(part)))
		out = append(out, part...)
		if final == 1 {
			break
		}
	}
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(data))
	return binary.LittleEndian.AppendUint32(out, uint32(len(data)))
}
