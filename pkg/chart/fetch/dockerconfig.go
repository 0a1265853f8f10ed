// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// DockerConfig is a [CredentialSource] that reads what docker login, helm
// registry login and Secrets of type kubernetes.io/dockerconfigjson hold: the
// auths of a config.json. It is safe for concurrent use.
//
// Credential helpers (credHelpers, credsStore) are programs and are not run; a
// host that is left to one gives a [*HelperError]. Entries for a path within a
// host are not used.
type DockerConfig struct {
	auths   map[string]Credential // by host; the zero value for an empty entry
	helpers map[string]string
	store   string
}

// dockerFile is the part of config.json that matters here.
type dockerFile struct {
	Auths       map[string]dockerAuth `json:"auths"`
	CredHelpers map[string]string     `json:"credHelpers"`
	CredsStore  string                `json:"credsStore"`
}

type dockerAuth struct {
	Auth          string `json:"auth"`
	Username      string `json:"username"`
	Password      string `json:"password"`
	IdentityToken string `json:"identitytoken"`
	RegistryToken string `json:"registrytoken"`
}

// ParseDockerConfig reads the content of a Docker config.json. Empty content
// is a configuration without entries. The error is of kind [ErrInvalid] and
// quotes nothing of the content.
func ParseDockerConfig(data []byte) (*DockerConfig, error) {
	d := &DockerConfig{auths: map[string]Credential{}, helpers: map[string]string{}}
	if len(strings.TrimSpace(string(data))) == 0 {
		return d, nil
	}
	var file dockerFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, invalid("the Docker configuration is not valid JSON", "check the file; docker login writes a valid one")
	}
	for key, a := range file.Auths {
		host, ok := registryHost(key)
		if !ok {
			continue
		}
		c, err := a.credential(host)
		if err != nil {
			return nil, err
		}
		if known, twice := d.auths[host]; twice && !known.IsZero() && (c.IsZero() || strings.Contains(key, "/")) {
			continue // the plain host name wins over its spelling as a URL
		}
		d.auths[host] = c
	}
	for key, helper := range file.CredHelpers {
		if host, ok := registryHost(key); ok {
			d.helpers[host] = printable(helper)
		}
	}
	d.store = printable(file.CredsStore)
	return d, nil
}

func (a dockerAuth) credential(host string) (Credential, error) {
	c := Credential{Username: a.Username, Password: a.Password}
	if a.Auth != "" {
		raw, err := base64.StdEncoding.DecodeString(a.Auth)
		user, password, ok := strings.Cut(string(raw), ":")
		if err != nil || !ok {
			return c, invalid("the Docker configuration's entry for "+printable(host)+" cannot be decoded",
				"log in to the registry again; auth is the base64 form of user:password")
		}
		c.Username, c.Password = user, strings.TrimRight(password, "\x00")
	}
	switch {
	case a.IdentityToken != "":
		return Credential{IdentityToken: a.IdentityToken}, nil
	case a.RegistryToken != "":
		return Credential{Token: a.RegistryToken}, nil
	case c.Password == "":
		return Credential{}, nil
	}
	return c, nil
}

// registryHost turns the key of an entry into a host; false for a path in one.
func registryHost(key string) (string, bool) {
	key = strings.TrimPrefix(strings.TrimPrefix(key, "https://"), "http://")
	host, path, _ := strings.Cut(key, "/")
	switch strings.Trim(path, "/") {
	case "", "v1", "v2":
		return canonicalRegistry(host), host != ""
	}
	return "", false
}

// canonicalRegistry gives the names of Docker Hub one spelling.
func canonicalRegistry(host string) string {
	switch host = strings.ToLower(host); host {
	case "docker.io", "index.docker.io", "registry-1.docker.io":
		return "docker.io"
	}
	return strings.TrimSuffix(host, ":443")
}

// Credential implements [CredentialSource].
func (d *DockerConfig) Credential(_ context.Context, host string) (Credential, error) {
	canonical := canonicalRegistry(host)
	c, listed := d.auths[canonical]
	switch helper := d.helpers[canonical]; {
	case helper != "":
		return Credential{}, &HelperError{Host: printable(host), Helper: helper}
	case !c.IsZero():
		return c, nil
	case listed && d.store != "":
		return Credential{}, &HelperError{Host: printable(host), Helper: d.store}
	}
	return Credential{}, nil
}
