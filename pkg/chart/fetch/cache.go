// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// DefaultCacheDir returns where the cache of a user is by default, given the
// user's directory for caches ([os.UserCacheDir]).
func DefaultCacheDir(userCacheDir string) string {
	return filepath.Join(userCacheDir, "dynamo-gitops", "charts")
}

// Parts of the cache directory.
const (
	blobsDir = "blobs" // archives, by the hexadecimal SHA-256 of their content
	refsDir  = "refs"  // records, by the hexadecimal SHA-256 of what was asked for
	newDir   = "new"   // files being written

	dirMode  fs.FileMode = 0o700
	fileMode fs.FileMode = 0o600
)

// cache is a directory of archives. All its state is on disk; the processes
// that share it need no lock, because files are only ever put in place whole,
// are named after their content, and are verified when read. A nil cache is
// empty and keeps nothing.
type cache struct {
	dir     string
	maximum int64
	now     func() time.Time
}

// record says which archive a repository had for a name and version.
type record struct {
	Repository string `json:"repository"`
	Name       string `json:"name"`
	Version    string `json:"version"`
	Digest     string `json:"digest"`
	Facts      facts  `json:"facts"`
}

// Reasons why the cache has nothing; they never leave the package as they are.
var (
	errAbsent  = errors.New("the chart is not in the cache")
	errDamaged = errors.New("the chart was damaged in the cache and has been removed from it")
	errOther   = errors.New("the cache has the version, but not with the wanted digest")
)

// find looks for the wanted archive. The error is one of the reasons, or an
// *Error: of kind ErrCache if the directory cannot be used, or of another kind
// if the archive is there but must not be handed out.
func (c *cache) find(t *target, l Limits, offline bool) (*Archive, error) {
	if c == nil {
		return nil, errAbsent
	}
	if err := c.usable(); err != nil {
		return nil, err
	}
	rec, known := c.record(t)
	digest := t.digest
	switch {
	case digest == "" && (!known || (t.Refresh && !offline)):
		return nil, errAbsent
	case digest == "":
		digest = rec.Digest
	}
	if rec.Digest != digest {
		known = false
	}
	data, err := c.blob(digest, l.MaxArchive)
	switch {
	case errors.Is(err, errAbsent) && rec.Digest != "" && !known:
		return nil, errOther
	case err != nil:
		return nil, err
	}
	found, err := factsOf(data, rec, known, l)
	if err == nil {
		err = c.confirm(t, found)
	}
	if err != nil {
		return nil, err
	}
	return &Archive{Name: found.Name, Version: found.Version, Digest: digest, Data: data, FromCache: true}, nil
}

// confirm checks that an archive is the wanted chart. A record that led to
// another one is removed.
func (c *cache) confirm(t *target, found facts) error {
	err := checkIdentity(t, found)
	if err == nil || t.digest != "" {
		return err
	}
	_ = os.Remove(c.refPath(t)) // it will be written anew
	return errDamaged
}

// factsOf holds an archive against the limits, by its record if it is known.
// Which chart it is, it must say itself.
func factsOf(data []byte, rec record, known bool, l Limits) (facts, error) {
	if !known {
		return inspect(data, l)
	}
	if err := rec.Facts.within(l); err != nil {
		return facts{}, err
	}
	return identify(data, l)
}

// usable checks that the directory, if it is there, is ours alone to write.
func (c *cache) usable() error {
	info, err := os.Stat(c.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return cacheError("the cache directory cannot be read", err)
	case !info.IsDir():
		return cacheError("the cache directory "+c.dir+" is not a directory", nil)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0:
		return cacheError("anyone may write to the cache directory "+c.dir, nil)
	}
	return nil
}

func cacheError(reason string, err error) *Error {
	e := &Error{Kind: ErrCache, Reason: reason, Err: err, Fix: "name a cache directory that only you can write to, or correct its permissions"}
	var pathErr *fs.PathError
	var linkErr *os.LinkError
	switch {
	case errors.As(err, &pathErr):
		e.Reason += ": " + pathErr.Err.Error()
	case errors.As(err, &linkErr):
		e.Reason += ": " + linkErr.Err.Error()
	}
	return e
}

