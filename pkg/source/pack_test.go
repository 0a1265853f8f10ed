// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// packWriter builds a pack byte by byte.
type packWriter struct {
	t     testing.TB
	body  bytes.Buffer
	count uint32
}

// object appends one object; length is what its header claims.
func (p *packWriter) object(kind plumbing.ObjectType, length int, base []byte, content []byte) {
	p.t.Helper()
	first := byte(kind)<<4 | byte(length&15)
	rest := length >> 4
	for rest > 0 {
		p.body.WriteByte(first | 0x80)
		first, rest = byte(rest&0x7f), rest>>7
	}
	p.body.WriteByte(first)
	p.body.Write(base)
	z := zlib.NewWriter(&p.body)
	if _, err := z.Write(content); err != nil {
		p.t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		p.t.Fatal(err)
	}
	p.count++
}

func (p *packWriter) add(kind plumbing.ObjectType, content []byte) plumbing.Hash {
	p.object(kind, len(content), nil, content)
	return plumbing.ComputeHash(kind, content)
}

func (p *packWriter) bytes() []byte {
	out := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), p.count)
	out = append(out, p.body.Bytes()...)
	sum := sha1.Sum(out)
	return append(out, sum[:]...)
}

// servePack is a server whose branch main is head and that always sends pack.
func servePack(t testing.TB, head plumbing.Hash, pack []byte) (string, []byte) {
	t.Helper()
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			fmt.Fprintf(w, "001e# service=git-upload-pack\n0000")
			line := fmt.Sprintf("%s HEAD\x00ofs-delta symref=HEAD:refs/heads/main\n", head)
			fmt.Fprintf(w, "%04x%s", len(line)+4, line)
			line = fmt.Sprintf("%s refs/heads/main\n", head)
			fmt.Fprintf(w, "%04x%s0000", len(line)+4, line)
			return
		}
		w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
		fmt.Fprint(w, "0008NAK\n")
		_, _ = w.Write(pack)
	}))
}

// commitPack adds a tree with one file and a commit of it.
func (p *packWriter) commit(file plumbing.Hash) plumbing.Hash {
	tree := p.add(plumbing.TreeObject, []byte(treeContent(entry{"100644", "big.bin", file})))
	return p.add(plumbing.CommitObject, []byte(commitContent(tree)))
}

// delta is the content of a delta object.
func delta(source, target uint64, ops []byte) []byte {
	d := binary.AppendUvarint(nil, source)
	return append(binary.AppendUvarint(d, target), ops...)
}

type packCase struct {
	build func(p *packWriter) plumbing.Hash
	want  error
	text  string
}

