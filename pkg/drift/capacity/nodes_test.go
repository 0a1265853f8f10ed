// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dynamo-gitops/dynamo-gitops/internal/testplane"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/capacity"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

const (
	h100     = "NVIDIA-H100-80GB-HBM3"
	poolKey  = "pool"
	poolName = "h100"
)

// now is after everything in the tests by an hour.
var now = time.Date(2026, 3, 1, 13, 0, 0, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

// h100Pool wants two nodes with eight H100.
func h100Pool(change ...func(*v1alpha1.WorkerPoolSpec)) v1alpha1.WorkerPool {
	memory := resource.MustParse("80Gi")
	p := v1alpha1.WorkerPool{
		ObjectMeta: metav1.ObjectMeta{Name: poolName},
		Spec: v1alpha1.WorkerPoolSpec{
			NodeSelector: map[string]string{poolKey: poolName}, Nodes: v1alpha1.Range{Min: 2, Max: ptr(int32(4))},
			GPU: v1alpha1.GPU{Product: h100, PerNode: 8, Memory: &memory, Driver: ">=580"},
		},
	}
	for _, c := range change {
		c(&p.Spec)
	}
	return p
}

// h100Node is a node of that pool.
func h100Node(name string, change ...func(*corev1.Node)) *corev1.Node {
	return gpuNode(testplane.GPUNode{Name: name, Product: h100, GPUs: 8, MemoryMiB: 81559}, change...)
}

func gpuNode(g testplane.GPUNode, change ...func(*corev1.Node)) *corev1.Node {
	n := g.Node()
	n.Labels[poolKey] = poolName
	n.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady"}}
	for _, c := range change {
		c(&n)
	}
	return &n
}

func managed(manager, fields string) metav1.ManagedFieldsEntry {
	at := metav1.NewTime(now.Add(-time.Minute))
	raw := &metav1.FieldsV1{}
	raw.SetRawBytes([]byte(fields))
	return metav1.ManagedFieldsEntry{Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate, Time: &at, FieldsV1: raw}
}

func label(name, value string) func(*corev1.Node) {
	return func(n *corev1.Node) {
		if value == "" {
			delete(n.Labels, name)
			return
		}
		n.Labels[name] = value
	}
}

func quantity(list corev1.ResourceList, name, value string) {
	list[corev1.ResourceName(name)] = resource.MustParse(value)
}

// brief is what the tables compare.
func brief(seen drift.Observation) []string {
	lines := []string{}
	for _, f := range seen.Findings {
		lines = append(lines, fmt.Sprintf("%s %s %s %s want=%s have=%s", f.Code, f.Severity, f.Target, f.Field, f.Want, f.Have))
	}
	for _, u := range seen.Unknowns {
		lines = append(lines, fmt.Sprintf("%s unknown %s", u.Code, u.Target))
	}
	return lines
}

func TestNodes(t *testing.T) {
	mig := &testplane.MIG{Profile: "1g.10gb", PerGPU: 7}
	mixed := &testplane.MIG{Profile: "1g.10gb", PerGPU: 7, Mixed: true}
	for name, tt := range map[string]struct {
		pool func(*v1alpha1.WorkerPoolSpec)
		node *corev1.Node // beside one that is as it should be
		want []string
	}{
		"as wanted": {node: h100Node("b")},
		"not Ready": {
			node: h100Node("b", func(n *corev1.Node) {
				n.Status.Conditions[0].Status, n.Status.Conditions[0].Reason = corev1.ConditionUnknown, "NodeStatusUnknown"
			}),
			want: []string{"DG2206 error Node/b status.conditions[type=Ready].status want=True have=Unknown", "DG2205 error WorkerPool/h100 spec.nodes.min want=2 have=1"},
		},
		"cordoned": {
			node: h100Node("b", func(n *corev1.Node) {
				n.Spec.Unschedulable = true
				n.Spec.Taints = []corev1.Taint{{Key: "node.kubernetes.io/unschedulable", Effect: corev1.TaintEffectNoSchedule}}
			}),
			want: []string{"DG2205 error WorkerPool/h100 spec.nodes.min want=2 have=1", "DG2207 warning Node/b spec.unschedulable want=false have=true"},
		},
		"cordoned by the GPU operator": {
			node: h100Node("b", func(n *corev1.Node) { n.Spec.Unschedulable = true }, label("nvidia.com/gpu-driver-upgrade-state", "pod-restart-required")),
			want: []string{"DG2205 error WorkerPool/h100 spec.nodes.min want=2 have=1", "DG2207 info Node/b spec.unschedulable want=false have=true"},
		},
		"another product": {
			node: h100Node("b", label("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB")),
			want: []string{"DG2208 error Node/b metadata.labels[nvidia.com/gpu.product] want=NVIDIA-H100-80GB-HBM3 have=NVIDIA-A100-SXM4-80GB"},
		},
		"a GPU off the bus": {
			node: h100Node("b", label("nvidia.com/gpu.count", "7"), func(n *corev1.Node) {
				quantity(n.Status.Capacity, "nvidia.com/gpu", "7")
				quantity(n.Status.Allocatable, "nvidia.com/gpu", "7")
			}),
			want: []string{"DG2209 error Node/b metadata.labels[nvidia.com/gpu.count] want=8 have=7"},
		},
		"plugin behind": {
			node: h100Node("b", func(n *corev1.Node) {
				quantity(n.Status.Capacity, "nvidia.com/gpu", "7")
				quantity(n.Status.Allocatable, "nvidia.com/gpu", "7")
			}),
			want: []string{"DG2210 error Node/b status.capacity[nvidia.com/gpu] want=8 have=7"},
		},
		"plugin gone": {
			node: h100Node("b", func(n *corev1.Node) {
				delete(n.Status.Capacity, "nvidia.com/gpu")
				delete(n.Status.Allocatable, "nvidia.com/gpu")
			}),
			want: []string{"DG2210 error Node/b status.capacity[nvidia.com/gpu] want=8 have=0"},
		},
		"unhealthy": {
			node: gpuNode(testplane.GPUNode{Name: "b", Product: h100, GPUs: 8, MemoryMiB: 81559, Unhealthy: 1}),
			want: []string{"DG2211 error Node/b status.allocatable[nvidia.com/gpu] want=8 have=7"},
		},
		"memory": {
			node: h100Node("b", label("nvidia.com/gpu.memory", "40960")),
			want: []string{"DG2212 error Node/b metadata.labels[nvidia.com/gpu.memory] want=81920 MiB have=40960 MiB"},
		},
		"MIG where none is wanted": {
			node: gpuNode(testplane.GPUNode{Name: "b", Product: h100, GPUs: 8, MemoryMiB: 81559, MIG: mig}),
			want: []string{"DG2213 error Node/b metadata.labels[nvidia.com/mig.strategy] want=none have=single"},
		},
		"MIG of the other strategy": {
			pool: func(s *v1alpha1.WorkerPoolSpec) { s.GPU.MIGStrategy, s.GPU.PerNode = v1alpha1.MIGSingle, 56 },
			node: gpuNode(testplane.GPUNode{Name: "b", Product: h100, GPUs: 8, MemoryMiB: 81559, MIG: mixed}),
			want: []string{"DG2213 error Node/b metadata.labels[nvidia.com/mig.strategy] want=single have=mixed"},
		},
		"MIG layout failed": {
			node: h100Node("b", label("nvidia.com/mig.config.state", "failed")),
			want: []string{"DG2214 error Node/b metadata.labels[nvidia.com/mig.config.state] want=success have=failed"},
		},
		"MIG layout pending": {node: h100Node("b", label("nvidia.com/mig.config.state", "pending"))},
		"shared in time": {
			node: gpuNode(testplane.GPUNode{Name: "b", Product: h100, GPUs: 8, MemoryMiB: 81559, Replicas: 4}),
			want: []string{"DG2215 error Node/b metadata.labels[nvidia.com/gpu.replicas] want=1 have=4"},
		},
		"shared as wanted": {
			pool: func(s *v1alpha1.WorkerPoolSpec) { s.GPU.Product = h100 + "-SHARED" },
			node: gpuNode(testplane.GPUNode{Name: "b", Product: h100, GPUs: 8, MemoryMiB: 81559, Replicas: 4}),
		},
		"old driver": {
			node: gpuNode(testplane.GPUNode{Name: "b", Product: h100, GPUs: 8, MemoryMiB: 81559, Driver: [3]int{570, 86, 15}}),
			want: []string{"DG2216 error Node/b metadata.labels[nvidia.com/cuda.driver-version.full] want=>=580 have=570.86.15"},
		},
		"old driver by the old labels": {
			node: h100Node("b", func(n *corev1.Node) {
				for _, part := range []string{"full", "major", "minor", "revision"} {
					delete(n.Labels, "nvidia.com/cuda.driver-version."+part)
				}
			}, label("nvidia.com/cuda.driver.major", "550"), label("nvidia.com/cuda.driver.minor", "54"), label("nvidia.com/cuda.driver.rev", "15")),
			want: []string{"DG2216 error Node/b metadata.labels[nvidia.com/cuda.driver-version.full] want=>=580 have=550.54.15"},
		},
		"old driver, being replaced": {
			node: gpuNode(testplane.GPUNode{Name: "b", Product: h100, GPUs: 8, MemoryMiB: 81559, Driver: [3]int{570, 86, 15}},
				label("nvidia.com/gpu-driver-upgrade-state", "drain-required")),
		},
		"driver upgrade failed": {
			node: h100Node("b", label("nvidia.com/gpu-driver-upgrade-state", "upgrade-failed")),
			want: []string{"DG2217 error Node/b metadata.labels[nvidia.com/gpu-driver-upgrade-state] want=upgrade-done have=upgrade-failed"},
		},
		"no labels": {
			node: h100Node("b", func(n *corev1.Node) {
				n.Labels = map[string]string{poolKey: poolName}
			}),
			want: []string{"DG2218 warning Node/b metadata.labels want=nvidia.com/gpu.product, nvidia.com/gpu.memory, nvidia.com/cuda.driver-version.full have="},
		},
		"tainted as GPU nodes are": {
			node: h100Node("b", func(n *corev1.Node) {
				n.Spec.Taints = []corev1.Taint{{Key: "nvidia.com/gpu", Effect: corev1.TaintEffectNoSchedule}, {Key: "soft", Effect: corev1.TaintEffectPreferNoSchedule}}
			}),
		},
		"being deleted": {
			node: h100Node("b", func(n *corev1.Node) { n.DeletionTimestamp, n.Spec.Unschedulable = &metav1.Time{Time: now}, true }),
			want: []string{"DG2203 error WorkerPool/h100 spec.nodes.min want=2 have=1"},
		},
		"of no pool": {
			node: h100Node("b", label(poolKey, "other"), label("nvidia.com/gpu.product", "other")),
			want: []string{"DG2203 error WorkerPool/h100 spec.nodes.min want=2 have=1"},
		},
		"range without meaning": {
			pool: func(s *v1alpha1.WorkerPoolSpec) { s.GPU.Driver = "new" },
			node: h100Node("b"),
			want: []string{"DG2202 error WorkerPool/h100 spec.gpu.driver want= have=new"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var state capacity.State
			pool := h100Pool()
			state.SetNode(tt.node)
			if tt.pool == nil {
				state.SetNode(h100Node("a"))
			} else {
				pool.Spec.Nodes = v1alpha1.Range{Min: 1}
				tt.pool(&pool.Spec)
			}
			got := brief(state.Judge(&capacity.Want{Pools: []v1alpha1.WorkerPool{pool}}, now))
			if diff := cmp.Diff(append([]string{}, tt.want...), got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTaints shows that only a taint that most of the pool does not have counts.
func TestTaints(t *testing.T) {
	taint := func(n *corev1.Node) {
		n.Spec.Taints = []corev1.Taint{{Key: "team", Value: "other", Effect: corev1.TaintEffectNoSchedule}}
	}
	for name, tt := range map[string]struct {
		tainted []string
		want    []string
	}{
		"none":        {want: []string{}},
		"one of four": {tainted: []string{"a"}, want: []string{"DG2219 warning Node/a spec.taints[key=team] want= have=team=other:NoSchedule"}},
		"all":         {tainted: []string{"a", "b", "c", "d"}, want: []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			var state capacity.State
			for _, node := range []string{"a", "b", "c", "d"} {
				n := h100Node(node)
				if slices.Contains(tt.tainted, node) {
					taint(n)
				}
				state.SetNode(n)
			}
			if diff := cmp.Diff(tt.want, brief(state.Judge(&capacity.Want{Pools: []v1alpha1.WorkerPool{h100Pool()}}, now))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMixedMIG(t *testing.T) {
	mixed := &testplane.MIG{Profile: "1g.10gb", PerGPU: 7, Mixed: true}
	pool := h100Pool(func(s *v1alpha1.WorkerPoolSpec) {
		s.Nodes, s.GPU.MIGStrategy, s.GPU.ResourceName = v1alpha1.Range{Min: 1}, v1alpha1.MIGMixed, "nvidia.com/mig-1g.10gb"
	})
	for name, tt := range map[string]struct {
		change func(*corev1.Node)
		want   []string
	}{
		"as wanted": {change: func(*corev1.Node) {}, want: []string{}},
		"instances gone": {
			change: func(n *corev1.Node) {
				quantity(n.Status.Capacity, "nvidia.com/mig-1g.10gb", "55")
				quantity(n.Status.Allocatable, "nvidia.com/mig-1g.10gb", "55")
			},
			want: []string{"DG2210 error Node/b status.capacity[nvidia.com/mig-1g.10gb] want=56 have=55"},
		},
		"cut otherwise": {
			change: func(n *corev1.Node) {
				delete(n.Labels, "nvidia.com/mig-1g.10gb.count")
				n.Labels["nvidia.com/mig-3g.40gb.count"] = "16"
				delete(n.Status.Capacity, "nvidia.com/mig-1g.10gb")
				delete(n.Status.Allocatable, "nvidia.com/mig-1g.10gb")
			},
			want: []string{"DG2213 error Node/b metadata.labels[nvidia.com/mig-1g.10gb.count] want=nvidia.com/mig-1g.10gb have=other profiles"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var state capacity.State
			state.SetNode(gpuNode(testplane.GPUNode{Name: "b", Product: h100, GPUs: 8, MemoryMiB: 81559, MIG: mixed}, tt.change))
			if diff := cmp.Diff(tt.want, brief(state.Judge(&capacity.Want{Pools: []v1alpha1.WorkerPool{pool}}, now))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestClique(t *testing.T) {
	rack := func(name, clique string) *corev1.Node {
		return gpuNode(testplane.GPUNode{Name: name, Product: "NVIDIA-GB200", GPUs: 4, MemoryMiB: 189471, Clique: clique})
	}
	pool := h100Pool(func(s *v1alpha1.WorkerPoolSpec) { s.GPU = v1alpha1.GPU{Product: "NVIDIA-GB200", PerNode: 4} })
	for name, tt := range map[string]struct {
		cliques []string
		want    []string
	}{
		"two racks": {[]string{"u.0", "u.1"}, []string{}},
		"one out":   {[]string{"u.0", "u.0", ""}, []string{"DG2220 warning Node/n2 metadata.labels[nvidia.com/gpu.clique] want=a clique have="}},
		"none":      {[]string{"", ""}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			var state capacity.State
			for i, clique := range tt.cliques {
				state.SetNode(rack(fmt.Sprintf("n%d", i), clique))
			}
			if diff := cmp.Diff(tt.want, brief(state.Judge(&capacity.Want{Pools: []v1alpha1.WorkerPool{pool}}, now))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func resourceSlice(name, node string, gpus int, product string) *resourcev1.ResourceSlice {
	s := &resourcev1.ResourceSlice{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: resourcev1.ResourceSliceSpec{Driver: "gpu.nvidia.com", NodeName: &node}}
	for i := range gpus {
		s.Spec.Devices = append(s.Spec.Devices, resourcev1.Device{Name: fmt.Sprintf("gpu-%d", i), Attributes: map[resourcev1.QualifiedName]resourcev1.DeviceAttribute{
			"type": {StringValue: ptr("gpu")}, "productName": {StringValue: &product}, "driverVersion": {VersionValue: ptr("580.82.7")},
		}})
	}
	return s
}

func TestDynamicResourceAllocation(t *testing.T) {
	bare := func(n *corev1.Node) {
		n.Labels = map[string]string{poolKey: poolName}
		delete(n.Status.Capacity, "nvidia.com/gpu")
		delete(n.Status.Allocatable, "nvidia.com/gpu")
	}
	for name, tt := range map[string]struct {
		slices []*resourcev1.ResourceSlice
		lost   string
		want   []string
	}{
		"all there":       {slices: []*resourcev1.ResourceSlice{resourceSlice("s", "b", 8, "NVIDIA H100 80GB HBM3")}, want: []string{}},
		"one missing":     {slices: []*resourcev1.ResourceSlice{resourceSlice("s", "b", 4, "NVIDIA H100 80GB HBM3"), resourceSlice("t", "b", 3, "NVIDIA H100 80GB HBM3")}, want: []string{"DG2209 error Node/b ResourceSlice spec.devices want=8 have=7"}},
		"another product": {slices: []*resourcev1.ResourceSlice{resourceSlice("s", "b", 8, "NVIDIA A100")}, want: []string{"DG2208 error Node/b metadata.labels[nvidia.com/gpu.product] want=NVIDIA-H100-80GB-HBM3 have=NVIDIA-A100"}},
		"cannot be read":  {lost: "forbidden", want: []string{"DG2201 unknown resourceslices.resource.k8s.io"}},
	} {
		t.Run(name, func(t *testing.T) {
			var state capacity.State
			state.SetNode(h100Node("b", bare))
			for _, s := range tt.slices {
				state.SetSlice(s)
			}
			state.Lost(capacity.Slices, tt.lost)
			pool := h100Pool(func(s *v1alpha1.WorkerPoolSpec) { s.Nodes = v1alpha1.Range{Min: 1} })
			if diff := cmp.Diff(tt.want, brief(state.Judge(&capacity.Want{Pools: []v1alpha1.WorkerPool{pool}}, now))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAuthorOfACordon(t *testing.T) {
	var state capacity.State
	state.SetNode(h100Node("b", func(n *corev1.Node) {
		n.Spec.Unschedulable = true
		n.ManagedFields = []metav1.ManagedFieldsEntry{managed("kubelet", `{"f:metadata":{}}`), managed("kubectl-cordon", `{"f:spec":{"f:unschedulable":{}}}`), managed("broken", `{`)}
	}))
	pool := h100Pool(func(s *v1alpha1.WorkerPoolSpec) { s.Nodes = v1alpha1.Range{} })
	seen := state.Judge(&capacity.Want{Pools: []v1alpha1.WorkerPool{pool}}, now)
	i := slices.IndexFunc(seen.Findings, func(f drift.Finding) bool { return f.Code == "DG2207" })
	if i < 0 {
		t.Fatalf("findings = %q", brief(seen))
	}
	want := drift.Author{Manager: "kubectl-cordon", Operation: "Update", Time: now.Add(-time.Minute)}
	if diff := cmp.Diff(want, seen.Findings[i].Author); diff != "" {
		t.Errorf("author (-want +got):\n%s", diff)
	}
}

func TestHeartbeatChangesNothing(t *testing.T) {
	var state capacity.State
	if !state.SetNode(h100Node("a")) {
		t.Error("a new node is no change")
	}
	beat := h100Node("a", label("nvidia.com/gfd.timestamp", "1772370000"), func(n *corev1.Node) {
		n.ResourceVersion, n.Status.Conditions[0].LastHeartbeatTime = "2", metav1.NewTime(now)
		n.ManagedFields = []metav1.ManagedFieldsEntry{managed("kubelet", `{}`)}
	})
	if state.SetNode(beat) {
		t.Error("a heartbeat is a change")
	}
	if !state.SetNode(h100Node("a", label("nvidia.com/gpu.count", "7"))) {
		t.Error("a lost GPU is no change")
	}
}

// TestJudgedAgain shows that what is remembered of nodes is forgotten in time.
func TestJudgedAgain(t *testing.T) {
	var state capacity.State
	pool := h100Pool(func(s *v1alpha1.WorkerPoolSpec) { s.Nodes = v1alpha1.Range{Min: 1} })
	want := &capacity.Want{Pools: []v1alpha1.WorkerPool{pool}}
	check := func(step string, findings ...string) {
		t.Helper()
		if diff := cmp.Diff(append([]string{}, findings...), brief(state.Judge(want, now))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
	}
	state.SetNode(h100Node("a"))
	check("at first")
	state.SetNode(h100Node("a", label("nvidia.com/gpu.memory", "1")))
	check("changed", "DG2212 error Node/a metadata.labels[nvidia.com/gpu.memory] want=81920 MiB have=1 MiB")
	pool.Spec.GPU.Memory = nil
	want = &capacity.Want{Pools: []v1alpha1.WorkerPool{pool}}
	check("with another pool")
	state.DeleteNode("a")
	check("deleted", "DG2203 error WorkerPool/h100 spec.nodes.min want=1 have=0")
}

func TestCodesAreAllListed(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range codes.Capacity() {
		if seen[c.ID] || c.Title == "" || c.Help == "" || c.Severity == object.SeverityInfo {
			t.Errorf("code %+v", c)
		}
		seen[c.ID] = true
	}
}
