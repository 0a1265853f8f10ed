// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
)

// userAgent is what servers are told.
const userAgent = "dynamo-gitops"

// tagOf writes a version as a tag, which cannot hold a plus sign.
func tagOf(version string) string { return strings.ReplaceAll(version, "+", "_") }

// fromLink follows an oci:// URL of an index: oci://host/repository:tag.
func (c *call) fromLink(ctx context.Context, link *url.URL, stated string) (*download, error) {
	repository := strings.Trim(link.Path, "/")
	tag := tagOf(c.t.version)
	if i := strings.LastIndexAny(repository, ":@"); i > strings.LastIndex(repository, "/") && repository[i] == ':' {
		repository, tag = repository[:i], repository[i+1:]
	}
	d, err := c.fromRegistry(ctx, strings.ToLower(link.Host), repository, tag)
	if err != nil || stated == "" {
		return d, err
	}
	if sum := digestOf(d.data); sum != stated {
		return nil, wrongDigest(stated, sum, "the repository's index")
	}
	return d, nil
}

// fromRegistry reads the manifest of a tag and then the layer with the chart.
func (c *call) fromRegistry(ctx context.Context, host, name, tag string) (*download, error) {
	repo, err := remote.NewRepository(host + "/" + name)
	if err != nil {
		return nil, invalid("the registry's URL or the chart's name does not name a repository", "write oci://host/path with lower-case letters, without tag")
	}
	repo.PlainHTTP = c.t.AllowInsecure
	repo.Client = c.registryClient(host)
	_, body, err := repo.FetchReference(ctx, tag)
	if err != nil {
		return nil, c.explainTag(ctx, repo, err)
	}
	layer, err := chartLayer(body)
	if err != nil {
		return nil, err
	}
	limit := c.f.limits.MaxArchive
	if layer.Size > limit {
		return nil, tooLarge("MaxArchive", limit, "", fmt.Sprintf("the chart archive has %d bytes", layer.Size))
	}
	if kept := c.f.cache.content(layer.Digest.String(), limit); kept != nil {
		return &download{data: kept, stated: layer.Digest.String()}, nil
	}
	blob, err := repo.Blobs().Fetch(withBound(ctx, bound{"MaxArchive", limit, "the chart archive"}), layer)
	if err != nil {
		return nil, err
	}
	defer func() { _ = blob.Close() }() // it is in memory
	data, err := io.ReadAll(blob)
	if err != nil {
		return nil, err
	}
	return &download{data: data, stated: layer.Digest.String()}, nil
}

func (c *call) registryClient(host string) *auth.Client {
	client := &auth.Client{
		Client: c.client,
		Cache:  auth.NewCache(),
		Credential: func(ctx context.Context, _ string) (auth.Credential, error) {
			found, err := c.credential(ctx, registryURL(host, c.t.AllowInsecure))
			return auth.Credential{
				Username: found.Username, Password: found.Password,
				RefreshToken: found.IdentityToken, AccessToken: found.Token,
			}, err
		},
	}
	client.SetUserAgent(userAgent)
	return client
}

// chartLayer finds the archive in a manifest.
func chartLayer(manifest io.ReadCloser) (ocispec.Descriptor, error) {
	defer func() { _ = manifest.Close() }() // it is in memory
	var m ocispec.Manifest
	data, err := io.ReadAll(manifest)
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil {
		return ocispec.Descriptor{}, corrupt("the registry's manifest cannot be read")
	}
	for _, layer := range m.Layers {
		switch layer.MediaType {
		case "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip":
			if layer.Size < 0 || !validDigest(layer.Digest.String()) {
				return layer, corrupt("the registry's manifest describes the chart with a size or digest that cannot be")
			}
			return layer, nil
		}
	}
	return ocispec.Descriptor{}, &Error{
		Kind:   ErrCorrupt,
		Reason: "what the registry has under this name and tag is no Helm chart",
		Fix:    "check the repository's URL: container images and charts often lie side by side",
	}
}

// errEnough ends the listing of tags.
var errEnough = errors.New("enough tags")

// explainTag adds to an unknown tag which ones there are.
func (c *call) explainTag(ctx context.Context, repo *remote.Repository, err error) error {
	e, ok := explained(classify(ctx, err), ErrNotFound)
	if !ok {
		return err
	}
	var versions []string
	listErr := repo.Tags(ctx, "", func(tags []string) error {
		for _, tag := range tags {
			versions = append(versions, strings.ReplaceAll(tag, "_", "+"))
		}
		if len(versions) >= maxTags {
			return errEnough
		}
		return nil
	})
	if (listErr != nil && !errors.Is(listErr, errEnough)) || len(versions) == 0 {
		e.Reason = fmt.Sprintf("the registry has no such chart or version (HTTP status %d)", e.Status)
		return e
	}
	missing := missingVersion("registry", c.t.version, versions)
	missing.Status = e.Status
	return missing
}
