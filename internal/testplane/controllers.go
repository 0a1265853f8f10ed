// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"context"
	_ "embed" // for stages.yaml
	"fmt"
	"os"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane/binaries"
)

// stages say what KWOK does.
//
//go:embed stages.yaml
var stages string

// startControllers starts what the options ask for beside the API server.
func (p *Plane) startControllers(context.Context) error {
	for _, c := range []struct {
		wanted bool
		start  func() error
	}{
		{p.options.ControllerManager, p.startControllerManager},
		{p.options.Scheduler, p.startScheduler},
		{p.options.KWOK, p.startKWOK},
	} {
		if !c.wanted {
			continue
		}
		if err := c.start(); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plane) startControllerManager() error {
	kubeconfig, err := p.UserKubeconfig("system:kube-controller-manager")
	if err != nil {
		return err
	}
	controllers := "*"
	if !p.options.KWOK {
		controllers += ",-node-lifecycle-controller" // it takes a node without heartbeats for dead
	}
	return p.run(binaries.ControllerManager,
		"--kubeconfig="+kubeconfig, "--authentication-kubeconfig="+kubeconfig, "--authorization-kubeconfig="+kubeconfig,
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", p.ports.ControllerManager), "--cert-dir="+p.path("pki"),
		"--leader-elect=false", "--use-service-account-credentials=true",
		"--service-account-private-key-file="+p.authority.file("service-accounts.key"),
		"--root-ca-file="+p.authority.file("ca.crt"),
		"--kube-api-qps=300", "--kube-api-burst=500",
		"--controllers="+controllers,
	)
}

func (p *Plane) startScheduler() error {
	kubeconfig, err := p.UserKubeconfig("system:kube-scheduler")
	if err != nil {
		return err
	}
	return p.run(binaries.Scheduler,
		"--kubeconfig="+kubeconfig, "--authentication-kubeconfig="+kubeconfig, "--authorization-kubeconfig="+kubeconfig,
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", p.ports.Scheduler), "--cert-dir="+p.path("pki"),
		"--leader-elect=false", "--kube-api-qps=300", "--kube-api-burst=500",
	)
}

// startKWOK starts KWOK as the kubelet of every node.
func (p *Plane) startKWOK() error {
	kubeconfig, err := p.UserKubeconfig("kwok", "system:masters")
	if err != nil {
		return err
	}
	config := p.path("kwok.yaml")
	if err := os.WriteFile(config, []byte(stages), 0o600); err != nil {
		return err
	}
	return p.run(binaries.KWOK, "--config="+config,
		"--kubeconfig="+kubeconfig, "--manage-all-nodes=true",
		"--server-address="+address(p.ports.KWOK), "--node-ip=127.0.0.1", "--node-lease-duration-seconds=40",
	)
}
