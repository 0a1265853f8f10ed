// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"golang.org/x/crypto/ssh"
)

// sshSession runs git-upload-pack on an SSH server. Unlike go-git's own
// transport it reads no file of the user's, asks no agent, and gives up at
// once when the context ends, whatever the server does.
type sshSession struct {
	job    *job
	client *ssh.Client
	in     io.WriteCloser
	out    io.Reader
	stderr *excerpt
	ended  chan struct{} // closed when the remote command is over
	stop   func() bool
}

func dialSSH(ctx context.Context, j *job) (session, error) {
	host, port := j.loc.url.Hostname(), j.loc.url.Port()
	if port == "" {
		port = "22"
	}
	config, trust, err := sshConfig(j, host, port)
	if err != nil {
		return nil, err
	}
	addr := net.JoinHostPort(host, port)
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, &Error{
			Kind: ErrUnreachable, Reason: "the server cannot be reached: " + err.Error(),
			Fix: "check host name, port and network",
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	cc, chans, reqs, err := ssh.NewClientConn(conn, addr, config)
	if err != nil {
		stop()
		_ = conn.Close()
		return nil, handshakeError(err, trust)
	}
	s := &sshSession{job: j, client: ssh.NewClient(cc, chans, reqs), stop: stop, ended: make(chan struct{}), stderr: new(excerpt)}
	if err := s.start(sshPath(j.loc.url.Path)); err != nil {
		_ = s.client.Close()
		stop()
		return nil, &Error{
			Kind: ErrUnreachable, Reason: "the server does not start git-upload-pack: " + err.Error(),
			Fix: "check that Git access over ssh is enabled for this account",
		}
	}
	return s, nil
}

// trustResult carries the verdict on the host key past the SSH library.
type trustResult struct{ err error }

func sshConfig(j *job, host, port string) (*ssh.ClientConfig, *trustResult, error) {
	if j.opts.ProxyURL != "" {
		return nil, nil, invalid("a proxy is given, but ssh does not go through it", "use https for this repository, or drop the proxy")
	}
	a := j.opts.Auth
	if a == nil {
		a = new(Auth)
	}
	keys, err := newHostKeys(a.KnownHosts, host, port)
	if err != nil {
		return nil, nil, err
	}
	methods, err := a.sshMethods()
	if err != nil {
		return nil, nil, err
	}
	trust := new(trustResult)
	return &ssh.ClientConfig{
		User: a.user(),
		Auth: methods,
		HostKeyCallback: func(name string, addr net.Addr, key ssh.PublicKey) error {
			trust.err = keys.check(name, addr, key)
			return trust.err
		},
		HostKeyAlgorithms: keys.algorithms(),
	}, trust, nil
}

func (a *Auth) sshMethods() ([]ssh.AuthMethod, error) {
	var methods []ssh.AuthMethod
	if len(a.SSHKey) > 0 {
		signer, err := a.signer()
		if err != nil {
			return nil, err
		}
		methods = append(methods, ssh.PublicKeys(signer))
	}
	if a.Password != "" {
		methods = append(methods, ssh.Password(a.Password))
	}
	if len(methods) == 0 {
		return nil, &Error{
			Kind: ErrUnauthorized, Reason: "no credentials for ssh are given",
			Fix: "give a private key; neither ~/.ssh nor an SSH agent is consulted",
		}
	}
	return methods, nil
}

func (a *Auth) signer() (ssh.Signer, error) {
	var signer ssh.Signer
	var err error
	if a.SSHKeyPassphrase != "" {
		signer, err = ssh.ParsePrivateKeyWithPassphrase(a.SSHKey, []byte(a.SSHKeyPassphrase))
	} else {
		signer, err = ssh.ParsePrivateKey(a.SSHKey)
	}
	var encrypted *ssh.PassphraseMissingError
	switch {
	case err == nil:
		return signer, nil
	case errors.As(err, &encrypted):
		return nil, invalid("the SSH key is encrypted", "give its passphrase, or a key without one")
	case a.SSHKeyPassphrase != "":
		return nil, invalid("the SSH key cannot be decrypted", "check the passphrase, and that the key is in PEM or OpenSSH format")
	}
	return nil, invalid("the SSH key cannot be read", "give a private key in PEM or OpenSSH format")
}

func handshakeError(err error, trust *trustResult) error {
	var e *Error
	text := err.Error()
	switch {
	case errors.As(trust.err, &e):
		return e
	case strings.Contains(text, "unable to authenticate"):
		return unauthorized(true)
	case strings.Contains(text, "no common algorithm for host key"):
		return &Error{
			Kind: ErrHostKey, Reason: "the server has no key of the kind that known_hosts lists for it",
			Fix: "ask the server's owner for its current keys and update known_hosts",
		}
	}
	return &Error{
		Kind: ErrUnreachable, Reason: "the SSH handshake failed: " + text,
		Fix: "check that host and port are those of an SSH server",
	}
}

// sshPath turns "/~user/repo" into "~user/repo", as Git does.
func sshPath(path string) string {
	if strings.HasPrefix(path, "/~") {
		return path[1:]
	}
	return path
}

func (s *sshSession) start(path string) error {
	cmd, err := s.client.NewSession()
	if err != nil {
		return err
	}
	if s.in, err = cmd.StdinPipe(); err != nil {
		return err
	}
	if s.out, err = cmd.StdoutPipe(); err != nil {
		return err
	}
	cmd.Stderr = s.stderr
	if err := cmd.Start("git-upload-pack " + shellQuote(path)); err != nil {
		return err
	}
	go func() {
		_ = cmd.Wait()
		close(s.ended)
	}()
	return nil
}

// shellQuote quotes a path for the shell on the server.
func shellQuote(s string) string {
	return "'" + strings.NewReplacer("'", `'\''`, "!", `'\!'`).Replace(s) + "'"
}

func (s *sshSession) advertised(ctx context.Context) (*packp.AdvRefs, error) {
	adv := packp.NewAdvRefs()
	bounded := &boundedBody{ReadCloser: io.NopCloser(s.out), left: maxAdvertisedBytes, limit: s.job.opts.Limits.MaxFetchBytes}
	if err := adv.Decode(bounded); err != nil {
		return nil, s.explain(ctx, err)
	}
	if adv.IsEmpty() {
		return nil, emptyRepository()
	}
	return adv, nil
}

// explain makes an error from what the server wrote before it hung up.
func (s *sshSession) explain(ctx context.Context, err error) error {
	if errors.Is(err, packp.ErrEmptyAdvRefs) {
		return emptyRepository()
	}
	_ = s.in.Close()
	select {
	case <-s.ended:
	case <-ctx.Done():
		return interrupted(ctx)
	}
	var own *Error
	text := err.Error() + " " + s.stderr.String()
	lower := strings.ToLower(text)
	switch {
	case errors.As(err, &own):
		return own
	case refusedText(text):
		return errRefused
	case containsAny(lower, "not found", "does not exist", "not appear to be a git repository", "could not be found", "no such"):
		return &Error{
			Kind: ErrNotFound, Reason: "the server knows no such repository",
			Fix: "check the path; some servers also answer so when the key does not allow access",
		}
	case containsAny(lower, "denied", "permission", "unauthorized", "not authorized", "forbidden"):
		return unauthorized(true)
	}
	return corrupt("the server's answer is not that of a Git server: " + s.job.clean(strings.TrimSpace(text)))
}

func containsAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

func (s *sshSession) uploadPack(ctx context.Context, req *packp.UploadPackRequest) (io.ReadCloser, error) {
	if err := s.send(req); err != nil {
		return nil, s.explain(ctx, err)
	}
	resp := packp.NewUploadPackResponse(req)
	if err := resp.Decode(io.NopCloser(s.out)); err != nil {
		return nil, s.explain(ctx, err)
	}
	return resp, nil
}

// send writes the request and ends the input, which the server waits for.
func (s *sshSession) send(req *packp.UploadPackRequest) error {
	var msg bytes.Buffer
	if err := req.UploadRequest.Encode(&msg); err != nil {
		return err
	}
	if err := req.UploadHaves.Encode(&msg, true); err != nil {
		return err
	}
	if err := pktline.NewEncoder(&msg).EncodeString("done\n"); err != nil {
		return err
	}
	if _, err := s.in.Write(msg.Bytes()); err != nil {
		return fmt.Errorf("sending the request: %w", err)
	}
	return s.in.Close()
}

// Close ends the conversation; the server may not have finished its part.
func (s *sshSession) Close() error {
	s.stop()
	err := s.client.Close()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// excerpt keeps the first few kilobytes of what a server writes to stderr.
type excerpt struct {
	mu   sync.Mutex
	text []byte
}

func (t *excerpt) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := 4096 - len(t.text); room > 0 {
		t.text = append(t.text, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

func (t *excerpt) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
