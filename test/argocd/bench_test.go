// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/argoproj/argo-cd/v3/cmpserver/plugin"
)

// BenchmarkApplications generates 64 Applications over one repository of 3,000
// files, two at a time, by our plugin and by one that only prints a line: the
// difference is what we add to the streaming.
func BenchmarkApplications(b *testing.B) {
	repo := repository(b)
	for i := range 3000 {
		write(b, filepath.Join(repo, "other", fmt.Sprint(i/100), fmt.Sprint(i)), string(bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 2000)))
	}
	echo := plugin.PluginConfig{}
	echo.Metadata.Name = "echo"
	echo.Spec.Generate.Command = []string{"echo", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"}
	ours, err := plugin.ReadPluginConfig(filepath.Join(root, "plugin/argocd"))
	if err != nil {
		b.Fatal(err)
	}
	for _, config := range []plugin.PluginConfig{echo, *ours} {
		b.Run(config.Metadata.Name, func(b *testing.B) {
			s := serve(b, config)
			for b.Loop() {
				slots := make(chan struct{}, 2)
				var wait sync.WaitGroup
				for range 64 {
					slots <- struct{}{}
					wait.Go(func() {
						defer func() { <-slots }()
						if got, err := s.generate(b.Context(), b, repo, "clusters/prod"); err != nil || len(got) == 0 {
							b.Errorf("%d manifests, error %v", len(got), err)
						}
					})
				}
				wait.Wait()
			}
		})
	}
}
