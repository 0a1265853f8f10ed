// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// mainContainer is the name of the container that runs Dynamo.
const mainContainer = "main"

// podSpec reads the pod specification into the component. The main container
// is the given node, or the container named "main".
func (p parser) podSpec(c *Component, pod node, main *node, env []EnvVar) {
	c.NodeSelector = p.textMap(pod, "nodeSelector")
	c.ResourceClaims = len(p.list(pod, "resourceClaims")) > 0
	for _, container := range p.items(pod, "initContainers") {
		c.InitContainers = append(c.InitContainers, InitContainer{
			Name: p.text(container, "name"), Image: p.text(container, "image"),
			RestartPolicy: p.text(container, "restartPolicy"), Field: container.path,
		})
		p.image(c, p.text(container, "name"), container)
	}
	if main != nil && main.exists() {
		env = p.main(c, *main, env)
	}
	for _, container := range p.items(pod, "containers") {
		name := p.text(container, "name")
		if main == nil && name == mainContainer {
			env = p.main(c, container, env)
			continue
		}
		p.image(c, name, container)
		c.GPUs = addGPUs(c.GPUs, p.containerGPUs(container))
	}
	c.Env = env
}

func (p parser) main(c *Component, container node, env []EnvVar) []EnvVar {
	c.HasMainContainer = true
	c.MainImage = p.text(container, "image")
	c.Command, c.Args = p.texts(container, "command"), p.texts(container, "args")
	p.image(c, mainContainer, container)
	c.GPUs = addGPUs(c.GPUs, p.containerGPUs(container))
	return p.env(env, container, "env")
}

func (p parser) image(c *Component, container string, n node) {
	if name := p.text(n, "image"); name != "" {
		c.Images = append(c.Images, Image{Container: container, Name: name, Field: n.at("image")})
	}
}

// env returns the base with the variables at the key laid over it, sorted by
// name. The base is not changed.
func (p parser) env(base []EnvVar, n node, key string) []EnvVar {
	items := p.items(n, key)
	if len(items) == 0 {
		return base
	}
	env := slices.Clone(base)
	for _, item := range items {
		v := EnvVar{Name: p.text(item, "name"), Field: item.path}
		if v.Name == "" {
			p.fail(item.at("name"), "an environment variable has no name", "give it a name")
			continue
		}
		if item.fields["valueFrom"] == nil {
			v.Value, v.Literal = p.text(item, "value"), true
		}
		at, found := slices.BinarySearchFunc(env, v, compareEnv)
		if found {
			env[at] = v
			continue
		}
		env = slices.Insert(env, at, v)
	}
	return env
}

func compareEnv(a, b EnvVar) int { return cmp.Compare(a.Name, b.Name) }

// alphaGPUs reads the resources block of v1alpha1: limits count before
// requests, gpuType replaces the resource name.
func (p parser) alphaGPUs(resources node) []GPU {
	var gpus []GPU
	for _, key := range []string{"requests", "limits"} {
		block := p.child(resources, key)
		var found []GPU
		if value, ok := block.fields["gpu"]; ok && value != nil {
			found = addGPUs(found, p.alphaGPU(block, value))
		}
		found = addGPUs(found, p.resourceGPUs(p.child(block, "custom")))
		gpus = mergeGPUs(gpus, found)
	}
	return gpus
}

func (p parser) alphaGPU(block node, value any) []GPU {
	field := block.at("gpu")
	if _, number := values.WholeNumber(value); number {
		p.errs = append(p.errs, &FieldError{
			Field: field, GPUNumber: true, Problem: "the GPU count is a number where v1alpha1 wants a string",
			Fix: "put the count in quotation marks",
		})
	}
	count, ok := p.count(value, field)
	if !ok || count == 0 {
		return nil
	}
	return []GPU{{Resource: cmp.Or(p.text(block, "gpuType"), DefaultGPUResource), PerPod: count, Field: field}}
}

// containerGPUs reads a container's resources: limits count before requests.
func (p parser) containerGPUs(container node) []GPU {
	resources := p.child(container, "resources")
	if len(p.list(resources, "claims")) > 0 {
		// The claim itself is at the pod; nothing to count here.
		return nil
	}
	return mergeGPUs(
		p.resourceGPUs(p.child(resources, "requests")),
		p.resourceGPUs(p.child(resources, "limits")),
	)
}

func (p parser) resourceGPUs(block node) []GPU {
	var gpus []GPU
	for _, name := range sortedKeys(block.fields) {
		if !isGPU(name) || block.fields[name] == nil {
			continue
		}
		if count, ok := p.count(block.fields[name], block.at(name)); ok && count > 0 {
			gpus = append(gpus, GPU{Resource: name, PerPod: count, Field: block.at(name)})
		}
	}
	return gpus
}

// isGPU says whether the resource name is one of a GPU or of a part of one.
func isGPU(resource string) bool {
	vendor, name, ok := strings.Cut(resource, "/")
	if !ok {
		return false
	}
	if name == "gpu" || strings.HasPrefix(name, "gpu.") {
		return true
	}
	return vendor == "nvidia.com" && strings.HasPrefix(name, "mig-")
}

// addGPUs returns the sums by resource, sorted.
func addGPUs(a, b []GPU) []GPU {
	return combineGPUs(a, b, func(x, y GPU) GPU {
		x.PerPod = saturate(x.PerPod, y.PerPod)
		return x
	})
}

// mergeGPUs returns a with those of b in place of the same resource, sorted.
func mergeGPUs(a, b []GPU) []GPU {
	return combineGPUs(a, b, func(_, y GPU) GPU { return y })
}

func combineGPUs(a, b []GPU, both func(x, y GPU) GPU) []GPU {
	if len(b) == 0 {
		return a
	}
	out := slices.Clone(a)
	for _, gpu := range b {
		at, found := slices.BinarySearchFunc(out, gpu, compareGPU)
		if found {
			out[at] = both(out[at], gpu)
			continue
		}
		out = slices.Insert(out, at, gpu)
	}
	return out
}

func compareGPU(a, b GPU) int { return cmp.Compare(a.Resource, b.Resource) }

func saturate(a, b int64) int64 {
	if sum := a + b; sum >= a {
		return sum
	}
	return math.MaxInt64
}
