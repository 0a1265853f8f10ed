// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
)

// session is one conversation with git-upload-pack on a server: first the
// list of refs, then at most one pack.
type session interface {
	advertised(ctx context.Context) (*packp.AdvRefs, error)
	uploadPack(ctx context.Context, req *packp.UploadPackRequest) (io.ReadCloser, error)
	io.Closer
}

// errRefused: the server does not give out the commit that was asked for.
var errRefused = errors.New("the server refused the commit")

// dial opens a session.
func (j *job) dial(ctx context.Context) (session, error) {
	if j.loc.kind == kindSSH {
		return dialSSH(ctx, j)
	}
	return dialHTTP(j)
}

// fromServer lists the refs, chooses one and fetches it.
func (j *job) fromServer(ctx context.Context) (pick, error) {
	if j.opts.Ref.Commit != "" {
		return j.commitFromServer(ctx)
	}
	s, list, err := j.connect(ctx)
	if err != nil {
		return pick{}, err
	}
	defer s.Close()
	chosen, err := list.choose(j.opts.Ref)
	if err != nil {
		return pick{}, err
	}
	store, err := j.fetch(ctx, s, list, fetchPlan{wants: []plumbing.Hash{chosen.hash}, depth: j.depth()})
	return pick{chosen, store}, err
}

func (j *job) depth() int {
	switch {
	case j.opts.Depth < 0:
		return 0
	case j.opts.Depth == 0:
		return 1
	}
	return j.opts.Depth
}

// offer is what a server advertises.
type offer struct {
	refList
	caps   *capability.List
	peeled map[string]plumbing.Hash
}

func (j *job) connect(ctx context.Context) (session, offer, error) {
	s, err := j.dial(ctx)
	if err != nil {
		return nil, offer{}, err
	}
	adv, err := s.advertised(ctx)
	if err != nil {
		_ = s.Close()
		return nil, offer{}, err
	}
	o := offer{refList{refs: adv.References}, adv.Capabilities, adv.Peeled}
	if adv.Head != nil {
		o.head = *adv.Head
	}
	for _, v := range adv.Capabilities.Get(capability.SymRef) {
		if target, ok := strings.CutPrefix(v, headName+":"); ok {
			o.main = target
		}
	}
	if o.main == "" && !o.head.IsZero() {
		for _, guess := range []string{branchPrefix + "main", branchPrefix + "master"} {
			if o.refs[guess] == o.head {
				o.main = guess
				break
			}
		}
	}
	return s, o, nil
}

// commitFromServer fetches a commit by its name. First it is looked for among
// the refs, then the server is asked for it alone; not every server agrees.
// Then, or if the commit must lie on a branch, the history is fetched.
func (j *job) commitFromServer(ctx context.Context) (pick, error) {
	want, _ := j.opts.Ref.commitHash()
	s, list, err := j.connect(ctx)
	if err != nil {
		return pick{}, err
	}
	defer func() { _ = s.Close() }()
	branch := j.opts.Ref.Branch
	alone := fetchPlan{wants: []plumbing.Hash{want}, depth: j.depth()}
	if branch != "" {
		tip, err := list.short(branchPrefix, branch)
		if err != nil {
			return pick{}, err
		}
		if tip.hash == want {
			store, err := j.fetch(ctx, s, list, alone)
			return pick{choice{tip.refName, branch, want}, store}, err
		}
		return j.fromHistory(ctx, s, list, fetchPlan{wants: []plumbing.Hash{tip.hash}})
	}
	if j.loc.kind != kindSSH || list.offers(want) {
		store, err := j.fetch(ctx, s, list, alone)
		if !errors.Is(err, errRefused) {
			return pick{choice{hash: want}, store}, err
		}
		_ = s.Close()
		if s, list, err = j.connect(ctx); err != nil {
			return pick{}, err
		}
	}
	return j.fromHistory(ctx, s, list, fetchPlan{wants: list.tips()})
}

// fromHistory fetches everything behind some refs and looks for the commit there.
func (j *job) fromHistory(ctx context.Context, s session, list offer, plan fetchPlan) (pick, error) {
	want, _ := j.opts.Ref.commitHash()
	store, err := j.fetch(ctx, s, list, plan)
	if err != nil {
		return pick{}, err
	}
	if kind, err := store.kind(want); err != nil || kind != plumbing.CommitObject {
		return pick{}, missingCommit(want, j.opts.Ref.Branch)
	}
	return pick{choice{label: j.opts.Ref.Branch, hash: want}, store}, nil
}

