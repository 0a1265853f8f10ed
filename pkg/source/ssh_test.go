// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// sshServer runs git-upload-pack for one user key and one password.
type sshServer struct {
	addr    string
	host    ssh.PublicKey
	rsaHost ssh.PublicKey
	key     []byte // private key of the user, PEM
	locked  []byte // the same, encrypted with "hunter2"
	stderr  string // what the server says instead of running anything
	mute    bool   // run nothing and say nothing
}

func newKey(t testing.TB) (ssh.Signer, ed25519.PrivateKey) {
	t.Helper()
	_, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	return signer, priv
}

func startSSH(t testing.TB, s *sshServer) *sshServer {
	t.Helper()
	host, _ := newKey(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	rsaHost, err := ssh.NewSignerFromKey(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	user, priv := newKey(t)
	plain, err1 := ssh.MarshalPrivateKey(priv, "")
	locked, err2 := ssh.MarshalPrivateKeyWithPassphrase(priv, "", []byte("hunter2"))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	s.host, s.rsaHost = host.PublicKey(), rsaHost.PublicKey()
	s.key, s.locked = pem.EncodeToMemory(plain), pem.EncodeToMemory(locked)
	config := &ssh.ServerConfig{
		PublicKeyCallback: func(c ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if c.User() == "git" && string(key.Marshal()) == string(user.PublicKey().Marshal()) {
				return nil, nil
			}
			return nil, errors.New("who are you?")
		},
		PasswordCallback: func(c ssh.ConnMetadata, p []byte) (*ssh.Permissions, error) {
			if c.User() == "bob" && string(p) == "hunter2" {
				return nil, nil
			}
			return nil, errors.New("who are you?")
		},
	}
	config.AddHostKey(host)
	config.AddHostKey(rsaHost)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s.addr = l.Addr().String()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn, config)
		}
	}()
	return s
}

func (s *sshServer) serve(conn net.Conn, config *ssh.ServerConfig) {
	_, chans, reqs, err := ssh.NewServerConn(conn, config)
	if err != nil {
		conn.Close()
		return
	}
	go ssh.DiscardRequests(reqs)
	for offered := range chans {
		ch, reqs, err := offered.Accept()
		if err != nil {
			return
		}
		go s.session(ch, reqs)
	}
}

func (s *sshServer) session(ch ssh.Channel, reqs <-chan *ssh.Request) {
	for req := range reqs {
		if req.Type != "exec" {
			_ = req.Reply(false, nil)
			continue
		}
		_ = req.Reply(true, nil)
		switch {
		case s.mute:
			continue
		case s.stderr != "":
			_, _ = io.WriteString(ch.Stderr(), s.stderr)
		default:
			cmd := exec.Command("sh", "-c", string(req.Payload[4:]))
			cmd.Env, cmd.Stdout, cmd.Stderr = gitEnv(), ch, ch.Stderr()
			in, err := cmd.StdinPipe()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(in, ch)
				_ = in.Close()
			}()
			_ = cmd.Run()
		}
		_, _ = ch.SendRequest("exit-status", false, []byte{0, 0, 0, 0})
		_ = ch.Close()
	}
}

// known returns a known_hosts line for the server.
func (s *sshServer) known(prefix string, key ssh.PublicKey) []byte {
	host, port, _ := net.SplitHostPort(s.addr)
	return []byte(prefix + "[" + host + "]:" + port + " " + string(ssh.MarshalAuthorizedKey(key)))
}

func TestGitSSH(t *testing.T) {
	h := newHistory(t)
	s := startSSH(t, &sshServer{})
	checkRefs(t, h, source.GitOptions{
		URL:  "ssh://git@" + s.addr + h.dir,
		Auth: &source.Auth{SSHKey: s.key, KnownHosts: s.known("", s.host)},
	})
}

