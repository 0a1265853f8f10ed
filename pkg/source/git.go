// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// defaultTimeout bounds a checkout from Git unless GitOptions says otherwise.
const defaultTimeout = 60 * time.Second

// GitOptions say what [Git] fetches and how. Only URL is required.
type GitOptions struct {
	// URL is https://host/path, ssh://[user@]host[:port]/path, user@host:path,
	// or file:///path of a bare or ordinary repository on this machine.
	// A user and password in it are used if Auth is nil.
	URL string
	// Ref is the revision; the zero value is the default branch.
	Ref Ref
	// Auth holds the credentials; nil for none.
	Auth *Auth
	// Verify asks for signatures to be checked; nil for no check.
	Verify *Verification
	// Limits bound the tree and what is fetched; zero fields have defaults.
	Limits Limits
	// Depth is the number of commits that are fetched: 0 for one, which is all
	// that a checkout needs, negative for the whole history. Servers that do
	// not offer shallow clones send the whole history anyway.
	Depth int
	// Timeout bounds everything up to the finished checkout; 0 for 60 s.
	Timeout time.Duration
	// ProxyURL is an http, https or socks5 proxy for https and http sources.
	// If empty, HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured.
	ProxyURL string
	// CABundle are PEM certificates of authorities that are trusted for https
	// in addition to the system's.
	CABundle []byte
	// ObjectDirs are further object directories of a repository on this
	// machine. A pre-receive hook needs them: there Git keeps the pushed
	// objects apart and names their place in GIT_OBJECT_DIRECTORY.
	ObjectDirs []string
	// AllowInsecureHTTP permits http:// URLs, where anyone on the way can read
	// the credentials and change the content.
	AllowInsecureHTTP bool
}

// Auth are the credentials for a Git server. Set the fields for one way only.
// They never appear in errors.
type Auth struct {
	// Username is for https with Password, and the login name for ssh.
	// Default: the user in the URL, else "git".
	Username string
	// Password is a password or access token for https basic authentication,
	// or the password for ssh.
	Password string
	// BearerToken is sent over https in an "Authorization: Bearer" header.
	// Most Git hosts want their tokens as Password instead.
	BearerToken string
	// SSHKey is a private key in PEM or OpenSSH format.
	SSHKey []byte
	// SSHKeyPassphrase decrypts SSHKey; empty if it is not encrypted.
	SSHKeyPassphrase string
	// KnownHosts are the lines of a known_hosts file; required for ssh.
	// Neither ~/.ssh nor an SSH agent is ever consulted.
	KnownHosts []byte
}

func (a *Auth) user() string {
	if a == nil || a.Username == "" {
		return "git"
	}
	return a.Username
}

// Git checks out one revision of a Git repository into memory. No working tree
// and no temporary file is written, so nothing is left behind when the call
// fails or is cancelled. Over the network only the wanted commit is fetched
// where the server allows that. Repositories on this machine are read in
// place and must not be deleted while the checkout is in use.
//
// The whole tree is judged first; see [Directory] for what is refused. Blobs
// are unpacked when they are read.
//
// The error is an [*Error]; it is of kind context.Canceled if ctx was
// cancelled. Git is safe for concurrent use.
func Git(ctx context.Context, opts GitOptions) (c *Checkout, err error) {
	shown, ref := Redact(opts.URL), opts.Ref.String()
	loc, err := classify(opts.URL)
	if err != nil {
		return nil, located(err, shown, ref, printable)
	}
	opts.Auth = withURLCredentials(opts.Auth, loc)
	clean := scrubber(append(opts.Auth.secrets(), loc.pass, proxyPassword(opts.ProxyURL), opts.ProxyURL))
	defer func() {
		if r := recover(); r != nil {
			c, err = nil, corrupt(fmt.Sprintf("reading the repository failed: %v", r))
		}
		err = located(err, shown, ref, clean)
	}()
	j := &job{opts: opts, loc: loc, clean: clean}
	if err := j.check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, j.opts.Timeout)
	defer cancel()
	c, err = j.run(ctx)
	if err != nil {
		if stopped := interrupted(ctx); stopped != nil {
			return nil, stopped
		}
		return nil, err
	}
	c.URL = shown
	return c, nil
}

