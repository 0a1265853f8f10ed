// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/http/fetch"
	"github.com/fluxcd/pkg/runtime/conditions"
	"github.com/fluxcd/pkg/tar"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// origin is where files come from.
type origin interface {
	// identity names the exact content; empty when only fetching tells.
	identity() string
	// fetch returns the files. The function frees them.
	fetch(ctx context.Context) (*source.Checkout, func(), error)
}

// resolveSource finds out what there is to fetch.
func resolveSource(ctx context.Context, a *attempt) error {
	err := a.resolve(ctx)
	if err != nil {
		d := decide(err, a.facts())
		conditions.MarkFalse(a.sync, v1alpha1.SourceReadyCondition, d.reason, "%s", shorten(d.message))
	}
	return err
}

func (a *attempt) resolve(ctx context.Context) error {
	if a.sync.Spec.Git != nil {
		o, err := a.gitOrigin(ctx)
		a.origin = o
		return err
	}
	ref := a.sync.Spec.SourceRef
	if ref == nil {
		return stalledBy(v1alpha1.ReasonInvalidSpec, "neither spec.sourceRef nor spec.git is set; set one")
	}
	key := client.ObjectKey{Namespace: cmp.Or(ref.Namespace, a.sync.Namespace), Name: ref.Name}
	if a.Policy.NoCrossNamespaceRefs && key.Namespace != a.sync.Namespace {
		return denied("spec.sourceRef: %s %s is in another namespace, which this cluster does not allow; move one of the two", ref.Kind, key)
	}
	found, err := newSource(ref.Kind)
	if err != nil {
		return err
	}
	switch err := a.Client.Get(ctx, key, found); {
	case apimeta.IsNoMatchError(err):
		return waitFor(a.Timing.Dependency, v1alpha1.ReasonSourceNotReady, "the cluster has no kind %s; install Flux's source-controller, or use spec.git", ref.Kind)
	case isNotFoundError(err):
		return waitFor(a.Timing.Dependency, v1alpha1.ReasonSourceNotReady, "%s %s does not exist; create it, or correct spec.sourceRef", ref.Kind, key)
	case err != nil:
		return fmt.Errorf("%s %s: %w", ref.Kind, key, err)
	}
	artifact := found.GetArtifact()
	if artifact == nil {
		return waitFor(a.Timing.Dependency, v1alpha1.ReasonSourceNotReady, "%s %s has no artifact yet; see its status", ref.Kind, key)
	}
	a.origin = &artifactOrigin{FetchOptions: a.Fetch, artifact: *artifact, name: ref.Kind + " " + key.String(), after: a.Timing.Kind}
	a.revision = artifact.Revision
	return nil
}

// fluxSource is a source with the metadata that the client needs.
type fluxSource interface {
	client.Object
	sourcev1.Source
}

func newSource(kind string) (fluxSource, error) {
	switch kind {
	case sourcev1.GitRepositoryKind:
		return &sourcev1.GitRepository{}, nil
	case sourcev1.OCIRepositoryKind:
		return &sourcev1.OCIRepository{}, nil
	case sourcev1.BucketKind:
		return &sourcev1.Bucket{}, nil
	default:
		return nil, stalledBy(v1alpha1.ReasonInvalidSpec, "spec.sourceRef.kind: %q is none of GitRepository, OCIRepository and Bucket", kind)
	}
}

// artifactOrigin is an artifact of source-controller.
type artifactOrigin struct {
	FetchOptions
	artifact meta.Artifact
	name     string
	after    time.Duration
}

func (o *artifactOrigin) identity() string { return o.artifact.Digest }

func (o *artifactOrigin) fetch(ctx context.Context) (*source.Checkout, func(), error) {
	dir, err := os.MkdirTemp(o.TempDir, "dynamo-gitops-")
	if err != nil {
		return nil, nil, because(meta.ArtifactFailedReason, fmt.Errorf("no room for the artifact: %w; give the controller a writable temporary directory", err))
	}
	remove := func() { _ = os.RemoveAll(dir) }
	limits := o.Limits
	if limits.MaxTotalBytes == 0 {
		limits.MaxTotalBytes = source.DefaultLimits().MaxTotalBytes
	}
	fetcher := fetch.New(fetch.WithRetries(o.Retries), fetch.WithMaxDownloadSize(o.MaxDownloadBytes),
		fetch.WithUntar(tar.WithMaxUntarSize(int(limits.MaxTotalBytes)), tar.WithSkipSymlinks()), fetch.WithHostnameOverwrite(o.SourceHost))
	if err := fetcher.FetchWithContext(ctx, o.artifact.URL, o.artifact.Digest, dir); err != nil {
		remove()
		return nil, nil, because(meta.ArtifactFailedReason, fmt.Errorf("%s at %s: %w", o.name, o.artifact.Revision, err))
	}
	checkout, err := source.Directory(dir, o.Limits)
	if err != nil {
		remove()
		return nil, nil, err
	}
	return checkout, func() { _ = checkout.Close(); remove() }, nil
}
