// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// The environment variables with secrets. Arguments are visible to every user
// of a machine, so none of these is a flag.
const (
	tokenVariable      = "DYNAMO_GITOPS_GIT_TOKEN"      //nolint:gosec // the name of a variable
	passphraseVariable = "DYNAMO_GITOPS_SSH_PASSPHRASE" //nolint:gosec // the name of a variable
)

const (
	// defaultTimeout bounds a command that reads a source.
	defaultTimeout = 60 * time.Second
	// maxCredentialFile bounds key, token, certificate and known_hosts files.
	maxCredentialFile = 4 << 20

	maxFilesFlag      = "max-files"
	maxFileBytesFlag  = "max-file-bytes"
	maxTotalBytesFlag = "max-total-bytes"
)

// sourceFlags are the flags that say what is read and how.
type sourceFlags struct {
	revision, path               string
	username, tokenFile          string
	bearer                       bool
	sshKeyFile, knownHosts       string
	caFile, keyring, verify      string
	allowInsecureHTTP            bool
	timeout                      time.Duration
	maxFiles                     int
	maxFileBytes, maxTotalBytes  int64
	maxFilesGiven, maxBytesGiven bool
}

func (f *sourceFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.revision, "revision", "", "branch, tag, version range (\">=1.2\") or 40-digit commit; also branch:NAME, tag:NAME, refs/…")
	flags.StringVar(&f.path, "path", "", "directory below PATH or in the repository of URL")
	flags.StringVar(&f.username, "username", "", "user for Git over https (default \"git\")")
	flags.StringVar(&f.tokenFile, "token-file", "", "file with the token or password for Git over https (default: the variable "+tokenVariable+")")
	flags.BoolVar(&f.bearer, "bearer", false, "send the token as a bearer token instead of a password")
	flags.StringVar(&f.sshKeyFile, "ssh-key-file", "", "private key for Git over ssh (passphrase: the variable "+passphraseVariable+")")
	flags.StringVar(&f.knownHosts, "known-hosts-file", "", "known_hosts file for Git over ssh")
	flags.StringVar(&f.caFile, "ca-file", "", "PEM certificates of additional authorities for https")
	flags.StringVar(&f.keyring, "verify-keyring", "", "armored OpenPGP public keys; the revision must be signed by one of them")
	flags.StringVar(&f.verify, "verify-mode", string(source.VerifyHEAD), "what must be signed: HEAD, Tag or TagAndHEAD")
	flags.BoolVar(&f.allowInsecureHTTP, "allow-insecure-http", false, "permit http:// URLs, which anyone on the way can read and change")
	flags.DurationVar(&f.timeout, "timeout", defaultTimeout, "most that the command may take")
	limits := source.DefaultLimits()
	flags.IntVar(&f.maxFiles, maxFilesFlag, limits.MaxFiles, "most files in the source")
	flags.Int64Var(&f.maxFileBytes, maxFileBytesFlag, limits.MaxFileBytes, "largest file in a Git source, in bytes")
	flags.Int64Var(&f.maxTotalBytes, maxTotalBytesFlag, limits.MaxTotalBytes, "most bytes in a Git source")
	for _, name := range []string{"token-file", "ssh-key-file", "known-hosts-file", "ca-file", "verify-keyring"} {
		_ = cmd.MarkFlagFilename(name)
	}
	completeWith(cmd, "verify-mode", string(source.VerifyHEAD), string(source.VerifyTag), string(source.VerifyTagAndHEAD))
	cmd.PreRun = func(*cobra.Command, []string) {
		f.maxBytesGiven = flags.Changed(maxFileBytesFlag) || flags.Changed(maxTotalBytesFlag)
		f.maxFilesGiven = flags.Changed(maxFilesFlag)
	}
}

// limitFlag returns the flag that raises a limit of the source, if any.
func limitFlag(limit string) string {
	return map[string]string{
		"MaxFiles": maxFilesFlag, "MaxFileBytes": maxFileBytesFlag, "MaxTotalBytes": maxTotalBytesFlag,
	}[limit]
}

// check finds what is wrong with the flags before anything is read.
func (f *sourceFlags) check(location string) error {
	if f.timeout <= 0 {
		return usage(`write it as "60s" or "5m"`, "--timeout %s is not above zero", f.timeout)
	}
	if f.maxFiles <= 0 || f.maxFileBytes <= 0 || f.maxTotalBytes <= 0 {
		return usage("give positive numbers", "a limit is not above zero")
	}
	known := []string{string(source.VerifyHEAD), string(source.VerifyTag), string(source.VerifyTagAndHEAD)}
	if err := oneOf("verify-mode", f.verify, known...); err != nil {
		return err
	}
	if strings.Contains(location, "://") {
		if u, err := url.Parse(location); err == nil && u.User != nil {
			if _, secret := u.User.Password(); secret {
				return usage("put it into the variable "+tokenVariable+" or a --token-file, and the user into --username",
					"the URL holds a password, which every user of this machine can see")
			}
		}
	}
	return nil
}

// limits returns the limits for the source. Those on sizes are for repositories
// of others: the files of a local directory are already here, most are never
// read, and what is read is bounded on reading.
func (f *sourceFlags) limits(local bool) source.Limits {
	limits := source.Limits{MaxFiles: f.maxFiles, MaxFileBytes: f.maxFileBytes, MaxTotalBytes: f.maxTotalBytes}
	if local && !f.maxBytesGiven {
		limits.MaxFileBytes, limits.MaxTotalBytes = 1<<40, 1<<50
	}
	if local && !f.maxFilesGiven {
		limits.MaxFiles = 10 * f.maxFiles
	}
	return limits
}

