// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	corev1 "k8s.io/api/core/v1"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift/codes"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// nodeRule compares one node with its pool. It returns false when there is
// nothing to say.
type nodeRule func(p *pool, n *node) (drift.Finding, bool)

// nodeRules are in the order in which they are tried; each looks for one thing.
func nodeRules() []nodeRule {
	return []nodeRule{notReady, cordoned, labelsMissing, otherProduct, missingGPU, pluginLags, unhealthyGPU, otherMemory,
		otherMIG, failedMIG, sharedGPU, otherDriver, failedUpgrade}
}

func judgeNode(p *pool, n *node) []drift.Finding {
	var found []drift.Finding
	for _, rule := range nodeRules() {
		if f, ok := rule(p, n); ok {
			found = append(found, n.complete(f))
		}
	}
	return found
}

func (n *node) complete(f drift.Finding) drift.Finding {
	f.Layer = drift.LayerCapacity
	f.Target = drift.Target{Object: object.Reference{APIVersion: "v1", Kind: "Node", Name: n.name}}
	if f.Severity == "" {
		f.Severity = object.SeverityError
	}
	return f
}

func (n *node) labelAuthor(label string) drift.Author {
	return authorOf(n.fields, "metadata", "labels", label)
}

func labelField(label string) string { return "metadata.labels[" + label + "]" }

func notReady(_ *pool, n *node) (drift.Finding, bool) {
	if n.ready == corev1.ConditionTrue || n.deleting {
		return drift.Finding{}, false
	}
	f := drift.Finding{Code: codes.PoolNotReady, Field: "status.conditions[type=Ready].status", Want: "True", Have: string(n.ready),
		Problem: "the node is not Ready", Action: "look at its conditions: kubectl describe node " + n.name}
	if n.readyReason != "" {
		f.Problem += " (" + n.readyReason + ")"
	}
	f.Author = drift.Author{Time: n.readySince}
	return f, true
}

func cordoned(_ *pool, n *node) (drift.Finding, bool) {
	if !n.unschedulable || n.deleting {
		return drift.Finding{}, false
	}
	f := drift.Finding{Code: codes.PoolCordoned, Severity: object.SeverityWarning, Field: "spec.unschedulable", Want: "false", Have: "true",
		Author: authorOf(n.fields, "spec", "unschedulable"), Problem: "the node is cordoned", Action: "kubectl uncordon " + n.name + " when the maintenance is over"}
	if reason := n.maintenance(); reason != "" {
		f.Severity, f.Problem, f.Action = object.SeverityInfo, "the node is cordoned: "+reason, "wait until it is done"
	}
	return f, true
}

// maintenance says which controller took the node out of use, if one did.
func (n *node) maintenance() string {
	if n.upgrading() {
		return "the GPU operator is replacing the driver"
	}
	for _, t := range n.taints {
		if t.Key == "ToBeDeletedByClusterAutoscaler" || t.Key == "karpenter.sh/disrupted" {
			return "an autoscaler is taking it away"
		}
	}
	return ""
}

// labelsMissing looks at labels that the pool needs to be compared by.
func labelsMissing(p *pool, n *node) (drift.Finding, bool) {
	var missing []string
	want := func(wanted bool, label string) {
		if wanted && n.labels[label] == "" {
			missing = append(missing, label)
		}
	}
	want(p.Spec.GPU.Product != "", labelProduct)
	want(p.memoryMiB > 0, labelMemory)
	if _, known := n.driver(); p.driver != nil && !known {
		missing = append(missing, labelDriver+"full")
	}
	if len(missing) == 0 || n.dynamic {
		return drift.Finding{}, false
	}
	return drift.Finding{Code: codes.PoolLabels, Severity: object.SeverityWarning, Field: "metadata.labels", Want: strings.Join(missing, ", "),
		Problem: "labels of GPU feature discovery are missing: " + strings.Join(missing, ", "),
		Action:  "look for the pod of gpu-feature-discovery on the node, or leave the fields out of the pool"}, true
}

func otherProduct(p *pool, n *node) (drift.Finding, bool) {
	name, _, _ := n.product()
	want := strings.TrimSuffix(p.Spec.GPU.Product, sharedSuffix)
	want, _, _ = strings.Cut(want, migInfix)
	if n.dynamic && name == "" {
		// ResourceSlices spell it with spaces.
		name, want = strings.ReplaceAll(n.slices.product, " ", "-"), strings.ReplaceAll(want, " ", "-")
	}
	if want == "" || name == "" || name == want {
		return drift.Finding{}, false
	}
	return drift.Finding{Code: codes.PoolProduct, Field: labelField(labelProduct), Want: want, Have: name, Author: n.labelAuthor(labelProduct),
		Problem: "the node has other GPUs than the pool", Action: "move the node to a pool of its own, or correct gpu.product in Git"}, true
}