func (c *cache) blobPath(digest string) string {
	return filepath.Join(c.dir, blobsDir, strings.TrimPrefix(digest, digestPrefix))
}

func (c *cache) refPath(t *target) string {
	return filepath.Join(c.dir, refsDir, t.key()+".json")
}

// record reads what the cache knows of a name and version. One that is not
// about exactly this request, or makes no sense, counts as absent.
func (c *cache) record(t *target) (record, bool) {
	const largest = 64 << 10
	var rec record
	data, err := readLimited(os.DirFS(filepath.Join(c.dir, refsDir)), t.key()+".json", largest)
	if err != nil || len(data) > largest || json.Unmarshal(data, &rec) != nil {
		return record{}, false
	}
	ours := rec.Repository == t.url.String() && rec.Name == t.name && rec.Version == t.version
	if !ours || !validDigest(rec.Digest) {
		return record{}, false
	}
	return rec, true
}

// blob reads an archive and verifies it.
func (c *cache) blob(digest string, limit int64) ([]byte, error) {
	name := strings.TrimPrefix(digest, digestPrefix)
	data, err := readLimited(os.DirFS(filepath.Join(c.dir, blobsDir)), name, limit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errAbsent
	case err != nil:
		return nil, cacheError("the cache cannot be read", err)
	case int64(len(data)) > limit:
		return nil, tooLarge("MaxArchive", limit, "", "the chart archive in the cache has more bytes than allowed")
	case digestOf(data) != digest:
		if err := os.Remove(c.blobPath(digest)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, cacheError("a damaged archive cannot be removed from the cache", err)
		}
		return nil, errDamaged
	}
	now := c.now()
	_ = os.Chtimes(c.blobPath(digest), now, now) // only the order of use is lost
	return data, nil
}

// content returns the archive with a digest that a repository states, so that
// it need not be downloaded; nil if the cache does not have it.
func (c *cache) content(digest string, limit int64) []byte {
	if c == nil || !validDigest(digest) || c.usable() != nil {
		return nil
	}
	data, err := c.blob(digest, limit)
	if err != nil {
		return nil
	}
	return data
}

// keep puts a verified archive and its record in place, then makes room.
func (c *cache) keep(t *target, rec record, data []byte) error {
	if err := c.prepare(); err != nil {
		return err
	}
	rec.Repository, rec.Name, rec.Version = t.url.String(), t.name, t.version
	blob := c.blobPath(rec.Digest)
	if err := c.write(blob, data); err != nil {
		return err
	}
	text, err := json.Marshal(rec)
	if err != nil {
		return cacheError("the cache cannot be written", err)
	}
	if err := c.write(c.refPath(t), append(text, '\n')); err != nil {
		return err
	}
	return c.makeRoom(filepath.Base(blob))
}

// prepare makes the directories. The tag tells backup programs to pass by.
func (c *cache) prepare() error {
	for _, sub := range []string{blobsDir, refsDir, newDir} {
		if err := os.MkdirAll(filepath.Join(c.dir, sub), dirMode); err != nil {
			return cacheError("the cache directory cannot be made", err)
		}
	}
	tag := filepath.Join(c.dir, "CACHEDIR.TAG")
	if _, err := os.Lstat(tag); errors.Is(err, fs.ErrNotExist) {
		return c.write(tag, []byte("Signature: 8a477f597d28d172789f06886806bc55\n"))
	}
	return nil
}

// write puts a file in place whole, or not at all.
func (c *cache) write(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Join(c.dir, newDir), "*") // mode 0600
	if err != nil {
		return cacheError("the cache cannot be written", err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(fileMode))
	now := c.now()
	err = errors.Join(err, f.Close(), os.Chtimes(f.Name(), now, now))
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return cacheError("the cache cannot be written", err)
	}
	return nil
}
