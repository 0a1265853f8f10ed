// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package stores

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
)

// The logins of every NATS that is started here. The account of NATSUser is also
// that of clients without a login.
const (
	NATSUser       = "app"
	NATSPassword   = "app-secret"
	SystemUser     = "system"
	SystemPassword = "system-secret"
)

const startTimeout = 30 * time.Second

// NATSConfig is the configuration that all servers of a cluster share.
type NATSConfig struct {
	// NoJetStream turns JetStream off.
	NoJetStream bool
	// MaxPayload is the largest message. Default: 15 MiB, as in the chart.
	MaxPayload int64
	// MaxFileStore is the limit of the store. Default: 1 GiB.
	MaxFileStore int64
	// TLS is required of clients, and between servers, when set.
	TLS *Authority
	// Extra is appended.
	Extra string
}

// NATS is a cluster of NATS servers in this process, or a single one.
type NATS struct {
	t       testing.TB
	dir     string
	members []*natsMember
}

type natsMember struct {
	name                     string
	client, monitor, cluster int
	server                   *server.Server
}

// StartNATS starts servers named dynamo-nats-0 and on, and waits until they
// serve. They end with the test.
func StartNATS(t testing.TB, count int, c NATSConfig) *NATS {
	t.Helper()
	n := &NATS{t: t, dir: t.TempDir()}
	for i := range count {
		n.members = append(n.members, &natsMember{name: fmt.Sprintf("dynamo-nats-%d", i), client: port(t), monitor: port(t), cluster: port(t)})
	}
	t.Cleanup(func() {
		for i := range n.members {
			n.Stop(i)
		}
	})
	for i := range n.members {
		n.Start(i, c)
	}
	n.Settle()
	return n
}

// Start starts a server with a configuration, which may be another one.
func (n *NATS) Start(i int, c NATSConfig) {
	n.t.Helper()
	m := n.members[i]
	options := n.options(i, c)
	s, err := server.NewServer(options)
	if err != nil {
		n.t.Fatal(err)
	}
	m.server = s
	s.Start()
	if !s.ReadyForConnections(startTimeout) {
		n.t.Fatalf("%s does not start", m.name)
	}
}

// Edit writes another configuration and lets the server load it, as the
// reloader does.
func (n *NATS) Edit(i int, c NATSConfig) {
	n.t.Helper()
	if err := n.members[i].server.ReloadOptions(n.options(i, c)); err != nil {
		n.t.Fatal(err)
	}
}

// Stop ends a server, and returns when it is gone.
func (n *NATS) Stop(i int) {
	if s := n.members[i].server; s != nil {
		s.Shutdown()
		s.WaitForShutdown()
		n.members[i].server = nil
	}
}

// Settle waits until the running servers know each other and JetStream works
// where it is on.
func (n *NATS) Settle() {
	n.t.Helper()
	deadline := time.Now().Add(startTimeout)
	for !n.settled() {
		if time.Now().After(deadline) {
			n.t.Fatal("the servers do not find each other")
		}
		<-time.After(10 * time.Millisecond)
	}
}

func (n *NATS) settled() bool {
	var running []*server.Server
	for _, m := range n.members {
		if m.server != nil {
			running = append(running, m.server)
		}
	}
	leaders, streams := 0, 0
	for _, s := range running {
		if s.NumRemotes() != len(running)-1 {
			return false
		}
		if s.JetStreamEnabled() {
			streams++
			if s.JetStreamIsLeader() {
				leaders++
			}
			if len(n.members) > 1 && !s.JetStreamIsCurrent() {
				return false
			}
		}
	}
	return streams < 2 || leaders == 1
}

// Monitor is the address of a server's monitoring endpoint.
func (n *NATS) Monitor(i int) string { return fmt.Sprintf("http://127.0.0.1:%d", n.members[i].monitor) }

// Client is the address of a server for clients.
func (n *NATS) Client(i int) string { return fmt.Sprintf("nats://127.0.0.1:%d", n.members[i].client) }

// Name is the name of a server.
func (n *NATS) Name(i int) string { return n.members[i].name }

// environment serialises the use of the process's environment, from which
// configurations take what differs between pods, as in the chart.
var environment sync.Mutex //nolint:gochecknoglobals // the environment is one, too

func (n *NATS) options(i int, c NATSConfig) *server.Options {
	n.t.Helper()
	environment.Lock()
	defer environment.Unlock()
	m := n.members[i]
	for name, value := range map[string]string{
		"STORES_NAME": m.name, "STORES_DIR": filepath.Join(n.dir, m.name),
		"STORES_CLIENT": fmt.Sprint(m.client), "STORES_MONITOR": fmt.Sprint(m.monitor), "STORES_CLUSTER": fmt.Sprint(m.cluster),
	} {
		if err := os.Setenv(name, value); err != nil {
			n.t.Fatal(err)
		}
	}
	file := filepath.Join(n.dir, m.name+".conf")
	write(n.t, file, []byte(n.config(c)))
	options, err := server.ProcessConfigFile(file)
	if err != nil {
		n.t.Fatal(err)
	}
	options.NoLog, options.NoSigs = true, true
	return options
}

func (n *NATS) config(c NATSConfig) string {
	if c.MaxPayload == 0 {
		c.MaxPayload = 15 << 20
	}
	if c.MaxFileStore == 0 {
		c.MaxFileStore = 1 << 30
	}
	tls := ""
	if c.TLS != nil {
		_, cert, key := c.TLS.Certificate(Leaf{Name: "nats"})
		tls = fmt.Sprintf("tls { cert_file: %q, key_file: %q, ca_file: %q }\n", cert, key, c.TLS.CAFile())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "server_name: $STORES_NAME\nhost: 127.0.0.1\nport: $STORES_CLIENT\nhttp_port: $STORES_MONITOR\nmax_payload: %d\n", c.MaxPayload)
	if !c.NoJetStream {
		fmt.Fprintf(&b, "jetstream { store_dir: $STORES_DIR, max_file_store: %d, max_memory_store: 67108864 }\n", c.MaxFileStore)
	}
	if len(n.members) > 1 {
		fmt.Fprint(&b, "cluster {\n  name: dynamo-nats, host: 127.0.0.1, port: $STORES_CLUSTER, no_advertise: true\n  routes: [\n")
		for _, m := range n.members {
			fmt.Fprintf(&b, "    \"nats://127.0.0.1:%d\"\n", m.cluster)
		}
		b.WriteString("  ]\n" + tls + "}\n")
	}
	fmt.Fprintf(&b, "accounts {\n  SYS: { users: [{user: %q, password: %q}] }\n  APP: { jetstream: %t, users: [{user: %q, password: %q}] }\n}\n",
		SystemUser, SystemPassword, !c.NoJetStream, NATSUser, NATSPassword)
	fmt.Fprintf(&b, "system_account: SYS\nno_auth_user: %q\n", NATSUser)
	return b.String() + tls + c.Extra
}

func port(t testing.TB) int {
	t.Helper()
	p, err := testplane.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return p
}