// missingGPU compares what discovery sees. With MIG's strategy single the label
// counts instances, as the pool does. Of a node with another layout only that is said.
func missingGPU(p *pool, n *node) (drift.Finding, bool) {
	if n.dynamic && n.slices.gpus == 0 {
		return drift.Finding{}, false // the slices could not be read
	}
	if n.dynamic {
		return n.tooFew(codes.PoolMissingGPU, "ResourceSlice spec.devices", p.perNode, n.slices.gpus, "the driver offers fewer GPUs than the pool says",
			"look for Xid errors in the kernel's log, then drain and reset the node")
	}
	have, known := n.count(labelCount)
	if _, other := otherMIG(p, n); !known || other {
		return drift.Finding{}, false
	}
	f, bad := n.tooFew(codes.PoolMissingGPU, labelField(labelCount), p.perNode, have, "the node has fewer GPUs than the pool says",
		"look for Xid errors in the kernel's log, then drain and reset the node")
	f.Author = n.labelAuthor(labelCount)
	return f, bad
}

func (n *node) tooFew(code, field string, want, have int64, problem, action string) (drift.Finding, bool) {
	if have >= want {
		return drift.Finding{}, false
	}
	return drift.Finding{Code: code, Field: field, Want: fmt.Sprint(want), Have: fmt.Sprint(have), Problem: problem, Action: action}, true
}

// expected is how many devices of the pool's kind the kubelet should know: what
// discovery sees, or the pool says where nothing is seen. A GPU that is missing
// is not reported a second time as a fault of the plugin.
func (p *pool) expected(n *node) int64 {
	if p.mig == v1alpha1.MIGMixed {
		sum, known := int64(0), false
		for label := range n.labels {
			name, ok := strings.CutSuffix(label, ".count")
			if !ok || !isMIG(name) || p.Spec.GPU.ResourceName != "" && name != p.resource {
				continue
			}
			if count, ok := n.count(label); ok {
				sum, known = add(sum, count), true
			}
		}
		if known {
			return sum
		}
		return 0
	}
	count, known := n.count(labelCount)
	if !known {
		count = p.perNode
	}
	if replicas, ok := n.count(labelReplicas); ok && replicas > 1 && count < 1<<20 && replicas < 1<<20 {
		count *= replicas
	}
	return count
}

func pluginLags(p *pool, n *node) (drift.Finding, bool) {
	if _, other := otherMIG(p, n); other || n.dynamic || n.ready != corev1.ConditionTrue {
		return drift.Finding{}, false
	}
	f, bad := n.tooFew(codes.PoolPlugin, "status.capacity["+p.resource+"]", p.expected(n), p.devices(n.capacity),
		"the kubelet knows of fewer GPUs than are there", "restart the device plugin's pod on the node and read its log")
	f.Author = authorOf(n.fields, "status", "capacity", p.resource)
	return f, bad
}

func unhealthyGPU(p *pool, n *node) (drift.Finding, bool) {
	if n.dynamic || n.ready != corev1.ConditionTrue {
		return drift.Finding{}, false
	}
	f, bad := n.tooFew(codes.PoolUnhealthy, "status.allocatable["+p.resource+"]", p.devices(n.capacity), p.devices(n.allocatable),
		"GPUs of the node are called unhealthy and are not given out", "look for Xid errors in the kernel's log, then drain and reset the node")
	f.Author = authorOf(n.fields, "status", "allocatable", p.resource)
	return f, bad
}

// otherMemory allows for five percent: an "80GB" GPU has 81559 MiB, which is not 80Gi.
func otherMemory(p *pool, n *node) (drift.Finding, bool) {
	const tolerance = 20 // parts: a twentieth
	have, known := n.count(labelMemory)
	if p.memoryMiB == 0 || !known || p.mig == v1alpha1.MIGSingle {
		return drift.Finding{}, false
	}
	if _, other := otherMIG(p, n); other {
		return drift.Finding{}, false
	}
	if difference := have - p.memoryMiB; difference*tolerance <= p.memoryMiB && -difference*tolerance <= p.memoryMiB {
		return drift.Finding{}, false
	}
	return drift.Finding{Code: codes.PoolMemory, Field: labelField(labelMemory), Want: fmt.Sprintf("%d MiB", p.memoryMiB), Have: fmt.Sprintf("%d MiB", have),
		Author: n.labelAuthor(labelMemory), Problem: "the GPUs have another amount of memory", Action: "move the node to a pool of its own, or correct gpu.memory in Git"}, true
}

