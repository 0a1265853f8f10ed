// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package binaries finds the programs of the test plane, and builds those that
// are missing.
//
// They are looked for in $KUBEBUILDER_ASSETS, then in the cache; Ensure fills the
// cache, by setup-envtest where that can download and from source otherwise. Each
// set of programs is built from a nested module of this repository, whose go.sum
// fixes every byte that goes into it, into a directory of the cache that is named
// after what it was built from. A directory appears there whole or not at all.
package binaries

// KubernetesVersion is the version of the Kubernetes programs.
const KubernetesVersion = "v1.36.3"

// Program names one program.
type Program string

// The programs of the test plane and the Flux controllers.
const (
	APIServer         Program = "kube-apiserver"
	ControllerManager Program = "kube-controller-manager"
	Scheduler         Program = "kube-scheduler"
	Kubectl           Program = "kubectl"
	Etcd              Program = "etcd"
	KWOK              Program = "kwok"

	SourceController    Program = "source-controller"
	HelmController      Program = "helm-controller"
	KustomizeController Program = "kustomize-controller"
)

// set is what one nested module builds.
type set struct {
	name string
	// dir is the nested module, relative to the repository.
	dir string
	// version is the version of the module that the programs come from.
	version string
	// programs are the programs and their packages.
	programs map[Program]string
	// crdModule is the module whose config/crd/bases are copied beside the
	// programs; empty for none.
	crdModule string
	ldflags   string
}

const stripped = "-s -w"

func planeSets() []set {
	const version = "k8s.io/component-base/version"
	return []set{
		{
			name: "etcd", dir: "hack/testplane/etcd", version: "v3.7.0", ldflags: stripped,
			programs: map[Program]string{Etcd: "."},
		},
		{
			name: "kubernetes", dir: "hack/testplane", version: KubernetesVersion,
			// Without these the server calls itself v0.0.0, and charts that ask for a version refuse it.
			ldflags: stripped + " -X " + version + ".gitVersion=" + KubernetesVersion +
				" -X " + version + ".gitMajor=1 -X " + version + ".gitMinor=36",
			programs: map[Program]string{
				APIServer:         "k8s.io/kubernetes/cmd/kube-apiserver",
				ControllerManager: "k8s.io/kubernetes/cmd/kube-controller-manager",
				Scheduler:         "k8s.io/kubernetes/cmd/kube-scheduler",
				Kubectl:           "k8s.io/kubernetes/cmd/kubectl",
			},
		},
		{
			name: "kwok", dir: "hack/testplane/kwok", version: "v0.8.0", ldflags: stripped,
			programs: map[Program]string{KWOK: "sigs.k8s.io/kwok/cmd/kwok"},
		},
	}
}

func peerSets() []set {
	peer := func(p Program, version string) set {
		module := "github.com/fluxcd/" + string(p)
		return set{
			name: string(p), dir: "hack/peers/" + string(p), version: version, ldflags: stripped,
			programs: map[Program]string{p: module}, crdModule: module,
		}
	}
	return []set{
		peer(SourceController, "v1.9.2"),
		peer(HelmController, "v1.6.1"),
		peer(KustomizeController, "v1.9.5"),
	}
}

func setOf(p Program) (set, bool) {
	for _, s := range append(planeSets(), peerSets()...) {
		if _, ok := s.programs[p]; ok {
			return s, true
		}
	}
	return set{}, false
}
