// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/wanted"
)

// concurrency is how many endpoints are asked at once.
const concurrency = 8

// look is what one look gathered.
type look struct {
	// servers that said who they are, each once, sorted by label.
	servers []*server
	// greeted are servers of which no more is known than their greeting, by label.
	greeted map[string]greeting
	// streams of an account's own API, where asked; by account and name.
	streams []stream
	// unanswered are the endpoints that said nothing.
	unanswered []string
	unknowns   []drift.Unknown
}

// gather asks every endpoint, side by side.
func (d *Detector) gather(ctx context.Context) *look {
	l := &look{greeted: map[string]greeting{}}
	o := d.options
	if len(o.Endpoints)+len(o.Clients) == 0 && o.System == nil && o.Account == nil {
		l.unknowns = append(l.unknowns, d.nowhere())
		return l
	}
	var mutex sync.Mutex
	add := func(merge func()) {
		mutex.Lock()
		defer mutex.Unlock()
		merge()
	}
	client := d.httpClient()
	defer client.CloseIdleConnections()
	var tasks []func()
	for _, e := range o.Endpoints {
		tasks = append(tasks, func() {
			s, unknowns := d.askServer(ctx, client, e)
			add(func() { l.addServer(e.String(), s, unknowns) })
		})
	}
	for _, e := range o.Clients {
		tasks = append(tasks, func() {
			g, err := d.greet(ctx, e)
			add(func() { d.addGreeting(l, e.String(), g, err) })
		})
	}
	if o.System != nil {
		tasks = append(tasks, func() {
			servers, unknowns := d.askSystem(ctx)
			add(func() { l.addSystem(servers, unknowns) })
		})
	}
	if o.Account != nil {
		tasks = append(tasks, func() {
			streams, unknowns := d.askAccount(ctx)
			add(func() { l.streams, l.unknowns = streams, append(l.unknowns, unknowns...) })
		})
	}
	atOnce(tasks)
	l.settle()
	return l
}

// atOnce runs the tasks, a few at once, and returns when all have ended.
func atOnce(tasks []func()) {
	var wait sync.WaitGroup
	slots := make(chan struct{}, concurrency)
	for _, task := range tasks {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			task()
		})
	}
	wait.Wait()
}

// nowhere says that there is nothing to ask.
func (d *Detector) nowhere() drift.Unknown {
	if d.options.Want.Monitoring == wanted.Off {
		return d.unknown("", "the monitoring endpoint is off in Git, and no login of the system account is given",
			"set spec.components.nats.monitoring: true, or give a login")
	}
	return d.unknown("", "no endpoint is known", "give the address of the monitoring endpoint")
}

func (l *look) addServer(label string, s *server, unknowns []drift.Unknown) {
	l.unknowns = append(l.unknowns, unknowns...)
	if s == nil {
		l.unanswered = append(l.unanswered, label)
		return
	}
	s.label = label
	l.servers = append(l.servers, s)
}

func (l *look) addSystem(servers []*server, unknowns []drift.Unknown) {
	l.unknowns = append(l.unknowns, unknowns...)
	for _, s := range servers {
		s.label = drift.Line(s.varz.Name)
		if s.label == "" {
			s.label = drift.Line(s.varz.ID)
		}
		l.servers = append(l.servers, s)
	}
}

func (d *Detector) addGreeting(l *look, label string, g greeting, err error) {
	if err != nil {
		l.unanswered = append(l.unanswered, label)
		l.unknowns = append(l.unknowns, d.obstacle(label, "", err))
		return
	}
	l.greeted[label] = g
}

