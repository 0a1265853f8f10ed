// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"fmt"
	"os"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// AddUser returns the configuration of a client with that name, in those groups.
// It may do what RBAC lets it.
func (p *Plane) AddUser(name string, groups ...string) (*rest.Config, error) {
	certificate, key, err := p.authority.issue(identity{name: name, groups: groups})
	if err != nil {
		return nil, fmt.Errorf("issue the certificate of %s: %w", name, err)
	}
	return &rest.Config{
		Host:            "https://" + address(p.ports.API),
		TLSClientConfig: rest.TLSClientConfig{CAData: p.authority.pem, CertData: certificate, KeyData: key},
		// Tests are allowed to be fast.
		QPS: 500, Burst: 1000,
	}, nil
}

// UserKubeconfig writes the kubeconfig of a user and returns its path.
func (p *Plane) UserKubeconfig(name string, groups ...string) (string, error) {
	config, err := p.AddUser(name, groups...)
	if err != nil {
		return "", err
	}
	path := p.path("users", fileName(name)+".kubeconfig")
	return path, writeKubeconfig(path, config)
}

// fileName replaces what a file's name cannot hold.
func fileName(name string) string {
	safe := []rune(name)
	for i, r := range safe {
		if r == '/' || r == ':' || r == 0 {
			safe[i] = '-'
		}
	}
	return string(safe)
}

func writeKubeconfig(path string, c *rest.Config) error {
	const name = "testplane"
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{Server: c.Host, CertificateAuthorityData: c.CAData}
	config.AuthInfos[name] = &clientcmdapi.AuthInfo{ClientCertificateData: c.CertData, ClientKeyData: c.KeyData}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	config.CurrentContext = name
	data, err := clientcmd.Write(*config)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}
