// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
)

// Ports are chosen below those that the kernel gives to outgoing connections, so
// that a program which is started again finds its port free.
const (
	firstPort = 15000
	lastPort  = 31999
)

// choosePorts takes the ports of an earlier plane in the same directory, so that
// its kubeconfig stays right, or free ones.
func (p *Plane) choosePorts() error {
	path := p.path("ports.json")
	data, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := json.Unmarshal(data, &p.ports); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	taken := map[int]bool{}
	for _, port := range []*int{
		&p.ports.API, &p.ports.Etcd, &p.ports.EtcdPeer, &p.ports.ControllerManager, &p.ports.Scheduler, &p.ports.KWOK,
	} {
		if *port, err = FreePort(); err != nil {
			return err
		}
		if taken[*port] {
			return p.choosePorts()
		}
		taken[*port] = true
	}
	if data, err = json.Marshal(p.ports); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// FreePort returns a port of 127.0.0.1 on which nothing listens.
func FreePort() (int, error) {
	const tries = 100
	for range tries {
		port := firstPort + rand.IntN(lastPort-firstPort+1) //nolint:gosec // not a secret
		listener, err := net.Listen("tcp", address(port))
		if err != nil {
			continue
		}
		return port, listener.Close()
	}
	return 0, fmt.Errorf("127.0.0.1 has no free port between %d and %d", firstPort, lastPort)
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
