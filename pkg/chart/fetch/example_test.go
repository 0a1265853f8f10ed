// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"testing/fstest"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
)

func Example() {
	f, err := fetch.NewFetcher(fetch.Options{Offline: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	tree := fstest.MapFS{"charts/hello/Chart.yaml": {Data: []byte("apiVersion: v2\nname: hello\nversion: 1.2.3\n")}}
	archive, err := f.Fetch(ctx, fetch.Request{FS: tree, Repository: "charts", Name: "hello", Version: "1.2.3"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(archive.Name, archive.Version, archive.Digest)

	_, err = f.Fetch(ctx, fetch.Request{Repository: "https://charts.example.com", Name: "hello", Version: "1.2.3"})
	fmt.Println(errors.Is(err, fetch.ErrOffline))
	fmt.Println(err)
	// Output:
	// hello 1.2.3 sha256:adace9995332dc5b4b5227db224fad71379e80e1b110c1f2197cdeb020f204a9
	// true
	// chart hello 1.2.3 of https://charts.example.com: the chart is not in the cache, and the network may not be used; fetch it once with the network allowed, with the same cache directory
}
