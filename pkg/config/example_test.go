// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"fmt"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
)

// A file is decoded and loaded; a mistake is reported at its line.
func Example() {
	files := fstest.MapFS{"platform.yaml": {Data: []byte(`apiVersion: dynamo-gitops.io/v1alpha1
kind: Platform
metadata:
  name: dynamo
  namespace: dynamo-system
spec:
  version: 0.9.0
  components:
    nats:
      replica: 3
`)}}
	objects, err := config.Decode("platform.yaml", files["platform.yaml"].Data, config.DefaultLimits())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(objects[0].Reference(), "at", objects[0].Position)
	_, err = config.NewLocator(files, config.DefaultLimits()).Load(objects)
	fmt.Println(err)
	// Output:
	// Platform/dynamo-system/dynamo at platform.yaml:1:1
	// platform.yaml:10:7: the field spec.components.nats.replica does not exist; did you mean replicas? [DG1022]
}
