// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/receiver"
)

const (
	maxTries = 5
	// firstPause is between the first two tries; each one is twice as long.
	firstPause = 250 * time.Millisecond
	// maxTry bounds one try, so that one that hangs leaves time for another.
	maxTry = 4 * time.Second
	// maxReply bounds what is read of the receiver's reply.
	maxReply = 4 << 10

	// handledBefore stands for an unknown number of targets.
	handledBefore = -1
)

// notifier sends a signed message to a receiver.
type notifier struct {
	gitDir, repository, address string
	secret, authorities         []byte
}

// send tries until the receiver has taken the message, refuses it, or ctx ends.
// It returns how many targets will reconcile, or handledBefore. Errors name the receiver's host
// and never its path.
func (n *notifier) send(ctx context.Context, body []byte) (int, error) {
	client, err := n.client()
	if err != nil {
		return 0, err
	}
	defer client.CloseIdleConnections()
	pause := firstPause
	for try := 1; ; try++ {
		requested, wait, err := n.try(ctx, client, body)
		if err == nil && requested == 0 && try > 1 {
			return handledBefore, nil // most likely: an earlier try had arrived
		}
		if err == nil || wait < 0 || try == maxTries {
			return requested, err
		}
		wait = max(wait, pause)
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
			return 0, err // there is no time for another try
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return 0, err
		case <-timer.C:
		}
		pause *= 2
	}
}

func (n *notifier) client() (*http.Client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if n.authorities != nil {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(n.authorities) {
			return nil, errors.New("--ca-file holds no PEM certificate; have the hook set up again")
		}
		config.RootCAs = pool
	}
	return &http.Client{
		Transport: &http.Transport{TLSClientConfig: config, MaxResponseHeaderBytes: maxReply},
		Timeout:   maxTry,
		// A signed message goes where it was meant to and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// try sends once. The pause is how long the receiver wants to be left alone,
// and below zero when another try would end the same.
func (n *notifier) try(ctx context.Context, client *http.Client, body []byte) (int, time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, n.address, bytes.NewReader(body))
	if err != nil {
		return 0, -1, errors.New("the receiver's address is none; have it set again: git config dynamo-gitops.receiver URL")
	}
	host := request.URL.Host
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Signature", receiver.Sign(n.secret, body))
	response, err := client.Do(request)
	if err != nil {
		var e *url.Error
		if errors.As(err, &e) {
			err = e.Err // the whole would show the address
		}
		return 0, 0, fmt.Errorf("the receiver %s cannot be reached: %w", host, err)
	}
	defer response.Body.Close()
	var reply struct {
		Requested int `json:"requested"`
	}
	// What the reply says is for information; its status counts.
	_ = json.NewDecoder(io.LimitReader(response.Body, maxReply)).Decode(&reply)
	switch code := response.StatusCode; {
	case code == http.StatusOK || code == http.StatusAccepted:
		return max(reply.Requested, 0), 0, nil
	case code == http.StatusTooManyRequests || code >= http.StatusInternalServerError:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return 0, time.Duration(min(max(seconds, 0), 3600)) * time.Second, fmt.Errorf("the receiver %s answers %d; see its log", host, code)
	case code == http.StatusUnauthorized:
		return 0, -1, fmt.Errorf("the receiver %s does not know this sender (401); have the address, the secret and the clock compared on both sides", host)
	default:
		return 0, -1, fmt.Errorf("the receiver %s answers %d; have its address compared", host, code)
	}
}
