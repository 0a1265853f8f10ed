// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/apis/meta"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// gitOrigin is a repository that is read without source-controller.
type gitOrigin struct{ options source.GitOptions }

// identity is not known before the fetch, which tells the commit.
func (o *gitOrigin) identity() string { return "" }

func (o *gitOrigin) fetch(ctx context.Context) (*source.Checkout, func(), error) {
	checkout, err := source.Git(ctx, o.options)
	if err != nil {
		return nil, nil, err
	}
	return checkout, func() { _ = checkout.Close() }, nil
}

func (a *attempt) gitOrigin(ctx context.Context) (*gitOrigin, error) {
	spec := a.sync.Spec.Git
	options := source.GitOptions{URL: spec.URL, Limits: a.Fetch.Limits, Timeout: a.timeout()}
	if r := spec.Ref; r != nil {
		options.Ref = source.Ref{Branch: r.Branch, Tag: r.Tag, SemVer: r.SemVer, Name: r.Name, Commit: r.Commit}
	}
	if spec.SecretRef != nil {
		secret, err := a.secret(ctx, "spec.git.secretRef", spec.SecretRef.Name)
		if err != nil {
			return nil, err
		}
		options.Auth, options.CABundle = credentials(secret), secret.Data["ca.crt"]
	}
	if strings.HasPrefix(spec.URL, "http://") {
		if options.Auth != nil {
			return nil, stalledBy(v1alpha1.ReasonInvalidSpec, "spec.git.url: http:// would send the credentials in the open; use https://, or remove secretRef")
		}
		options.AllowInsecureHTTP = true
	}
	if v := spec.Verify; v != nil {
		secret, err := a.secret(ctx, "spec.git.verify.secretRef", v.SecretRef.Name)
		if err != nil {
			return nil, err
		}
		options.Verify = &source.Verification{Mode: source.VerifyMode(cmp.Or(v.Mode, string(source.VerifyHEAD))), Keyring: keyring(secret), Now: a.Now}
	}
	return &gitOrigin{options}, nil
}

// errMissing is matched when an object that the specification names does not exist.
var errMissing = errors.New("does not exist")

// secret reads a Secret in the namespace of the PlatformSync.
func (a *attempt) secret(ctx context.Context, field, name string) (*corev1.Secret, error) {
	key := client.ObjectKey{Namespace: a.sync.Namespace, Name: name}
	found := &corev1.Secret{}
	switch err := a.Secrets.Get(ctx, key, found); {
	case isNotFoundError(err):
		return nil, because(v1alpha1.ReasonSourceNotReady, fmt.Errorf("%s: the Secret %s %w; create it, or correct the name", field, key, errMissing))
	case err != nil:
		return nil, because(meta.ArtifactFailedReason, fmt.Errorf("%s: the Secret %s cannot be read: %w", field, key, err))
	}
	return found, nil
}

// credentials reads the keys of a Flux GitRepository's Secret; nil for none.
func credentials(secret *corev1.Secret) *source.Auth {
	text := func(key string) string { return strings.TrimRight(string(secret.Data[key]), "\r\n") }
	auth := &source.Auth{
		Username: text("username"), Password: text("password"), BearerToken: text("bearerToken"),
		SSHKey: secret.Data["identity"], KnownHosts: secret.Data["known_hosts"],
	}
	if len(auth.SSHKey) > 0 {
		// Beside a key the password is the key's, as in Flux.
		auth.SSHKeyPassphrase, auth.Password, auth.Username = auth.Password, "", ""
	}
	if auth.Username == "" && auth.Password == "" && auth.BearerToken == "" && len(auth.SSHKey) == 0 && len(auth.KnownHosts) == 0 {
		return nil
	}
	return auth
}

// keyring joins the armored keys of a Secret, in the order of their names.
func keyring(secret *corev1.Secret) []byte {
	var all []byte
	for _, name := range slices.Sorted(maps.Keys(secret.Data)) {
		all = append(append(all, secret.Data[name]...), '\n')
	}
	return all
}
