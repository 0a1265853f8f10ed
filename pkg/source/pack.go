// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/storage/memory"
)

// packStore holds the objects of one fetched pack, unpacked. After unpack has
// returned it is only read.
type packStore struct {
	memory.ObjectStorage
	ctx     context.Context //nolint:containedctx // lives as long as unpack
	maxBlob int64
	dropped map[plumbing.Hash]int64 // oversized blobs: known by size only
}

func newPackStore(ctx context.Context, limits Limits) *packStore {
	return &packStore{
		ObjectStorage: memory.NewStorage().ObjectStorage,
		ctx:           ctx,
		maxBlob:       limits.MaxFileBytes,
		dropped:       map[plumbing.Hash]int64{},
	}
}

// unpack measures a pack and, if it is within the limits, unpacks it.
func unpack(ctx context.Context, pack []byte, limits Limits) (*packStore, error) {
	if err := measure(ctx, pack, limits); err != nil {
		return nil, err
	}
	store := newPackStore(ctx, limits)
	parser, err := packfile.NewParserWithStorage(packfile.NewScanner(bytes.NewReader(pack)), store)
	if err != nil {
		return nil, corrupt("the server's pack cannot be read: " + err.Error())
	}
	if _, err = parser.Parse(); err != nil {
		if stopped := interrupted(ctx); stopped != nil {
			return nil, stopped
		}
		if len(store.dropped) > 0 {
			return nil, tooLarge("MaxFileBytes", "", "the server sent a file that is too large", limits.MaxFileBytes)
		}
		return nil, corrupt("the server's pack is damaged or cut short: " + err.Error())
	}
	return store, nil
}

// measure reads through a pack without keeping anything and adds up what
// unpacking it would take, so that a small pack cannot become a large one.
func measure(ctx context.Context, pack []byte, limits Limits) error {
	s := packfile.NewScanner(bytes.NewReader(pack))
	_, count, err := s.Header()
	if err != nil {
		return corrupt("the server did not send a pack: " + err.Error())
	}
	most := int64(limits.MaxFiles)*objectsPerFile + 1000
	if int64(count) > most {
		return tooLarge("MaxFiles", "", fmt.Sprintf("the server sends %d objects, more than %d for each file allowed", count, objectsPerFile), int64(limits.MaxFiles))
	}
	var total int64
	for range count {
		if stopped := interrupted(ctx); stopped != nil {
			return stopped
		}
		n, err := measureObject(s, limits)
		if err != nil {
			return err
		}
		if total += n; total > limits.MaxTotalBytes {
			return tooLarge("MaxTotalBytes", "", "what the server sends is too large when unpacked", limits.MaxTotalBytes)
		}
	}
	return nil
}

// measureObject returns how many bytes of the next object will be kept.
func measureObject(s *packfile.Scanner, limits Limits) (int64, error) {
	h, err := s.NextObjectHeader()
	if err != nil {
		return 0, corrupt("the server's pack is damaged or cut short: " + err.Error())
	}
	most := limits.MaxFileBytes
	if h.Type == plumbing.BlobObject {
		most = max(most, maxDroppedBytes)
	}
	if h.Length > most {
		return 0, tooLarge("MaxFileBytes", "", fmt.Sprintf("the server sends a %s of %d bytes", h.Type, h.Length), limits.MaxFileBytes)
	}
	var head prefix
	n, _, err := s.NextObject(&head)
	if err != nil || n != h.Length {
		return 0, corrupt("the server's pack is damaged or cut short")
	}
	switch {
	case h.Type.IsDelta():
		target, ok := deltaTarget(head.data)
		if !ok {
			return 0, corrupt("the server's pack contains an invalid delta")
		}
		if target > uint64(limits.MaxFileBytes) {
			return 0, tooLarge("MaxFileBytes", "", fmt.Sprintf("the server sends a file of %d bytes", target), limits.MaxFileBytes)
		}
		return int64(target), nil
	case h.Type == plumbing.BlobObject && h.Length > limits.MaxFileBytes:
		return 0, nil
	}
	return h.Length, nil
}

// prefix keeps the first bytes of what is written to it.
type prefix struct{ data []byte }

func (p *prefix) Write(b []byte) (int, error) {
	if room := 2*binary.MaxVarintLen64 - len(p.data); room > 0 {
		p.data = append(p.data, b[:min(room, len(b))]...)
	}
	return len(b), nil
}

// deltaTarget reads the size of the result from the head of a delta.
func deltaTarget(head []byte) (uint64, bool) {
	_, n := binary.Uvarint(head)
	if n <= 0 {
		return 0, false
	}
	target, m := binary.Uvarint(head[n:])
	return target, m > 0
}

// SetEncodedObject keeps an object, but of a blob that is too large to be read
// anyway only the size.
func (s *packStore) SetEncodedObject(o plumbing.EncodedObject) (plumbing.Hash, error) {
	if err := s.ctx.Err(); err != nil {
		return plumbing.ZeroHash, err
	}
	if o.Type() == plumbing.BlobObject && o.Size() > s.maxBlob {
		h := o.Hash()
		s.dropped[h] = o.Size()
		return h, nil
	}
	return s.ObjectStorage.SetEncodedObject(o)
}

// EncodedObject shows a dropped blob as an empty one, for the parser.
func (s *packStore) EncodedObject(t plumbing.ObjectType, h plumbing.Hash) (plumbing.EncodedObject, error) {
	if _, ok := s.dropped[h]; ok {
		o := new(plumbing.MemoryObject)
		o.SetType(plumbing.BlobObject)
		return o, nil
	}
	return s.ObjectStorage.EncodedObject(t, h)
}

func (s *packStore) size(h plumbing.Hash) (int64, error) {
	if n, ok := s.dropped[h]; ok {
		return n, nil
	}
	o, ok := s.Objects[h]
	if !ok {
		return 0, missingObject(h)
	}
	return o.Size(), nil
}

func (s *packStore) kind(h plumbing.Hash) (plumbing.ObjectType, error) {
	o, ok := s.Objects[h]
	if !ok {
		return 0, missingObject(h)
	}
	return o.Type(), nil
}

func (s *packStore) content(t plumbing.ObjectType, h plumbing.Hash) ([]byte, error) {
	o, ok := s.Objects[h]
	if !ok || o.Type() != t {
		return nil, missingObject(h)
	}
	r, err := o.Reader()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// close leaves the objects to the garbage collector: readers may still hold them.
func (s *packStore) close() error { return nil }

func missingObject(h plumbing.Hash) *Error {
	return corrupt("the object " + h.String() + " is missing")
}
