// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package peers

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart/fetch"
)

const headerTimeout = 10 * time.Second

// Server is an HTTP server on the loopback.
type Server struct {
	// URL is its address, without a final slash.
	URL  string
	http *http.Server
	done chan struct{}
}

// Serve starts a server.
func Serve(ctx context.Context, handler http.Handler) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		URL:  "http://" + listener.Addr().String(),
		http: &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout},
		done: make(chan struct{}),
	}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(listener) // ends with Close
	}()
	return s, nil
}

// Close ends the server at once, with its connections.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}

// ServeCharts starts a Helm repository with the named charts, which are
// directories in charts.
func ServeCharts(ctx context.Context, charts fs.FS, names ...string) (*Server, error) {
	fetcher, err := fetch.NewFetcher(fetch.Options{})
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	var index strings.Builder
	index.WriteString("apiVersion: v1\ngenerated: \"2026-01-01T00:00:00Z\"\nentries:\n")
	for _, name := range names {
		archive, err := fetcher.Fetch(ctx, fetch.Request{FS: charts, Repository: name})
		if err != nil {
			return nil, fmt.Errorf("pack the chart %s: %w", name, err)
		}
		file := archive.Name + "-" + archive.Version + ".tgz"
		files[file] = archive.Data
		fmt.Fprintf(&index, "  %s:\n  - apiVersion: v2\n    name: %s\n    version: %s\n    created: \"2026-01-01T00:00:00Z\"\n    digest: %s\n    urls: [%s]\n",
			archive.Name, archive.Name, archive.Version, strings.TrimPrefix(archive.Digest, "sha256:"), file)
	}
	files["index.yaml"] = []byte(index.String())
	return Serve(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		data, ok := files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
	}))
}
