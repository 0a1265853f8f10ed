// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"encoding/json"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// Override replaces fields of every Platform of a build, as if they had been
// written so. A build without a Platform refuses it: a setting that does nothing
// is a mistake.
type Override struct {
	// Version replaces spec.version; empty keeps it.
	Version string
	// Profile replaces spec.profile and spec.overlay; empty keeps them.
	Profile v1alpha1.Profile
	// Values are laid over spec.values.
	Values map[string]any
}

// isZero says whether nothing is replaced.
func (o Override) isZero() bool {
	return o.Version == "" && o.Profile == "" && len(o.Values) == 0
}

func (b *build) override(set *config.Set) error {
	o := b.Override
	if o.isZero() {
		return nil
	}
	if len(set.Platforms) == 0 {
		return b.refuse(codeEmpty, object.Finding{
			Position: object.Position{File: b.Dir},
			Problem:  "the directory holds no Platform to which a given version, profile or values could apply",
			Fix:      "leave them out, or point at the directory of a Platform",
		})
	}
	for i := range set.Platforms {
		p := &set.Platforms[i]
		if o.Version != "" {
			p.Spec.Version = o.Version
		}
		if o.Profile != "" {
			p.Spec.Profile, p.Spec.Overlay = o.Profile, ""
		}
		if len(o.Values) == 0 {
			continue
		}
		raw, err := rawValues(&p.Platform)
		if err != nil {
			return wrapped(p.Object, err)
		}
		data, err := json.Marshal(values.Merge(raw, o.Values))
		if err != nil {
			return wrapped(p.Object, err)
		}
		p.Spec.Values = &apiextensionsv1.JSON{Raw: data}
	}
	return nil
}