func TestSSHAuthAndHosts(t *testing.T) {
	h := newHistory(t)
	s := startSSH(t, &sshServer{})
	stranger, strangerKey := newKey(t)
	block, err := ssh.MarshalPrivateKey(strangerKey, "")
	if err != nil {
		t.Fatal(err)
	}
	good := s.known("", s.host)
	hashed := func() []byte {
		host, port, _ := net.SplitHostPort(s.addr)
		salt := []byte("12345678901234567890")
		mac := hmac.New(sha1.New, salt)
		mac.Write([]byte("[" + host + "]:" + port))
		b64 := base64.StdEncoding.EncodeToString
		return []byte("|1|" + b64(salt) + "|" + b64(mac.Sum(nil)) + " " + string(ssh.MarshalAuthorizedKey(s.host)))
	}
	line := func(hosts string) []byte { return []byte(hosts + " " + string(ssh.MarshalAuthorizedKey(s.host))) }
	url := "ssh://" + s.addr + h.dir
	for name, tc := range map[string]struct {
		url  string
		auth source.Auth
		want error
		text string
	}{
		"key":              {url, source.Auth{SSHKey: s.key, KnownHosts: good}, nil, ""},
		"encrypted key":    {url, source.Auth{SSHKey: s.locked, SSHKeyPassphrase: "hunter2", KnownHosts: good}, nil, ""},
		"password":         {strings.Replace(url, "//", "//bob@", 1), source.Auth{Password: "hunter2", KnownHosts: good}, nil, ""},
		"password in URL":  {strings.Replace(url, "//", "//bob:hunter2@", 1), source.Auth{KnownHosts: good}, nil, ""},
		"hashed host":      {url, source.Auth{SSHKey: s.key, KnownHosts: hashed()}, nil, ""},
		"pattern":          {url, source.Auth{SSHKey: s.key, KnownHosts: line("x,[127.0.0.?]:*")}, nil, ""},
		"RSA host key":     {url, source.Auth{SSHKey: s.key, KnownHosts: s.known("", s.rsaHost)}, nil, ""},
		"comment lines":    {url, source.Auth{SSHKey: s.key, KnownHosts: append([]byte("# hosts\n\n"), good...)}, nil, ""},
		"odd lines":        {url, source.Auth{SSHKey: s.key, KnownHosts: append([]byte("h ssh-dss AAAA\n\xff\n"), good...)}, nil, ""},
		"odd marker":       {url, source.Auth{SSHKey: s.key, KnownHosts: append([]byte("@revoked h x\n"), good...)}, source.ErrInvalid, "marker"},
		"no auth":          {url, source.Auth{KnownHosts: good}, source.ErrUnauthorized, "~/.ssh"},
		"other key":        {url, source.Auth{SSHKey: pem.EncodeToMemory(block), KnownHosts: good}, source.ErrUnauthorized, "refuses"},
		"wrong password":   {url, source.Auth{Password: "hunter3", KnownHosts: good}, source.ErrUnauthorized, "refuses"},
		"no passphrase":    {url, source.Auth{SSHKey: s.locked, KnownHosts: good}, source.ErrInvalid, "encrypted"},
		"wrong passphrase": {url, source.Auth{SSHKey: s.locked, SSHKeyPassphrase: "hunter3", KnownHosts: good}, source.ErrInvalid, "passphrase"},
		"no key":           {url, source.Auth{SSHKey: []byte("hunter2"), KnownHosts: good}, source.ErrInvalid, "SSH key"},
		"unknown host":     {url, source.Auth{SSHKey: s.key, KnownHosts: line("example.com")}, source.ErrHostKey, "not in known_hosts"},
		"negated":          {url, source.Auth{SSHKey: s.key, KnownHosts: line("[127.0.0.1]:*,![127.*")}, source.ErrHostKey, "not in known_hosts"},
		"changed key":      {url, source.Auth{SSHKey: s.key, KnownHosts: s.known("", stranger.PublicKey())}, source.ErrHostKey, ssh.FingerprintSHA256(s.host)},
		"revoked":          {url, source.Auth{SSHKey: s.key, KnownHosts: append(s.known("@revoked ", s.host), good...)}, source.ErrHostKey, "revoked"},
		"authority":        {url, source.Auth{SSHKey: s.key, KnownHosts: s.known("@cert-authority ", s.host)}, source.ErrHostKey, "not in known_hosts"},
		"absent":           {"ssh://" + s.addr + "/none", source.Auth{SSHKey: s.key, KnownHosts: good}, source.ErrNotFound, "no such repository"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := source.Git(t.Context(), source.GitOptions{URL: tc.url, Auth: &tc.auth})
			if tc.want != nil {
				wantError(t, err, tc.want, tc.text)
				if strings.Contains(err.Error(), "hunter") {
					t.Errorf("%q leaks a secret", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			closeAtEnd(t, c)
			if c.URL != url {
				t.Errorf("URL is %q, want %q", c.URL, url)
			}
		})
	}
}

func TestSSHHostCertificate(t *testing.T) {
	h := newHistory(t)
	authority, _ := newKey(t)
	host, _ := newKey(t)
	cert := &ssh.Certificate{
		Key: host.PublicKey(), CertType: ssh.HostCert, ValidBefore: ssh.CertTimeInfinity,
		ValidPrincipals: []string{"127.0.0.1"},
	}
	if err := cert.SignCert(rand.Reader, authority); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewCertSigner(cert, host)
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{NoClientAuth: false, PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, nil }}
	config.AddHostKey(signer)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s := &sshServer{addr: l.Addr().String()}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn, config)
		}
	}()
	opts := source.GitOptions{
		URL:  "ssh://" + s.addr + h.dir,
		Auth: &source.Auth{Password: "x", KnownHosts: s.known("@cert-authority ", authority.PublicKey())},
	}
	c, err := source.Git(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, c)
	opts.Auth.KnownHosts = s.known("@cert-authority ", host.PublicKey())
	_, err = source.Git(t.Context(), opts)
	wantError(t, err, source.ErrHostKey, "certificate")
}

