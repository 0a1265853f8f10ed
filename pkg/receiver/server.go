// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"
)

const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 45 * time.Second
	idleTimeout       = 60 * time.Second
	shutdownTimeout   = 30 * time.Second
	maxHeaderBytes    = 32 << 10
)

// ServerOptions are what a Server needs. A duration that is zero is the default.
type ServerOptions struct {
	// Handler answers. Required.
	Handler http.Handler
	// ReadHeaderTimeout, ReadTimeout, WriteTimeout and IdleTimeout bound one
	// request. Defaults: 5 s, 15 s, 45 s, 60 s.
	ReadHeaderTimeout, ReadTimeout, WriteTimeout, IdleTimeout time.Duration
	// ShutdownTimeout is how long requests may go on once the server stops.
	// Default: 30 s.
	ShutdownTimeout time.Duration
	// MaxHeaderBytes bounds the headers. Default: 32 KiB.
	MaxHeaderBytes int
	// TLS makes the server speak TLS; it holds the certificates. Default: plain
	// HTTP, for use behind an ingress.
	TLS *tls.Config
}

// Server serves a Handler on a listener with bounds for everything.
type Server struct{ options ServerOptions }

// NewServer returns a Server.
func NewServer(o ServerOptions) (*Server, error) {
	if o.Handler == nil {
		return nil, errors.New("receiver: ServerOptions needs a Handler")
	}
	orElse(&o.ReadHeaderTimeout, readHeaderTimeout)
	orElse(&o.ReadTimeout, readTimeout)
	orElse(&o.WriteTimeout, writeTimeout)
	orElse(&o.IdleTimeout, idleTimeout)
	orElse(&o.ShutdownTimeout, shutdownTimeout)
	orElse(&o.MaxHeaderBytes, maxHeaderBytes)
	return &Server{options: o}, nil
}

// Serve answers on l until ctx ends. It then takes no more, lets what has begun
// finish within ShutdownTimeout, and returns nil; an error means that it could
// not serve, or that requests were cut off. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	o := s.options
	server := &http.Server{
		Handler: o.Handler, ReadHeaderTimeout: o.ReadHeaderTimeout, ReadTimeout: o.ReadTimeout,
		WriteTimeout: o.WriteTimeout, IdleTimeout: o.IdleTimeout, MaxHeaderBytes: o.MaxHeaderBytes, TLSConfig: o.TLS,
	}
	failed := make(chan error, 1)
	go func() {
		if o.TLS != nil {
			failed <- server.ServeTLS(l, "", "")
			return
		}
		failed <- server.Serve(l)
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.ShutdownTimeout)
	defer cancel()
	err := server.Shutdown(stopping)
	if err != nil {
		_ = server.Close()
	}
	<-failed
	return err
}