// settle keeps one of several answers of the same server, that of the smallest
// label, and forgets an endpoint without an answer whose server, by the same
// name, answered in the system account: then nothing of it is unknown.
func (l *look) settle() {
	answered := map[string]bool{}
	for _, s := range l.servers {
		answered[s.label] = true
	}
	heard := func(label string) bool { return answered[label] && slices.Contains(l.unanswered, label) }
	l.unknowns = slices.DeleteFunc(l.unknowns, func(u drift.Unknown) bool { return heard(u.Target.Endpoint) })
	l.unanswered = slices.DeleteFunc(l.unanswered, heard)
	slices.SortFunc(l.servers, func(a, b *server) int {
		return strings.Compare(a.varz.ID+"\x00"+a.label, b.varz.ID+"\x00"+b.label)
	})
	l.servers = slices.CompactFunc(l.servers, func(a, b *server) bool {
		if a.varz.ID != b.varz.ID {
			return false
		}
		a.fill(b)
		return true
	})
	slices.SortFunc(l.servers, func(a, b *server) int { return strings.Compare(a.label, b.label) })
	slices.Sort(l.unanswered)
}

// fill takes what another answer of the same server knows more.
func (s *server) fill(other *server) {
	if s.health == nil {
		s.health = other.health
	}
	if s.jsz == nil {
		s.jsz = other.jsz
	}
	if s.routez == nil {
		s.routez = other.routez
	}
}

func (d *Detector) httpClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext: d.options.DialContext, TLSClientConfig: d.options.TLS.Clone(),
			MaxResponseHeaderBytes: 64 << 10, MaxConnsPerHost: 1, DisableCompression: true,
		},
		// A redirect would lead to where nobody said to look.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// askServer asks one monitoring endpoint. Without its answer about itself there
// is no server.
func (d *Detector) askServer(ctx context.Context, client *http.Client, e drift.Endpoint) (*server, []drift.Unknown) {
	ctx, cancel := context.WithTimeout(ctx, d.options.Timeout)
	defer cancel()
	base := strings.TrimSuffix(e.Address, "/")
	if !strings.Contains(base, "://") {
		base = "http://" + drift.Host(base, "8222")
	}
	data, err := fetch(ctx, client, base+"/varz", maxAnswer)
	if err != nil {
		return nil, []drift.Unknown{d.obstacle(e.String(), "", err)}
	}
	s := &server{}
	if s.varz, err = decodeVarz(data); err != nil {
		return nil, []drift.Unknown{d.obstacle(e.String(), "", err)}
	}
	get := func(path string, limit int64) ([]byte, error) { return fetch(ctx, client, base+path, limit) }
	return s, d.askMore(s, e.String(), map[string]func() ([]byte, error){
		"healthz": func() ([]byte, error) { return get("/healthz?js-server-only=true", maxAnswer) },
		"jsz":     func() ([]byte, error) { return get("/jsz?accounts=true&streams=true&config=true", maxStreamAnswer) },
		"routez":  func() ([]byte, error) { return get("/routez", maxAnswer) },
	})
}

// askMore asks the documents beside varz; each that fails is an Unknown of its own.
func (d *Detector) askMore(s *server, label string, ask map[string]func() ([]byte, error)) []drift.Unknown {
	var failed []string
	var first error
	for _, document := range []struct {
		name string
		into func([]byte) error
	}{
		{"healthz", func(data []byte) error { s.health = new(health); return decode(data, s.health) }},
		{"jsz", func(data []byte) error { s.jsz = new(jsz); return decode(data, s.jsz) }},
		{"routez", func(data []byte) error { s.routez = new(routez); return decode(data, s.routez) }},
	} {
		data, err := ask[document.name]()
		if err == nil {
			err = document.into(data)
		}
		if err == nil {
			continue
		}
		s.forget(document.name)
		failed = append(failed, document.name)
		if first == nil {
			first = err
		}
	}
	if first == nil {
		return nil
	}
	return []drift.Unknown{d.obstacle(label, strings.Join(failed, ", "), first)}
}

// forget drops a document that was read in part.
func (s *server) forget(document string) {
	switch document {
	case "healthz":
		s.health = nil
	case "jsz":
		s.jsz = nil
	case "routez":
		s.routez = nil
	}
}

// fetch reads an address; an answer that says that the server is unwell is one.
func fetch(ctx context.Context, client *http.Client, address string, limit int64) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("the address is not valid") // the error repeats it, credentials included
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusServiceUnavailable {
		return nil, statusError(response.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, sizeError(limit)
	}
	return data, nil
}