func TestSSHFailures(t *testing.T) {
	for name, tc := range map[string]struct {
		stderr string
		want   error
	}{
		"not found": {"ERROR: Repository not found.\n", source.ErrNotFound},
		"denied":    {"remote: Permission to org/repo denied to key.\n", source.ErrUnauthorized},
		"strange":   {"\x1b[2Jwelcome\n", source.ErrCorrupt},
	} {
		s := startSSH(t, &sshServer{stderr: tc.stderr})
		_, err := source.Git(t.Context(), source.GitOptions{
			URL:  "ssh://" + s.addr + "/org/repo",
			Auth: &source.Auth{SSHKey: s.key, KnownHosts: s.known("", s.host)},
		})
		if !errors.Is(err, tc.want) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: %q", name, err)
		}
	}
}

func TestSSHUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := startSSH(t, &sshServer{})
	auth := &source.Auth{SSHKey: s.key, KnownHosts: s.known("", s.host)}
	closed := l.Addr().String()
	l.Close()
	_, err = source.Git(t.Context(), source.GitOptions{URL: "ssh://" + closed + "/x", Auth: auth})
	wantError(t, err, source.ErrUnreachable, "cannot be reached")

	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, then says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	_, err = source.Git(t.Context(), source.GitOptions{URL: "ssh://" + silent.Addr().String() + "/x", Auth: auth, Timeout: 50 * time.Millisecond})
	wantError(t, err, source.ErrUnreachable, "timeout")

	empty, err := net.Listen("tcp", "127.0.0.1:0") // accepts and hangs up
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { empty.Close() })
	go func() {
		for {
			conn, err := empty.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	_, err = source.Git(t.Context(), source.GitOptions{URL: "ssh://" + empty.Addr().String() + "/x", Auth: auth})
	wantError(t, err, source.ErrUnreachable, "handshake")
}

func TestSSHSilentAfterLogin(t *testing.T) {
	s := startSSH(t, &sshServer{mute: true})
	_, err := source.Git(t.Context(), source.GitOptions{
		URL: "ssh://" + s.addr + "/x", Timeout: 300 * time.Millisecond,
		Auth: &source.Auth{SSHKey: s.key, KnownHosts: s.known("", s.host)},
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v", err)
	}
}

func TestSSHEmptyRepository(t *testing.T) {
	dir := t.TempDir()
	git(t, dir, "init", "-q", "--bare", "it's empty!.git")
	s := startSSH(t, &sshServer{})
	_, err := source.Git(t.Context(), source.GitOptions{
		URL:  "ssh://" + s.addr + dir + "/it's%20empty!.git",
		Auth: &source.Auth{SSHKey: s.key, KnownHosts: s.known("", s.host)},
	})
	wantError(t, err, source.ErrNotFound, "empty")
}
