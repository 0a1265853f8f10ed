// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The most that is read of an answer.
const (
	maxAnswer = 4 << 20
	// maxStreams is the size of the list of streams, at about 2 KiB each.
	maxStreamAnswer = 32 << 20
	maxStreams      = 10_000
)

// errNonsense is wrapped by errors about answers that no NATS server gives.
var errNonsense = errors.New("it does not answer as a NATS server does")

// varz is what a server says of itself, as far as it is judged.
type varz struct {
	ID             string    `json:"server_id"`
	Name           string    `json:"server_name"`
	Version        string    `json:"version"`
	MaxPayload     int64     `json:"max_payload"`
	TLSRequired    bool      `json:"tls_required"`
	SlowConsumers  int64     `json:"slow_consumers"`
	Start          time.Time `json:"start"`
	Now            time.Time `json:"now"`
	ConfigLoadTime time.Time `json:"config_load_time"`
	JetStream      struct {
		Config *struct {
			MaxMemory int64 `json:"max_memory"`
			MaxStore  int64 `json:"max_storage"`
		} `json:"config"`
		Stats *struct {
			Memory uint64 `json:"memory"`
			Store  uint64 `json:"storage"`
		} `json:"stats"`
	} `json:"jetstream"`
}

// health is the answer of healthz; Status is "ok" or not.
type health struct {
	Status string `json:"status"`
	Error  string `json:"error"`
}

// peer is a member of a Raft group as another one sees it.
type peer struct {
	Name    string        `json:"name"`
	Current bool          `json:"current"`
	Offline bool          `json:"offline"`
	Active  time.Duration `json:"active"`
	Lag     uint64        `json:"lag"`
}

// group is a Raft group as one of its members sees it.
type group struct {
	Leader   string `json:"leader"`
	Replicas []peer `json:"replicas"`
	Size     int    `json:"cluster_size"` // of the metadata's group only
}

// stream is a stream on one server.
type stream struct {
	Name   string `json:"name"`
	Config *struct {
		Replicas int `json:"num_replicas"`
	} `json:"config"`
	Cluster *group `json:"cluster"`
}

// jsz is what a server says of JetStream.
type jsz struct {
	Disabled bool   `json:"disabled"`
	Meta     *group `json:"meta_cluster"`
	Accounts []struct {
		Name    string   `json:"name"`
		Streams []stream `json:"stream_detail"`
	} `json:"account_details"`
}

// routez lists a server's connections with other servers, several for each.
type routez struct {
	Routes []struct {
		ID   string `json:"remote_id"`
		Name string `json:"remote_name"`
	} `json:"routes"`
}

// greeting is what a server says to a client before any login.
type greeting struct {
	ID          string `json:"server_id"`
	Name        string `json:"server_name"`
	Version     string `json:"version"`
	MaxPayload  int64  `json:"max_payload"`
	TLSRequired bool   `json:"tls_required"`
	JetStream   bool   `json:"jetstream"`
}

// server is one server with what could be learnt of it. Only varz is always there.
type server struct {
	label  string
	varz   varz
	health *health
	jsz    *jsz
	routez *routez
}

// decode reads an answer into the struct; the answer is trusted in nothing.
func decode(data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%w: %s", errNonsense, shape(data))
	}
	return nil
}

// shape says what was answered instead, without its content.
func shape(data []byte) string {
	switch {
	case len(data) == 0:
		return "the answer is empty"
	case json.Valid(data):
		return "the answer is JSON of another kind"
	default:
		return fmt.Sprintf("the answer of %d bytes is no JSON", len(data))
	}
}

// decodeVarz reads a server's answer about itself.
func decodeVarz(data []byte) (varz, error) {
	var v varz
	if err := decode(data, &v); err != nil {
		return varz{}, err
	}
	if v.ID == "" {
		return varz{}, fmt.Errorf("%w: it names no server_id", errNonsense)
	}
	return v, nil
}

// on says whether JetStream runs on the server.
func (s *server) on() bool {
	return s.varz.JetStream.Config != nil && (s.jsz == nil || !s.jsz.Disabled)
}