// credentials reads what is needed to get at the source.
func (s *session) credentials(f *sourceFlags, o *source.Options) error {
	auth := source.Auth{Username: f.username, SSHKeyPassphrase: s.Getenv(passphraseVariable)}
	token := s.Getenv(tokenVariable)
	if f.tokenFile != "" {
		data, err := s.readFile("token-file", f.tokenFile)
		if err != nil {
			return err
		}
		token = strings.TrimSpace(string(data))
	}
	if f.bearer {
		auth.BearerToken, auth.Username = token, ""
	} else {
		auth.Password = token
	}
	if isSSH(o.Location) { // a token is for https; ssh would offer it as a password
		auth.Password, auth.BearerToken = "", ""
	}
	var keyring []byte
	for _, file := range []struct {
		flag, path string
		data       *[]byte
	}{
		{"ssh-key-file", f.sshKeyFile, &auth.SSHKey},
		{"known-hosts-file", f.knownHosts, &auth.KnownHosts},
		{"ca-file", f.caFile, &o.CABundle},
		{"verify-keyring", f.keyring, &keyring},
	} {
		if file.path == "" {
			continue
		}
		data, err := s.readFile(file.flag, file.path)
		if err != nil {
			return err
		}
		*file.data = data
	}
	if keyring != nil {
		o.Verify = &source.Verification{Keyring: keyring, Mode: source.VerifyMode(f.verify)}
	}
	if auth.Username != "" || auth.Password != "" || auth.BearerToken != "" || auth.SSHKey != nil || auth.KnownHosts != nil {
		o.Auth = &auth
	}
	return nil
}

func isSSH(location string) bool {
	return strings.HasPrefix(location, "ssh://") || !strings.Contains(location, "://") && source.IsGitURL(location)
}

// readFile reads a small file that a flag names.
func (s *session) readFile(flag, path string) ([]byte, error) {
	file, err := os.Open(s.absolute(path))
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxCredentialFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("--%s: %w", flag, err)
	case len(data) > maxCredentialFile:
		return nil, fmt.Errorf("--%s: %s is too large to be such a file", flag, path)
	case len(strings.TrimSpace(string(data))) == 0:
		return nil, fmt.Errorf("--%s: %s is empty", flag, path)
	}
	return data, nil
}

// absolute makes a path independent of the process's working directory.
func (s *session) absolute(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(s.Dir, path)
}

// references returns what a --revision may mean, the likeliest first. What
// exists decides.
func references(revision string) []source.Ref {
	kind, name, explicit := strings.Cut(revision, ":")
	switch {
	case revision == "":
		return []source.Ref{{}}
	case explicit && kind == "branch":
		return []source.Ref{{Branch: name}}
	case explicit && kind == "tag":
		return []source.Ref{{Tag: name}}
	case explicit && kind == "semver":
		return []source.Ref{{SemVer: name}}
	case explicit && kind == "commit":
		return []source.Ref{{Commit: name}}
	case isCommit(revision):
		return []source.Ref{{Commit: revision}}
	case strings.HasPrefix(revision, "refs/") || revision == "HEAD":
		return []source.Ref{{Name: revision}}
	case isRange(revision):
		return []source.Ref{{SemVer: revision}}
	}
	if _, err := semver.StrictNewVersion(strings.TrimPrefix(revision, "v")); err == nil {
		return []source.Ref{{Tag: revision}, {SemVer: "=" + revision}, {Branch: revision}}
	}
	return named(revision)
}

// named returns what a plain name may be: a branch, a tag, or a branch of a
// remote as a clone keeps it, such as origin/main.
func named(revision string) []source.Ref {
	refs := []source.Ref{{Branch: revision}, {Tag: revision}}
	if strings.Contains(revision, "/") {
		refs = append(refs, source.Ref{Name: "refs/remotes/" + revision})
	}
	return refs
}

func isCommit(revision string) bool {
	return len(revision) == 40 && strings.Trim(strings.ToLower(revision), "0123456789abcdef") == ""
}

// isRange recognises version ranges: an operator, or a part that is an x.
func isRange(revision string) bool {
	if strings.Contains(revision, "/") {
		return false // a branch, such as release/1.x
	}
	return strings.ContainsAny(revision, "<>=~^*|, ") || slices.ContainsFunc(strings.Split(revision, "."), func(part string) bool {
		return part == "x" || part == "X"
	})
}

// open opens the source. The caller closes the checkout.
func (s *session) open(ctx context.Context, f *sourceFlags, at place) (*source.Checkout, error) {
	o := source.Options{
		Location: at.location, Limits: f.limits(!at.git), Timeout: f.timeout, AllowInsecureHTTP: f.allowInsecureHTTP,
	}
	if err := s.credentials(f, &o); err != nil {
		return nil, err
	}
	if at.git && s.ErrTerminal {
		s.printf("reading %s\n", source.Redact(at.location))
	}
	var first error
	for _, ref := range references(f.revision) {
		o.Ref = ref
		checkout, err := source.Open(ctx, o)
		if err == nil {
			return checkout, nil
		}
		if first == nil {
			first = err
		}
		if !errors.Is(err, source.ErrNotFound) {
			return nil, err
		}
	}
	return nil, first
}
