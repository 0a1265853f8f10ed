// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// PruneOptions say what goes. The zero value removes only what is left over:
// unfinished files and records without an archive.
type PruneOptions struct {
	// MaxBytes is the size to bring the archives under, the least recently used
	// first; 0 for no such limit.
	MaxBytes int64
	// MaxAge removes archives that were not used for as long; 0 for no such limit.
	MaxAge time.Duration
	// All removes every archive.
	All bool
}

// PruneResult says what went and what stayed, in archives and their bytes.
type PruneResult struct {
	Removed, Kept           int
	RemovedBytes, KeptBytes int64
}

// leftover is the age from which a file being written counts as given up.
const leftover = time.Hour

// Prune removes archives from the cache. Other processes may use the cache
// meanwhile: what they lose they fetch again. Files that are not the cache's
// stay. Without a cache, or with an empty one, nothing happens. The error is an
// [*Error]; the result then says what had been done.
func (f *Fetcher) Prune(ctx context.Context, o PruneOptions) (PruneResult, error) {
	if o.MaxBytes < 0 || o.MaxAge < 0 {
		return PruneResult{}, invalid("a limit for what stays in the cache is negative", "give a positive number, or 0 for none")
	}
	if f.cache == nil {
		return PruneResult{}, nil
	}
	if err := f.cache.usable(); err != nil {
		return PruneResult{}, err
	}
	return f.cache.prune(ctx, o)
}

// blobFile is an archive on disk.
type blobFile struct {
	name string
	size int64
	used time.Time
}

// blobs lists the archives, the most recently used first.
func (c *cache) blobs() ([]blobFile, error) {
	entries, err := os.ReadDir(filepath.Join(c.dir, blobsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, cacheError("the cache cannot be read", err)
	}
	list := make([]blobFile, 0, len(entries))
	for _, entry := range entries {
		if !entry.Type().IsRegular() || !validDigest(digestPrefix+entry.Name()) {
			continue
		}
		if info, err := entry.Info(); err == nil { // otherwise it has just gone
			list = append(list, blobFile{entry.Name(), info.Size(), info.ModTime()})
		}
	}
	slices.SortFunc(list, func(a, b blobFile) int {
		return cmp.Or(b.used.Compare(a.used), cmp.Compare(a.name, b.name))
	})
	return list, nil
}

// makeRoom keeps the cache under its size, but for the archive just added.
func (c *cache) makeRoom(added string) error {
	list, err := c.blobs()
	if err != nil {
		return err
	}
	var total int64
	for _, b := range list {
		total += b.size
	}
	for _, b := range slices.Backward(list) {
		if total <= c.maximum {
			break
		}
		if b.name == added {
			continue
		}
		if err := c.remove(blobsDir, b.name); err != nil {
			return err
		}
		total -= b.size
	}
	return nil
}

func (c *cache) prune(ctx context.Context, o PruneOptions) (PruneResult, error) {
	var result PruneResult
	list, err := c.blobs()
	if err != nil {
		return result, err
	}
	now := c.now()
	for _, b := range list {
		if stopped := interrupted(ctx); stopped != nil {
			return result, stopped
		}
		tooOld := o.MaxAge > 0 && now.Sub(b.used) > o.MaxAge
		tooMuch := o.MaxBytes > 0 && result.KeptBytes+b.size > o.MaxBytes
		if !o.All && !tooOld && !tooMuch {
			result.Kept++
			result.KeptBytes += b.size
			continue
		}
		if err := c.remove(blobsDir, b.name); err != nil {
			return result, err
		}
		result.Removed++
		result.RemovedBytes += b.size
	}
	if err := c.sweep(refsDir, c.stale); err != nil {
		return result, err
	}
	return result, c.sweep(newDir, func(_ string, info fs.FileInfo) bool {
		return now.Sub(info.ModTime()) > leftover
	})
}

// stale reports whether a record's archive is gone.
func (c *cache) stale(name string, _ fs.FileInfo) bool {
	const largest = 64 << 10
	hash, isRecord := strings.CutSuffix(name, ".json")
	if !isRecord || !validDigest(digestPrefix+hash) {
		return false
	}
	var rec record
	data, err := readLimited(os.DirFS(filepath.Join(c.dir, refsDir)), name, largest)
	if err != nil || json.Unmarshal(data, &rec) != nil || !validDigest(rec.Digest) {
		return !errors.Is(err, fs.ErrNotExist)
	}
	_, err = os.Stat(c.blobPath(rec.Digest))
	return errors.Is(err, fs.ErrNotExist)
}

// sweep removes the files of a part of the cache that are of no use.
func (c *cache) sweep(part string, useless func(name string, info fs.FileInfo) bool) error {
	entries, err := os.ReadDir(filepath.Join(c.dir, part))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return cacheError("the cache cannot be read", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || !useless(entry.Name(), info) {
			continue
		}
		if err := c.remove(part, entry.Name()); err != nil {
			return err
		}
	}
	return nil
}

func (c *cache) remove(part, name string) error {
	if err := os.Remove(filepath.Join(c.dir, part, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cacheError("the cache cannot be pruned", err)
	}
	return nil
}
