// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"helm.sh/helm/v4/pkg/chart/common"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// Chart is a chart that was read and is never changed again: any number of
// goroutines may render it at the same time.
type Chart struct {
	root *v2.Chart

	// definitions keeps the objects of files under crds/, by the file; they are
	// large, and most renders need none of them.
	definitions sync.Map // *common.File -> *definitionFile

	// schemas keeps compiled schemas, by the first byte of the file, which all
	// copies of a chart share.
	schemas sync.Map // *byte -> *schemaFile

	documents memo
}

// definitionFile is a file under crds/, parsed when it is first needed.
type definitionFile struct {
	once    sync.Once
	objects []object.Object
	err     error
}

// Name returns the name of the chart.
func (c *Chart) Name() string { return c.root.Name() }

// Version returns the version of the chart.
func (c *Chart) Version() string { return c.root.Metadata.Version }

// AppVersion returns the version of what the chart installs, as the chart
// states it; it may be empty.
func (c *Chart) AppVersion() string { return c.root.AppVersion() }

// KubeVersion returns the range of Kubernetes versions that the chart allows,
// such as ">=1.30-0"; empty for any.
func (c *Chart) KubeVersion() string { return c.root.Metadata.KubeVersion }

// Values returns a copy of the chart's default values, without those of its
// sub-charts.
func (c *Chart) Values() map[string]any {
	defaults, _ := plain(c.root.Values).(map[string]any)
	return defaults
}

// Dependencies returns the names of the sub-charts that are packed in the
// chart, sorted, enabled or not.
func (c *Chart) Dependencies() []string {
	var names []string
	for _, d := range c.root.Dependencies() {
		names = append(names, d.Name())
	}
	slices.Sort(names)
	return names
}

// newChart makes a Chart of what Helm's loader returned, which it takes over.
func newChart(root *v2.Chart) *Chart {
	settle(root)
	return &Chart{root: root}
}

// settle brings sub-charts into an order of their own: Helm's loader keeps them
// in that of a map. It also lets go of the raw files, which nothing reads.
func settle(c *v2.Chart) {
	c.Raw = nil
	dependencies := slices.Clone(c.Dependencies())
	slices.SortStableFunc(dependencies, func(a, b *v2.Chart) int {
		return cmp.Or(cmp.Compare(a.Name(), b.Name()), cmp.Compare(a.Metadata.Version, b.Metadata.Version))
	})
	c.SetDependencies(dependencies...)
	for _, d := range dependencies {
		settle(d)
	}
}

// fork returns a copy of a chart that Helm may process: everything that
// processing sub-charts writes to is copied, files and default values are
// shared.
func fork(c *v2.Chart) *v2.Chart {
	out := *c
	metadata := *c.Metadata
	if metadata.Dependencies != nil {
		metadata.Dependencies = make([]*v2.Dependency, len(c.Metadata.Dependencies))
		for i, d := range c.Metadata.Dependencies {
			dependency := *d
			metadata.Dependencies[i] = &dependency
		}
	}
	out.Metadata = &metadata
	children := make([]*v2.Chart, len(c.Dependencies()))
	for i, d := range c.Dependencies() {
		children[i] = fork(d)
	}
	out.SetDependencies(children...)
	return &out
}

// compatible says whether the chart allows a Kubernetes version.
func (c *Chart) compatible(kube common.KubeVersion) bool {
	return c.root.Metadata.KubeVersion == "" || chartutil.IsCompatibleRange(c.root.Metadata.KubeVersion, kube.String())
}

// definitionsOf returns the objects of a file under crds/. They are shared:
// callers copy them before they hand them out.
func (c *Chart) definitionsOf(crd v2.CRD) ([]object.Object, error) {
	entry, _ := c.definitions.LoadOrStore(crd.File, &definitionFile{})
	file, ok := entry.(*definitionFile)
	if !ok {
		return nil, fmt.Errorf("unexpected %T", entry)
	}
	file.once.Do(func() { file.objects, file.err = decodeStream(string(crd.File.Data)) })
	return file.objects, file.err
}