// largePacks exceed the limits of TestPacks, but for the first.
func largePacks() map[string]packCase {
	return map[string]packCase{
		"good": {func(p *packWriter) plumbing.Hash {
			base := p.add(plumbing.BlobObject, []byte("0123456789"))
			p.object(plumbing.REFDeltaObject, 4, base[:], delta(10, 5, []byte{0x90, 5}))
			return p.commit(plumbing.ComputeHash(plumbing.BlobObject, []byte("01234")))
		}, nil, ""},
		"large file is named": {func(p *packWriter) plumbing.Hash {
			return p.commit(p.add(plumbing.BlobObject, make([]byte, 5000)))
		}, source.ErrTooLarge, "big.bin: the file is 5000 bytes"},
		"huge file": {func(p *packWriter) plumbing.Hash {
			p.object(plumbing.BlobObject, 1<<40, nil, []byte("x"))
			return p.commit(plumbing.ZeroHash)
		}, source.ErrTooLarge, "MaxFileBytes"},
		"large tree": {func(p *packWriter) plumbing.Hash {
			return p.add(plumbing.TreeObject, make([]byte, 5000))
		}, source.ErrTooLarge, "tree"},
		"delta to huge file": {func(p *packWriter) plumbing.Hash {
			base := p.add(plumbing.BlobObject, []byte("0123456789"))
			d := delta(10, 1<<50, bytes.Repeat([]byte{0x90, 10}, 10))
			p.object(plumbing.REFDeltaObject, len(d), base[:], d)
			return p.commit(base)
		}, source.ErrTooLarge, "MaxFileBytes"},
		"delta on large file": {func(p *packWriter) plumbing.Hash {
			base := p.add(plumbing.BlobObject, make([]byte, 5000))
			d := delta(5000, 5, []byte{0x90, 5})
			p.object(plumbing.REFDeltaObject, len(d), base[:], d)
			return p.commit(base)
		}, source.ErrTooLarge, "MaxFileBytes"},
		"many deltas": {func(p *packWriter) plumbing.Hash {
			base := p.add(plumbing.BlobObject, []byte("0123456789"))
			d := delta(10, 900, bytes.Repeat([]byte{0x90, 10}, 90))
			for range 50 {
				p.object(plumbing.REFDeltaObject, len(d), base[:], d)
			}
			return p.commit(base)
		}, source.ErrTooLarge, "MaxTotalBytes"},
		"many objects": {func(p *packWriter) plumbing.Hash {
			for range 2100 {
				p.add(plumbing.BlobObject, nil)
			}
			return p.commit(plumbing.ZeroHash)
		}, source.ErrTooLarge, "MaxFiles"},
		"many bytes": {func(p *packWriter) plumbing.Hash {
			p.body.Write(make([]byte, 60_000))
			return p.commit(plumbing.ZeroHash)
		}, source.ErrTooLarge, "MaxFetchBytes"},
		"many more bytes": {func(p *packWriter) plumbing.Hash {
			p.body.Write(make([]byte, 3<<20))
			return p.commit(plumbing.ZeroHash)
		}, source.ErrTooLarge, "MaxFetchBytes"},
	}
}

// brokenPacks are not what they claim to be.
func brokenPacks() map[string]packCase {
	return map[string]packCase{
		"length is a lie": {func(p *packWriter) plumbing.Hash {
			p.object(plumbing.BlobObject, 5, nil, make([]byte, 500))
			return p.commit(plumbing.ZeroHash)
		}, source.ErrCorrupt, "damaged"},
		"bad delta": {func(p *packWriter) plumbing.Hash {
			base := p.add(plumbing.BlobObject, []byte("0123456789"))
			p.object(plumbing.REFDeltaObject, 1, base[:], []byte{0x80})
			return p.commit(base)
		}, source.ErrCorrupt, "delta"},
		"delta without base": {func(p *packWriter) plumbing.Hash {
			p.object(plumbing.REFDeltaObject, 4, make([]byte, 20), delta(10, 5, []byte{0x90, 5}))
			return p.commit(plumbing.ZeroHash)
		}, source.ErrCorrupt, ""},
		"count is a lie": {func(p *packWriter) plumbing.Hash {
			h := p.commit(plumbing.ZeroHash)
			p.count += 3
			return h
		}, source.ErrCorrupt, "cut short"},
		"without the commit": {func(p *packWriter) plumbing.Hash {
			p.add(plumbing.BlobObject, nil)
			return plumbing.NewHash("ab")
		}, source.ErrCorrupt, "missing"},
		"without the file": {func(p *packWriter) plumbing.Hash {
			return p.commit(plumbing.NewHash("ab"))
		}, source.ErrCorrupt, "big.bin: the object ab"},
	}
}

func TestPacks(t *testing.T) {
	small := source.Limits{MaxFileBytes: 1000, MaxTotalBytes: 20_000, MaxFiles: 100, MaxFetchBytes: 50_000}
	tests := largePacks()
	maps.Copy(tests, brokenPacks())
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			p := &packWriter{t: t}
			head := tc.build(p)
			url, ca := servePack(t, head, p.bytes())
			c, err := source.Git(t.Context(), source.GitOptions{URL: url + "/x", CABundle: ca, Limits: small})
			if tc.want != nil {
				wantError(t, err, tc.want, tc.text)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			closeAtEnd(t, c)
			if got := readFile(t, c.FS, "big.bin"); got != "01234" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestNotAPack(t *testing.T) {
	url, ca := servePack(t, plumbing.NewHash("ab"), []byte("this is not a pack"))
	_, err := source.Git(t.Context(), source.GitOptions{URL: url + "/x", CABundle: ca})
	wantError(t, err, source.ErrCorrupt, "did not send a pack")
}