// withURLCredentials takes user and password from the URL if Auth has none.
func withURLCredentials(a *Auth, loc location) *Auth {
	if loc.user == "" && loc.pass == "" {
		return a
	}
	var out Auth
	if a != nil {
		out = *a
	}
	if out.Username == "" {
		out.Username = loc.user
	}
	if out.Password == "" && out.BearerToken == "" && len(out.SSHKey) == 0 {
		out.Password = loc.pass
		if loc.pass == "" && loc.kind != kindSSH { // https://TOKEN@host
			out.Username, out.Password = "git", loc.user
		}
	}
	return &out
}

// job is one call of Git.
type job struct {
	opts  GitOptions
	loc   location
	clean func(string) string
}

// pick is a revision together with the objects to build it from.
type pick struct {
	choice
	objects objects
}

func (j *job) run(ctx context.Context) (*Checkout, error) {
	if stopped := interrupted(ctx); stopped != nil {
		return nil, stopped
	}
	p, err := j.obtain(ctx)
	if err != nil {
		return nil, err
	}
	c, err := j.build(ctx, p)
	if err != nil {
		return nil, errors.Join(err, p.objects.close())
	}
	return c, nil
}

// check finds what is wrong with the options before anything is contacted,
// and fills in the defaults.
func (j *job) check() error {
	var err error
	if j.opts.Limits, err = j.opts.Limits.complete(); err != nil {
		return err
	}
	if j.opts.Timeout < 0 {
		return invalid("the timeout is negative", "give a positive duration, or 0 for 60 s")
	}
	if j.opts.Timeout == 0 {
		j.opts.Timeout = defaultTimeout
	}
	switch j.loc.kind {
	case kindDirectory:
		return invalid("this is the path of a directory, not a Git URL", "write file:///absolute/path, or open it as a directory")
	case kindHTTP:
		if !j.opts.AllowInsecureHTTP {
			return invalid("plain http is not encrypted", "use https://, or allow insecure http explicitly")
		}
	}
	if j.opts.Ref.Commit != "" {
		if _, err := j.opts.Ref.commitHash(); err != nil {
			return err
		}
	}
	return j.opts.Verify.check(j.opts.Ref)
}

func (j *job) obtain(ctx context.Context) (pick, error) {
	if j.loc.kind == kindFile {
		return j.fromDisk(ctx)
	}
	return j.fromServer(ctx)
}

// build judges the tree of the picked revision and makes the checkout.
func (j *job) build(ctx context.Context, p pick) (*Checkout, error) {
	tags, commit, err := peel(p.objects, p.hash)
	if err != nil {
		return nil, err
	}
	signer, err := j.opts.Verify.verify(p.choice, tags, commit)
	if err != nil {
		return nil, err
	}
	w := newGitWalker(ctx, p.objects, j.opts.Limits, commit.Committer.When)
	root := newRoot(w.when)
	if err := w.walk(commit.TreeHash, place{parent: root}); err != nil {
		return nil, err
	}
	if err := w.finish(); err != nil {
		return nil, err
	}
	c := newCheckout(root, &gitFiles{objects: p.objects, max: j.opts.Limits.MaxFileBytes})
	c.Revision = newRevision(p.label, commit.Hash.String())
	c.CommitTime = commit.Committer.When
	c.Signer = signer
	return c, nil
}

// missing is the error for a commit that is nowhere to be found.
func missingCommit(h plumbing.Hash, branch string) *Error {
	if branch != "" {
		return &Error{
			Kind: ErrNotFound, Reason: "the commit does not lie on this branch",
			Fix: "check the name of the commit and of the branch",
		}
	}
	return &Error{
		Kind: ErrNotFound, Reason: "the repository has no commit " + h.String() + " that a branch or tag leads to",
		Fix: "check that it has been pushed",
	}
}
