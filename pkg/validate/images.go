// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// latestTag is the tag that names no version.
const latestTag = "latest"

func imageRules() []Rule {
	return []Rule{
		warning("DG1221", "image without a fixed tag in the platform",
			"The tag latest, or none, gives another image from one pod to the next. Name a version or a digest.",
			eachPlatform(checkPlatformImages)),
	}
}

func checkPlatformImages(p *platform, r *Report) {
	for _, c := range []struct {
		field string
		image *v1alpha1.Image
	}{
		{"components.operator.image", p.Spec.Spec.Components.Operator.Image},
		{"components.nats.image", p.Spec.Spec.Components.NATS.Image},
		{"components.etcd.image", p.Spec.Spec.Components.Etcd.Image},
	} {
		if c.image != nil && c.image.Tag == latestTag {
			reportUntagged(r, p.field(c.field+".tag"), c.image.Repository)
		}
	}
	for _, tree := range p.trees() {
		values.Walk(tree.root, func(path values.Path, value any) bool {
			checkImageValue(r, tree, path, value)
			return true
		})
	}
}

// checkImageValue looks at one value: an image in one string, or the tag of an
// image in parts.
func checkImageValue(r *Report, tree valueTree, path values.Path, value any) {
	text, ok := value.(string)
	if !ok {
		return
	}
	switch key := strings.ToLower(path[len(path)-1]); {
	case key == "tag" && text == latestTag:
		reportUntagged(r, tree.place(path.String()), "")
	case strings.HasSuffix(key, "image") && strings.ContainsAny(text, "/:") && isUntagged(text):
		reportUntagged(r, tree.place(path.String()), text)
	}
}

func reportUntagged(r *Report, at Place, image string) {
	problem := "the image has no fixed tag"
	if image != "" {
		problem = fmt.Sprintf("the image %s has no fixed tag", image)
	}
	r.Add(at, problem, "name a version or a digest")
}

// imageTag returns the tag of an image name, and whether a digest fixes it.
func imageTag(image string) (tag string, digest bool) {
	name, _, digest := strings.Cut(image, "@")
	base := name[strings.LastIndex(name, "/")+1:]
	_, tag, _ = strings.Cut(base, ":")
	return tag, digest
}

// isUntagged says whether the image may change under its name. A name that a
// variable completes is not judged.
func isUntagged(image string) bool {
	if strings.Contains(image, "${") {
		return false
	}
	tag, digest := imageTag(image)
	return !digest && (tag == "" || tag == latestTag)
}

// runtimeVersion returns the version of Dynamo that runs in an image: the
// override, or the image's tag; nil when neither is a semantic version.
func runtimeVersion(override, image string) *semver.Version {
	text := override
	if text == "" {
		text, _ = imageTag(image)
	}
	version, err := semver.NewVersion(text)
	if err != nil {
		return nil
	}
	return version
}
