// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/binaries"
)

// pollInterval is how often is looked whether something is ready.
const pollInterval = 50 * time.Millisecond

// probeTimeout bounds one look.
const probeTimeout = 5 * time.Second

// auditPolicy logs each request once, when it has been answered: who, what, which
// object, which status; no bodies.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
- level: Metadata
`

func (p *Plane) startEtcd(ctx context.Context) error {
	client, peer := "https://"+address(p.ports.Etcd), "http://"+address(p.ports.EtcdPeer)
	return p.run(binaries.Etcd,
		"--data-dir="+p.path("etcd"), "--name=default",
		"--listen-client-urls="+client, "--advertise-client-urls="+client,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=default="+peer,
		"--client-cert-auth", "--trusted-ca-file="+p.authority.file("ca.crt"),
		"--cert-file="+p.authority.file("etcd.crt"), "--key-file="+p.authority.file("etcd.key"),
		"--unsafe-no-fsync", "--log-level=warn",
	)
}

// StopEtcd kills etcd as a power cut does; what it has acknowledged is kept.
func (p *Plane) StopEtcd() error { return p.end(binaries.Etcd) }

// RestartEtcd stops etcd, if it runs, and starts it on the same port with the same
// data. It returns when the API server is ready again, if that is running.
func (p *Plane) RestartEtcd(ctx context.Context) error {
	if err := p.end(binaries.Etcd); err != nil {
		return err
	}
	if err := p.startEtcd(ctx); err != nil {
		return err
	}
	if !p.running(binaries.APIServer) {
		return nil
	}
	return p.waitReady(ctx)
}

// StopAPIServer kills the API server; requests are refused from then on.
func (p *Plane) StopAPIServer() error { return p.end(binaries.APIServer) }

// StartAPIServer starts the API server again, on the same port with the same
// data, and returns when it is ready.
func (p *Plane) StartAPIServer(ctx context.Context) error {
	if p.running(binaries.APIServer) {
		return nil
	}
	return p.startAPIServer(ctx)
}

func (p *Plane) startAPIServer(ctx context.Context) error {
	policy := p.path("audit-policy.yaml")
	if err := os.WriteFile(policy, []byte(auditPolicy), 0o600); err != nil {
		return err
	}
	file := p.authority.file
	args := []string{
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", p.ports.API),
		"--endpoint-reconciler-type=none", // the endpoint of the service "kubernetes" may not be on the loopback
		"--tls-cert-file=" + file("server.crt"), "--tls-private-key-file=" + file("server.key"),
		"--client-ca-file=" + file("ca.crt"), "--anonymous-auth=false", "--authorization-mode=RBAC",
		"--etcd-servers=https://" + address(p.ports.Etcd), "--etcd-cafile=" + file("ca.crt"),
		"--etcd-certfile=" + file("etcd-client.crt"), "--etcd-keyfile=" + file("etcd-client.key"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + file("service-accounts.key"),
		"--service-account-signing-key-file=" + file("service-accounts.key"),
		"--service-cluster-ip-range=10.0.0.0/16", "--allow-privileged=true", "--profiling=false",
		"--audit-policy-file=" + policy, "--audit-log-path=" + p.AuditLog(),
		"--audit-log-mode=blocking", "--audit-log-maxsize=2048",
		"--watch-cache=true", "--shutdown-delay-duration=0s",
	}
	if !p.options.ControllerManager {
		args = append(args, "--disable-admission-plugins=ServiceAccount")
	}
	if err := p.run(binaries.APIServer, args...); err != nil {
		return err
	}
	return p.waitReady(ctx)
}

// waitReady waits until the API server says that it is ready and has made the
// default namespace.
func (p *Plane) waitReady(ctx context.Context) error {
	config := rest.CopyConfig(p.admin)
	config.Timeout = probeTimeout
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	return p.eventually(ctx, "the API server is ready", func(ctx context.Context) error {
		for _, program := range []binaries.Program{binaries.Etcd, binaries.APIServer} {
			if err := p.ended(program); err != nil {
				return &finalError{err}
			}
		}
		if err := client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error(); err != nil {
			return err
		}
		_, err := client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceDefault, metav1.GetOptions{})
		return err
	})
}

// finalError ends eventually at once.
type finalError struct{ error }

func (e *finalError) Unwrap() error { return e.error }

// eventually tries until check returns nil, or ctx ends.
func (p *Plane) eventually(ctx context.Context, what string, check func(context.Context) error) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		err := check(ctx)
		var final *finalError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &final):
			return fmt.Errorf("%s: %w", what, final.error)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w; the last answer: %w; the programs' output is in %s", what, ctx.Err(), err, p.path("logs"))
		case <-ticker.C:
		}
	}
}

// exists takes an object that is there already for a success.
func exists(err error) error {
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
