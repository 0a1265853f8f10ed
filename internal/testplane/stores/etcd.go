// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package stores

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/binaries"
)

// EtcdConfig is how the members of a cluster are started.
type EtcdConfig struct {
	// TLS is used between clients and members when set; clients must have a
	// certificate where ClientCerts says so.
	TLS         *Authority
	ClientCerts bool
	// ServerCert is for whom the members' certificates are.
	ServerCert Leaf
	// Args are more arguments of etcd.
	Args []string
}

// Etcd is a cluster of etcd members, each a process of its own.
type Etcd struct {
	t       testing.TB
	binary  string
	config  EtcdConfig
	dir     string
	cert    []string
	members []*etcdMember
}

type etcdMember struct {
	name         string
	client, peer int
	program      *testplane.Program
}

// StartEtcd starts members named dynamo-etcd-0 and on. They end with the test,
// which is skipped where the test plane is not there and -short is given.
func StartEtcd(t testing.TB, count int, c EtcdConfig) *Etcd {
	t.Helper()
	binary, err := binaries.Find(binaries.Etcd)
	var missing *binaries.NotFoundError
	if errors.As(err, &missing) && testing.Short() {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	e := &Etcd{t: t, binary: binary, config: c, dir: t.TempDir()}
	if c.TLS != nil {
		_, cert, key := c.TLS.Certificate(c.ServerCert)
		e.cert = []string{"--cert-file=" + cert, "--key-file=" + key}
		if c.ClientCerts {
			e.cert = append(e.cert, "--client-cert-auth", "--trusted-ca-file="+c.TLS.CAFile())
		}
	}
	t.Cleanup(func() {
		for i := range e.members {
			e.Stop(i)
		}
	})
	for range count {
		e.Reserve()
	}
	for i := range count {
		e.Start(i, "new", count)
	}
	return e
}

// Reserve gives the next member its name and ports, and returns its ordinal.
func (e *Etcd) Reserve() int {
	e.t.Helper()
	i := len(e.members)
	e.members = append(e.members, &etcdMember{name: fmt.Sprintf("dynamo-etcd-%d", i), client: port(e.t), peer: port(e.t)})
	return i
}

// Start starts a member, in a cluster of the first members that is new or
// existing; a member that has its data goes on with that.
func (e *Etcd) Start(i int, state string, of int) {
	e.t.Helper()
	m := e.members[i]
	var cluster []string
	for _, other := range e.members[:of] {
		cluster = append(cluster, fmt.Sprintf("%s=http://127.0.0.1:%d", other.name, other.peer))
	}
	args := append([]string{
		"--name=" + m.name, "--data-dir=" + filepath.Join(e.dir, m.name),
		"--listen-client-urls=" + e.Client(i), "--advertise-client-urls=" + e.Client(i),
		"--listen-peer-urls=" + e.Peer(i), "--initial-advertise-peer-urls=" + e.Peer(i),
		"--initial-cluster=" + strings.Join(cluster, ","), "--initial-cluster-state=" + state,
		"--unsafe-no-fsync", "--log-level=error", "--heartbeat-interval=50", "--election-timeout=500",
	}, append(e.cert, e.config.Args...)...)
	program, err := testplane.StartProgram(e.binary, filepath.Join(e.dir, m.name+".log"), args...)
	if err != nil {
		e.t.Fatal(err)
	}
	m.program = program
}

// Stop kills a member, and returns when it is gone.
func (e *Etcd) Stop(i int) {
	if m := e.members[i]; m.program != nil {
		if err := m.program.Stop(); err != nil {
			e.t.Error(err)
		}
		m.program = nil
	}
}

// Client is the address of a member for clients.
func (e *Etcd) Client(i int) string {
	scheme := "http"
	if e.config.TLS != nil {
		scheme = "https"
	}
	return fmt.Sprintf("%s://127.0.0.1:%d", scheme, e.members[i].client)
}

// Peer is the address of a member for its peers.
func (e *Etcd) Peer(i int) string { return fmt.Sprintf("http://127.0.0.1:%d", e.members[i].peer) }

// Name is the name of a member.
func (e *Etcd) Name(i int) string { return e.members[i].name }