func otherMIG(p *pool, n *node) (drift.Finding, bool) {
	have, known := n.labels[labelMIG], n.labels[labelMIG] != ""
	if _, instances, _ := n.product(); !known && instances {
		have, known = string(v1alpha1.MIGSingle), true
	}
	switch {
	case n.dynamic || !known:
		return drift.Finding{}, false
	case have != string(p.mig):
	case p.mig == v1alpha1.MIGMixed && p.Spec.GPU.ResourceName != "" && n.labels[p.resource+".count"] == "":
		return drift.Finding{Code: codes.PoolMIG, Field: labelField(p.resource + ".count"), Want: p.resource, Have: "other profiles",
			Problem: "the node is not cut into the pool's instances", Action: "set the label nvidia.com/mig.config on the node to the pool's layout"}, true
	default:
		return drift.Finding{}, false
	}
	return drift.Finding{Code: codes.PoolMIG, Field: labelField(labelMIG), Want: string(p.mig), Have: have, Author: n.labelAuthor(labelMIG),
		Problem: "the node has another MIG strategy than the pool", Action: "set the label nvidia.com/mig.config on the node, or correct gpu.migStrategy in Git"}, true
}

func failedMIG(_ *pool, n *node) (drift.Finding, bool) {
	if n.labels[labelMIGState] != migStateFailed {
		return drift.Finding{}, false
	}
	return drift.Finding{Code: codes.PoolMIGFailed, Field: labelField(labelMIGState), Want: migStateSuccess, Have: migStateFailed, Author: n.labelAuthor(labelMIGState),
		Problem: "the MIG layout could not be set", Action: "drain the node and set nvidia.com/mig.config again"}, true
}

func sharedGPU(p *pool, n *node) (drift.Finding, bool) {
	replicas, known := n.count(labelReplicas)
	_, _, shared := n.product()
	if strings.HasSuffix(p.Spec.GPU.Product, sharedSuffix) || !shared && (!known || replicas <= 1) {
		return drift.Finding{}, false
	}
	return drift.Finding{Code: codes.PoolShared, Field: labelField(labelReplicas), Want: "1", Have: n.labels[labelReplicas], Author: n.labelAuthor(labelReplicas),
		Problem: "each GPU is given out several times", Action: "take the sharing out of the device plugin's configuration, or write the product with -SHARED in Git"}, true
}

func otherDriver(p *pool, n *node) (drift.Finding, bool) {
	have, known := n.driver()
	if !known && n.dynamic {
		have, known = n.slices.driver, n.slices.driver != ""
	}
	if p.driver == nil || !known || n.upgrading() {
		return drift.Finding{}, false
	}
	f := drift.Finding{Code: codes.PoolDriver, Field: labelField(labelDriver + "full"), Want: p.driverText, Have: have, Author: n.labelAuthor(labelDriver + "full"),
		Problem: "the driver is outside of the pool's range", Action: "let the GPU operator upgrade the driver"}
	version, err := parseDriver(have)
	if err != nil {
		f.Problem = "the driver's version cannot be read"
		return f, true
	}
	return f, !p.driver.Check(version)
}

// parseDriver reads versions such as 580.82.07, whose parts have leading zeros.
func parseDriver(text string) (*semver.Version, error) {
	parts := strings.Split(text, ".")
	for i, part := range parts {
		if trimmed := strings.TrimLeft(part, "0"); trimmed != "" {
			parts[i] = trimmed
		} else if part != "" {
			parts[i] = "0"
		}
	}
	return semver.NewVersion(strings.Join(parts, "."))
}

func failedUpgrade(_ *pool, n *node) (drift.Finding, bool) {
	if n.labels[labelUpgrade] != upgradeFailed {
		return drift.Finding{}, false
	}
	return drift.Finding{Code: codes.PoolUpgrade, Field: labelField(labelUpgrade), Want: upgradeDone, Have: upgradeFailed, Author: n.labelAuthor(labelUpgrade),
		Problem: "the driver's upgrade failed", Action: "read the log of the driver's pod on the node"}, true
}
