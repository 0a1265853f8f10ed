// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd

// Announcement tells Argo CD's UI about one parameter.
type Announcement struct {
	// Name of the parameter.
	Name string `json:"name"`
	// Title is shown instead of the name.
	Title string `json:"title,omitempty"`
	// Tooltip explains it.
	Tooltip string `json:"tooltip,omitempty"`
	// ItemType is always empty: a string.
	ItemType string `json:"itemType,omitempty"`
	// CollectionType is "map" or empty.
	CollectionType string `json:"collectionType,omitempty"`
	// String is what holds where the parameter is not set.
	String string `json:"string,omitempty"`
	// Map is the same for a map.
	Map map[string]string `json:"map,omitempty"`
}

// Static returns the parameters that are the same for every repository. They
// stand in plugin.yaml.
func Static() []Announcement {
	return []Announcement{
		{
			Name: parameterOutput, Title: "Output", String: string(OutputHelmRelease),
			Tooltip: "helmrelease for Flux's helm-controller, rendered for plain manifests, application for child Applications",
		},
		{
			Name: parameterValidation, Title: "Validation", String: string(ValidationNormal),
			Tooltip: "normal refuses errors, strict refuses warnings as well",
		},
		{
			Name: parameterValues, Title: "Chart values", CollectionType: "map",
			Tooltip: "laid over spec.values of every Platform: dotted path to value",
		},
	}
}

// Current is what a repository says where no parameter is set.
type Current struct {
	// Version and Profile of its Platforms, empty where they differ or are unknown.
	Version, Profile string
	// KubeVersion of the cluster, empty when unknown.
	KubeVersion string
}

// Dynamic returns the parameters whose defaults depend on the repository.
func Dynamic(c Current) []Announcement {
	return []Announcement{
		{
			Name: parameterVersion, Title: "Dynamo chart version", String: c.Version,
			Tooltip: "replaces spec.version of every Platform",
		},
		{
			Name: parameterProfile, Title: "Profile", String: c.Profile,
			Tooltip: "dev, test or prod; replaces profile and overlay of every Platform",
		},
		{
			Name: parameterKubeVersion, Title: "Kubernetes version", String: c.KubeVersion,
			Tooltip: "for Platforms that do not say it; otherwise that of the destination cluster",
		},
	}
}