// offers reports whether the server says that it gives out this commit.
func (o offer) offers(h plumbing.Hash) bool {
	for _, refs := range []map[string]plumbing.Hash{o.refs, o.peeled} {
		for _, tip := range refs {
			if tip == h {
				return true
			}
		}
	}
	return o.head == h || o.caps.Supports(capability.AllowReachableSHA1InWant)
}

// tips returns the objects of all branches and tags, each once.
func (o offer) tips() []plumbing.Hash {
	seen := map[plumbing.Hash]bool{}
	var list []plumbing.Hash
	for name, h := range o.refs {
		if (strings.HasPrefix(name, branchPrefix) || strings.HasPrefix(name, tagPrefix)) && !seen[h] {
			seen[h] = true
			list = append(list, h)
		}
	}
	slices.SortFunc(list, func(a, b plumbing.Hash) int { return bytes.Compare(a[:], b[:]) })
	return list
}

// fetchPlan says what to fetch.
type fetchPlan struct {
	wants []plumbing.Hash
	depth int // 0 for everything
}

// fetch asks for a pack, reads it within the limits and unpacks it.
func (j *job) fetch(ctx context.Context, s session, list offer, plan fetchPlan) (objects, error) {
	req, err := request(list.caps, plan)
	if err != nil {
		return nil, err
	}
	body, err := s.uploadPack(ctx, req)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	limit := j.opts.Limits.MaxFetchBytes
	pack, err := io.ReadAll(io.LimitReader(demultiplexed(req.Capabilities, body), limit+1))
	if err != nil {
		return nil, j.readError(ctx, err)
	}
	if int64(len(pack)) > limit {
		return nil, fetchTooLarge(limit)
	}
	store, err := unpack(ctx, pack, j.opts.Limits)
	if err != nil {
		return nil, err
	}
	return store, nil
}

// request builds the message to the server.
func request(caps *capability.List, plan fetchPlan) (*packp.UploadPackRequest, error) {
	if len(plan.wants) == 0 {
		return nil, &Error{Kind: ErrNotFound, Reason: "the repository has no branches", Fix: "push a branch first"}
	}
	req := packp.NewUploadPackRequest()
	req.Wants = plan.wants
	// Azure DevOps insists on multi_ack, although a first fetch has nothing to acknowledge.
	use := []capability.Capability{capability.OFSDelta, capability.NoProgress, capability.MultiACKDetailed}
	if caps.Supports(capability.Sideband64k) {
		use = append(use, capability.Sideband64k)
	} else {
		use = append(use, capability.Sideband)
	}
	if plan.depth > 0 && caps.Supports(capability.Shallow) {
		req.Depth = packp.DepthCommits(plan.depth)
		use = append(use, capability.Shallow)
	}
	for _, c := range use {
		if caps.Supports(c) {
			if err := req.Capabilities.Set(c); err != nil {
				return nil, err
			}
		}
	}
	return req, nil
}

func demultiplexed(caps *capability.List, r io.Reader) io.Reader {
	switch {
	case caps.Supports(capability.Sideband64k):
		return sideband.NewDemuxer(sideband.Sideband64k, r)
	case caps.Supports(capability.Sideband):
		return sideband.NewDemuxer(sideband.Sideband, r)
	}
	return r
}

// readError classifies an error that ended the transfer of a pack.
func (j *job) readError(ctx context.Context, err error) error {
	if stopped := interrupted(ctx); stopped != nil {
		return stopped
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if refusedText(err.Error()) {
		return errRefused
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, packfile.ErrEmptyPackfile) {
		return corrupt("the connection ended in the middle of the transfer")
	}
	return &Error{
		Kind: ErrUnreachable, Reason: "the transfer failed: " + j.clean(err.Error()),
		Fix: "try again; if it fails again, look into the server's log",
	}
}

// refusedText recognises how servers say that they do not give out an object.
func refusedText(text string) bool {
	return strings.Contains(text, "not our ref") || strings.Contains(text, "unadvertised object")
}

func fetchTooLarge(limit int64) *Error {
	return tooLarge("MaxFetchBytes", "", "the server sends too much", limit)
}
