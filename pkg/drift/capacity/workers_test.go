// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/capacity"
)

// graphText is a graph with a decode component of as many replicas, one GPU each.
const graphText = `apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: llama, namespace: inference}
spec:
  services:
    Decode:
      componentType: worker
      replicas: %d
      resources: {limits: {gpu: "4"}}
`

func liveGraph(t *testing.T, text string, args ...any) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(fmt.Appendf(nil, text, args...), &u.Object); err != nil {
		t.Fatal(err)
	}
	return u
}

// worker is a ready pod of the graph, ready for an hour.
func worker(name string, change ...func(*corev1.Pod)) *corev1.Pod {
	hourAgo := metav1.NewTime(now.Add(-time.Hour))
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "inference", CreationTimestamp: hourAgo, Labels: map[string]string{
			"nvidia.com/dynamo-graph-deployment-name": "llama", "nvidia.com/dynamo-component": "Decode",
		}},
		Spec: corev1.PodSpec{NodeName: "a", Containers: []corev1.Container{{Name: "main", Resources: corev1.ResourceRequirements{
			Limits: corev1.ResourceList{"nvidia.com/gpu": resource.MustParse("4")},
		}}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: hourAgo}}},
	}
	for _, c := range change {
		c(p)
	}
	return p
}

func notReadySince(d time.Duration) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Conditions[0].Status, p.Status.Conditions[0].LastTransitionTime = corev1.ConditionFalse, metav1.NewTime(now.Add(-d))
	}
}

func unschedulable(since time.Duration, message string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.CreationTimestamp = metav1.NewTime(now.Add(-since))
		p.Spec.NodeName, p.Status.Phase = "", corev1.PodPending
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: message}}
	}
}

func workerPool(least, most int32) v1alpha1.WorkerPool {
	return h100Pool(func(s *v1alpha1.WorkerPoolSpec) {
		s.Workers = []v1alpha1.Worker{{Graph: "inference/llama", Component: "Decode", Replicas: &v1alpha1.Range{Min: least, Max: &most}}}
	})
}

