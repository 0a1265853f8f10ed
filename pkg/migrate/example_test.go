// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/migrate"
)

func ExampleTo() {
	tree := fstest.MapFS{"platform.yaml": {Data: []byte(`apiVersion: dynamo-gitops.io/v1alpha1
kind: Platform
metadata:
  name: dynamo
  namespace: dynamo-system
spec:
  version: 0.9.0
  values:
    # Multi-node graphs need gangs.
    grove:
      enabled: true
`)}}
	result, err := migrate.To(context.Background(), migrate.ToOptions{FS: tree, Version: "1.5.0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(result.Files[0].After))
	// Output:
	// apiVersion: dynamo-gitops.io/v1alpha1
	// kind: Platform
	// metadata:
	//   name: dynamo
	//   namespace: dynamo-system
	// spec:
	//   version: 1.5.0
	//   values:
	//     # Multi-node graphs need gangs.
	//     global:
	//       grove:
	//         install: true
	//         enabled: true
}

func ExampleFrom() {
	adoption, err := migrate.From(context.Background(), migrate.FromOptions{
		Data:    []byte("etcd: {replicaCount: 3}\nnats: {natsBox: {enabled: true}}\n"),
		Version: "0.9.0",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(adoption.Platform))
	// Output:
	// apiVersion: dynamo-gitops.io/v1alpha1
	// kind: Platform
	// metadata:
	//   name: dynamo
	//   namespace: dynamo-system
	// spec:
	//   version: 0.9.0
	//   profile: dev
	//   components:
	//     etcd:
	//       replicas: 3
	//   # What no typed field says.
	//   values:
	//     nats:
	//       natsBox:
	//         enabled: true
}
