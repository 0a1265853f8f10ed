// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// GPUNode describes a fake GPU node the way GPU feature discovery and the device
// plugin would.
type GPUNode struct {
	// Name of the node.
	Name string
	// Product is the label nvidia.com/gpu.product. MIG with the strategy single
	// and sharing append to it.
	Product string
	// GPUs is how many there are, each with MemoryMiB.
	GPUs, MemoryMiB int
	// Clique is the label nvidia.com/gpu.clique of a multi-node NVLink rack; empty
	// for none.
	Clique string
	// MIG cuts every GPU into instances; nil for none.
	MIG *MIG
	// Replicas above 1 share each GPU in time.
	Replicas int
	// Driver is the version of the driver. Default 580.82.07.
	Driver [3]int
	// Unhealthy is how many devices the plugin takes out of allocatable.
	Unhealthy int
}

// MIG is a layout of instances.
type MIG struct {
	// Profile such as 1g.10gb, and how many instances of it a GPU has.
	Profile string
	PerGPU  int
	// Mixed is the strategy in which each profile is a resource of its own;
	// otherwise instances count as GPUs.
	Mixed bool
}

const (
	gpuResource = "nvidia.com/gpu"
	gpuCPUs     = "96"
	gpuMemory   = "1Ti"
	gpuPods     = "110"
	gpuStorage  = "2Ti"
)

// Node returns the node.
func (g GPUNode) Node() corev1.Node {
	product, count, name := g.Product, g.GPUs, corev1.ResourceName(gpuResource)
	labels := g.labels()
	if g.MIG != nil {
		instances := g.GPUs * g.MIG.PerGPU
		if g.MIG.Mixed {
			name = corev1.ResourceName("nvidia.com/mig-" + g.MIG.Profile)
			labels[string(name)+".count"] = strconv.Itoa(instances)
		} else {
			product, count = product+"-MIG-"+g.MIG.Profile, instances
		}
	}
	if g.Replicas > 1 {
		product += "-SHARED"
	}
	labels[gpuResource+".product"], labels[gpuResource+".count"] = product, strconv.Itoa(count)
	devices := count
	if g.MIG != nil {
		devices = g.GPUs * g.MIG.PerGPU
	}
	devices *= max(g.Replicas, 1)
	capacity := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse(gpuCPUs), corev1.ResourceMemory: resource.MustParse(gpuMemory),
		corev1.ResourcePods: resource.MustParse(gpuPods), corev1.ResourceEphemeralStorage: resource.MustParse(gpuStorage),
		name: *resource.NewQuantity(int64(devices), resource.DecimalSI),
	}
	allocatable := capacity.DeepCopy()
	allocatable[name] = *resource.NewQuantity(int64(devices-g.Unhealthy), resource.DecimalSI)
	return corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: g.Name, Labels: labels},
		Status:     corev1.NodeStatus{Capacity: capacity, Allocatable: allocatable},
	}
}

func (g GPUNode) labels() map[string]string {
	driver := g.Driver
	if driver == [3]int{} {
		driver = [3]int{580, 82, 7}
	}
	strategy := "none"
	if g.MIG != nil {
		strategy = "single"
		if g.MIG.Mixed {
			strategy = "mixed"
		}
	}
	labels := map[string]string{
		"kubernetes.io/hostname": g.Name, "kubernetes.io/os": "linux", "nvidia.com/gpu.present": "true",
		"nvidia.com/gpu.memory": strconv.Itoa(g.MemoryMiB), "nvidia.com/gpu.replicas": strconv.Itoa(max(g.Replicas, 1)),
		"nvidia.com/mig.strategy": strategy, "nvidia.com/mig.capable": "true",
		"nvidia.com/cuda.driver-version.major":    strconv.Itoa(driver[0]),
		"nvidia.com/cuda.driver-version.minor":    fmt.Sprintf("%02d", driver[1]),
		"nvidia.com/cuda.driver-version.revision": fmt.Sprintf("%02d", driver[2]),
		"nvidia.com/cuda.driver-version.full":     fmt.Sprintf("%d.%02d.%02d", driver[0], driver[1], driver[2]),
	}
	if g.Clique != "" {
		labels["nvidia.com/gpu.clique"] = g.Clique
	}
	return labels
}

// GPUNodes are nodes of every sort: two with eight H100, two of a GB200 rack, one
// with MIG of either strategy, and one whose GPUs are shared in time.
func GPUNodes() []corev1.Node {
	const h100, gb200 = "NVIDIA-H100-80GB-HBM3", "NVIDIA-GB200"
	const h100Memory, gb200Memory, eight, four = 81559, 189471, 8, 4
	mig := MIG{Profile: "1g.10gb", PerGPU: 7}
	mixed := mig
	mixed.Mixed = true
	var nodes []corev1.Node
	for _, g := range []GPUNode{
		{Name: "h100-0", Product: h100, GPUs: eight, MemoryMiB: h100Memory},
		{Name: "h100-1", Product: h100, GPUs: eight, MemoryMiB: h100Memory},
		{Name: "gb200-0", Product: gb200, GPUs: four, MemoryMiB: gb200Memory, Clique: "6a7b1c02-5d1e-4f6a-9c3b-8e2f7d40a915.0"},
		{Name: "gb200-1", Product: gb200, GPUs: four, MemoryMiB: gb200Memory, Clique: "6a7b1c02-5d1e-4f6a-9c3b-8e2f7d40a915.0"},
		{Name: "h100-mig-single", Product: h100, GPUs: eight, MemoryMiB: h100Memory, MIG: &mig},
		{Name: "h100-mig-mixed", Product: h100, GPUs: eight, MemoryMiB: h100Memory, MIG: &mixed},
		{Name: "h100-shared", Product: h100, GPUs: eight, MemoryMiB: h100Memory, Replicas: 4},
	} {
		nodes = append(nodes, g.Node())
	}
	return nodes
}