func TestWorkers(t *testing.T) {
	const lacks = "0/2 nodes are available: 2 Insufficient nvidia.com/gpu. preemption: 0/2 nodes are available: 2 No preemption victims found."
	for name, tt := range map[string]struct {
		graph *unstructured.Unstructured
		pods  []*corev1.Pod
		want  []string
	}{
		"as wanted": {graph: liveGraph(t, graphText, 2), pods: []*corev1.Pod{worker("x"), worker("y")}},
		"no graph":  {want: []string{"DG2230 error DynamoGraphDeployment/inference/llama  want= have="}},
		"no component": {
			graph: liveGraph(t, "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {name: llama, namespace: inference}\nspec: {services: {Prefill: {}}}\n"),
			want:  []string{"DG2230 error DynamoGraphDeployment/inference/llama Decode want= have="},
		},
		"scaled to nothing": {
			graph: liveGraph(t, graphText, 0),
			want:  []string{"DG2231 error DynamoGraphDeployment/inference/llama spec.services.Decode.replicas want=1 to 3 have=0"},
		},
		"scaled within the bounds": {graph: liveGraph(t, graphText, 3), pods: []*corev1.Pod{worker("x"), worker("y"), worker("z")}},
		"one lost": {
			graph: liveGraph(t, graphText, 2), pods: []*corev1.Pod{worker("x"), worker("y", notReadySince(time.Hour))},
			want: []string{"DG2232 warning DynamoGraphDeployment/inference/llama spec.services.Decode.replicas want=2 ready have=1 ready"},
		},
		"all lost": {
			graph: liveGraph(t, graphText, 2),
			want:  []string{"DG2232 error DynamoGraphDeployment/inference/llama spec.services.Decode.replicas want=2 ready have=0 ready"},
		},
		"one starting": {
			graph: liveGraph(t, graphText, 2), pods: []*corev1.Pod{worker("x"), worker("y", notReadySince(time.Minute))},
			want: []string{"DG2232 info DynamoGraphDeployment/inference/llama spec.services.Decode.replicas want=2 ready have=1 ready"},
		},
		"rolling update": {
			graph: liveGraph(t, graphText+"status: {rollingUpdate: {phase: InProgress}}\n", 2), pods: []*corev1.Pod{worker("x")},
			want: []string{"DG2232 info DynamoGraphDeployment/inference/llama spec.services.Decode.replicas want=2 ready have=1 ready"},
		},
		"two during a rollout": {graph: liveGraph(t, graphText, 2), pods: []*corev1.Pod{worker("x"), worker("y"), worker("z")}},
		"waits for a GPU": {
			graph: liveGraph(t, graphText, 2), pods: []*corev1.Pod{worker("x"), worker("y", unschedulable(time.Hour, lacks))},
			want: []string{
				"DG2233 error DynamoGraphDeployment/inference/llama spec.services.Decode.replicas want=2 have=1 pending",
				"DG2232 warning DynamoGraphDeployment/inference/llama spec.services.Decode.replicas want=2 ready have=1 ready",
			},
		},
		"waits for an autoscaler": {
			graph: liveGraph(t, graphText, 2), pods: []*corev1.Pod{worker("x"), worker("y", unschedulable(time.Minute, lacks))},
			want: []string{
				"DG2232 info DynamoGraphDeployment/inference/llama spec.services.Decode.replicas want=2 ready have=1 ready",
				"DG2233 info DynamoGraphDeployment/inference/llama spec.services.Decode.replicas want=2 have=1 pending",
			},
		},
		"waits for something else": {
			graph: liveGraph(t, graphText, 2), pods: []*corev1.Pod{worker("x"), worker("y", unschedulable(time.Hour, "0/2 nodes are available: 2 Insufficient cpu."))},
			want: []string{"DG2232 warning DynamoGraphDeployment/inference/llama spec.services.Decode.replicas want=2 ready have=1 ready"},
		},
		"of nobody": {
			graph: liveGraph(t, graphText, 1), pods: []*corev1.Pod{worker("x"), worker("notebook", func(p *corev1.Pod) { p.Labels = nil })},
			want: []string{"DG2235 warning Pod/inference/notebook  want= have=4 GPUs in 1 pods"},
		},
		"of another graph": {
			graph: liveGraph(t, graphText, 1), pods: []*corev1.Pod{worker("x"), worker("y", func(p *corev1.Pod) { p.Labels["nvidia.com/dynamo-graph-deployment-name"] = "old" })},
			want: []string{"DG2235 warning DynamoGraphDeployment/inference/old  want= have=4 GPUs in 1 pods"},
		},
		"of nobody, done": {
			graph: liveGraph(t, graphText, 1), pods: []*corev1.Pod{worker("x"), worker("job", func(p *corev1.Pod) { p.Labels, p.Status.Phase = nil, corev1.PodSucceeded })},
		},
		"of nobody, elsewhere": {
			graph: liveGraph(t, graphText, 1), pods: []*corev1.Pod{worker("x"), worker("other", func(p *corev1.Pod) { p.Labels, p.Spec.NodeName = nil, "not of the pool" })},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var state capacity.State
			state.SetNode(h100Node("a"))
			state.SetNode(h100Node("b"))
			if tt.graph != nil {
				state.SetGraph(tt.graph)
			}
			for _, p := range tt.pods {
				state.SetPod(p)
			}
			got := brief(state.Judge(&capacity.Want{Pools: []v1alpha1.WorkerPool{workerPool(1, 3)}}, now))
			if diff := cmp.Diff(append([]string{}, tt.want...), got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGraphsOfRequests(t *testing.T) {
	var state capacity.State
	state.SetNode(h100Node("a"))
	state.SetNode(h100Node("b"))
	made := liveGraph(t, graphText, 1)
	made.SetName("made")
	made.SetLabels(map[string]string{"dgdr.nvidia.com/name": "request"})
	state.SetGraph(made)
	state.SetPod(worker("x", func(p *corev1.Pod) { p.Labels["nvidia.com/dynamo-graph-deployment-name"] = "made" }))
	want := []string{"DG2235 info DynamoGraphDeployment/inference/made  want= have=4 GPUs in 1 pods"}
	if diff := cmp.Diff(want, brief(state.Judge(&capacity.Want{Pools: []v1alpha1.WorkerPool{h100Pool()}}, now))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	// In Git it is nobody's orphan.
	if got := brief(state.Judge(&capacity.Want{Pools: []v1alpha1.WorkerPool{h100Pool()}, Graphs: []string{"inference/made"}}, now)); len(got) > 0 {
		t.Errorf("findings = %q", got)
	}
}

func TestMultinodeAndAdapterTrap(t *testing.T) {
	const multinode = `apiVersion: nvidia.com/v1beta1
kind: DynamoGraphDeployment
metadata: {name: llama, namespace: inference}
spec:
  components:
  - name: Decode
    type: decode
    replicas: 3
    scalingAdapter: {}
    multinode: {nodeCount: 2}
    podTemplate: {spec: {containers: [{name: main, resources: {limits: {nvidia.com/gpu: 8}}}]}}
`
	var state capacity.State
	for _, n := range []string{"a", "b"} {
		state.SetNode(h100Node(n))
	}
	state.SetGraph(liveGraph(t, multinode))
	for i := range 6 {
		state.SetPod(worker(fmt.Sprint("p", i)))
	}
	// Three replicas of two nodes with eight GPUs: 48, and two nodes give 16.
	want := []string{"DG2234 warning WorkerPool/h100 spec.workers want=48 have=16"}
	if diff := cmp.Diff(want, brief(state.Judge(&capacity.Want{Pools: []v1alpha1.WorkerPool{workerPool(1, 3)}}, now))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	var state capacity.State
	state.SetNode(h100Node("a", label("nvidia.com/gpu.memory", "1")))
	state.SetNode(h100Node("b"))
	want := &capacity.Want{Pools: []v1alpha1.WorkerPool{workerPool(1, 3)}}
	state.Lost(capacity.Pods, "forbidden")
	memory := "DG2212 error Node/a metadata.labels[nvidia.com/gpu.memory] want=81920 MiB have=1 MiB"
	// Workers are not called missing because pods cannot be read.
	if diff := cmp.Diff([]string{memory, "DG2201 unknown pods"}, brief(state.Judge(want, now))); diff != "" {
		t.Errorf("without pods (-want +got):\n%s", diff)
	}
	state.Lost(capacity.Nodes, "connection refused")
	seen := state.Judge(want, now)
	if diff := cmp.Diff([]string{"DG2201 unknown nodes", "DG2201 unknown pods"}, brief(seen)); diff != "" {
		t.Errorf("without nodes (-want +got):\n%s", diff)
	}
	state.Lost(capacity.Nodes, "")
	state.Lost(capacity.Pods, "")
	if got := brief(state.Judge(want, now)); len(got) != 2 { // the memory, and the missing graph
		t.Errorf("findings = %q", got)
	}
}

func TestPodsOfNoConcern(t *testing.T) {
	var state capacity.State
	plain := worker("x", func(p *corev1.Pod) { p.Labels, p.Spec.Containers = nil, nil })
	if state.SetPod(plain) {
		t.Error("a pod without GPUs is kept")
	}
	if !state.SetPod(worker("x")) || state.SetPod(worker("x")) {
		t.Error("a worker is new once")
	}
	if !state.SetPod(plain) || state.DeletePod("inference", "x") {
		t.Error("a pod that lost its GPUs is forgotten")
	}
}

func TestInitContainersCountForTheMost(t *testing.T) {
	var state capacity.State
	state.SetNode(h100Node("a"))
	state.SetNode(h100Node("b"))
	always := corev1.ContainerRestartPolicyAlways
	gpus := func(n string) corev1.ResourceRequirements {
		return corev1.ResourceRequirements{Limits: corev1.ResourceList{"nvidia.com/gpu": resource.MustParse(n)}}
	}
	state.SetPod(worker("x", func(p *corev1.Pod) {
		p.Labels = nil
		p.Spec.InitContainers = []corev1.Container{{Resources: gpus("2"), RestartPolicy: &always}, {Resources: gpus("1")}}
	}))
	want := []string{"DG2235 warning Pod/inference/x  want= have=6 GPUs in 1 pods"}
	if diff := cmp.Diff(want, brief(state.Judge(&capacity.Want{Pools: []v1alpha1.WorkerPool{h100Pool()}}, now))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// BenchmarkJudge judges 5,000 nodes in 50 pools and 20,000 workers.
func BenchmarkJudge(b *testing.B) {
	var state capacity.State
	want := &capacity.Want{}
	for i := range 50 {
		most := int32(200)
		want.Pools = append(want.Pools, h100Pool(func(s *v1alpha1.WorkerPoolSpec) {
			s.NodeSelector = map[string]string{poolKey: fmt.Sprint(i)}
			s.Nodes.Max = &most
			s.Workers = []v1alpha1.Worker{{Graph: fmt.Sprintf("inference/g%d", i), Component: "Decode"}}
		}))
		want.Pools[i].Name = fmt.Sprintf("pool-%02d", i)
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(fmt.Appendf(nil, graphText, 200), &u.Object); err != nil {
			b.Fatal(err)
		}
		u.SetName(fmt.Sprintf("g%d", i))
		state.SetGraph(u)
	}
	for i := range 5000 {
		state.SetNode(h100Node(fmt.Sprintf("node-%04d", i), label(poolKey, fmt.Sprint(i%50))))
	}
	for i := range 20000 {
		state.SetPod(worker(fmt.Sprintf("pod-%05d", i), func(p *corev1.Pod) {
			p.Labels["nvidia.com/dynamo-graph-deployment-name"] = fmt.Sprintf("g%d", i%50)
			p.Spec.NodeName = fmt.Sprintf("node-%04d", i%5000)
		}))
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			again := *want
			state.Judge(&again, now)
		}
	})
	b.Run("after one change", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			state.SetNode(h100Node("node-0000", label(poolKey, "0"), label("nvidia.com/gpu.count", fmt.Sprint(6+i%2))))
			state.Judge(want, now)
		}
	})
}
