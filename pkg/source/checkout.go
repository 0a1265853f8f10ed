// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"io/fs"
	"sync"
	"sync/atomic"
	"time"
)

// Checkout is one tree of files at one revision.
//
// A Checkout is safe for concurrent use. It must be closed; nothing is left
// behind on disk in any case, because nothing is written there.
type Checkout struct {
	// FS is the read-only view. It also implements fs.ReadDirFS,
	// fs.ReadFileFS, fs.StatFS and fs.ReadLinkFS. Names and sizes are those
	// at the time of opening. Symbolic links are followed by Open, ReadFile,
	// ReadDir and Stat and all lead to something inside; ReadDir lists them as
	// links, so fs.WalkDir does not walk in circles. Reading a Git LFS pointer
	// fails with an error that matches ErrLFSPointer.
	FS fs.FS
	// Revision is the exact state; empty for a plain directory.
	Revision Revision
	// URL is where the checkout came from, without credentials: a Git URL or
	// the path of a directory.
	URL string
	// CommitTime is the committer's time; zero for a directory.
	CommitTime time.Time
	// Signer is the fingerprint, in upper-case hexadecimal, of the key that
	// signed what [Verification] asked for; empty if nothing was asked.
	Signer string

	files  contents
	closed *atomic.Bool
	once   sync.Once
	err    error
}

func newCheckout(root *node, files contents) *Checkout {
	closed := new(atomic.Bool)
	return &Checkout{
		FS:    &treeFS{root: root, files: files, closed: closed},
		files: files, closed: closed,
	}
}

// Close frees what the checkout holds. Using FS afterwards fails with
// fs.ErrClosed. Closing again does nothing and returns the same error.
func (c *Checkout) Close() error {
	c.once.Do(func() {
		c.closed.Store(true)
		c.err = c.files.close()
	})
	return c.err
}
