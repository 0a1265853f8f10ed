// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package codes

import "github.com/dynamo-gitops/dynamo-gitops/pkg/object"

// The codes of GPU worker pools.
const (
	// PoolUnreadable: nodes, pods or graphs cannot be read.
	PoolUnreadable = "DG2201"
	// PoolInvalid: pool cannot be compared.
	PoolInvalid = "DG2202"
	// PoolTooFew: fewer nodes than the pool's least.
	PoolTooFew = "DG2203"
	// PoolTooMany: more nodes than the pool's most.
	PoolTooMany = "DG2204"
	// PoolUnusable: fewer usable nodes than the pool's least.
	PoolUnusable = "DG2205"
	// PoolNotReady: node not Ready.
	PoolNotReady = "DG2206"
	// PoolCordoned: node cordoned.
	PoolCordoned = "DG2207"
	// PoolProduct: another GPU product.
	PoolProduct = "DG2208"
	// PoolMissingGPU: fewer GPUs in the node.
	PoolMissingGPU = "DG2209"
	// PoolPlugin: device plugin registers fewer GPUs than are there.
	PoolPlugin = "DG2210"
	// PoolUnhealthy: unhealthy GPU.
	PoolUnhealthy = "DG2211"
	// PoolMemory: GPU memory differs.
	PoolMemory = "DG2212"
	// PoolMIG: another MIG layout.
	PoolMIG = "DG2213"
	// PoolMIGFailed: MIG layout could not be set.
	PoolMIGFailed = "DG2214"
	// PoolShared: GPUs shared in time.
	PoolShared = "DG2215"
	// PoolDriver: driver outside of the pool's range.
	PoolDriver = "DG2216"
	// PoolUpgrade: driver upgrade failed.
	PoolUpgrade = "DG2217"
	// PoolLabels: GPU labels missing.
	PoolLabels = "DG2218"
	// PoolTaint: taint that the pool's other nodes do not have.
	PoolTaint = "DG2219"
	// PoolClique: node outside of an NVLink clique.
	PoolClique = "DG2220"
	// PoolGraphMissing: graph or component not in the cluster.
	PoolGraphMissing = "DG2230"
	// PoolReplicas: replicas outside of the pool's bounds.
	PoolReplicas = "DG2231"
	// PoolNotRunning: fewer workers ready than wanted.
	PoolNotRunning = "DG2232"
	// PoolPending: workers wait for GPUs.
	PoolPending = "DG2233"
	// PoolOvercommit: more GPUs wanted than can be allocated.
	PoolOvercommit = "DG2234"
	// PoolOrphan: GPUs held by what Git does not know.
	PoolOrphan = "DG2235"
)

// Capacity returns the codes of findings about GPU worker pools, in ascending order.
func Capacity() []object.Code {
	const failure, warning = object.SeverityError, object.SeverityWarning
	return []object.Code{
		{ID: PoolUnreadable, Severity: warning, Title: "nodes, pods or graphs cannot be read",
			Help: "Without them the pools are not known. Give the account the verbs list and watch on what the reason names."},
		{ID: PoolInvalid, Severity: failure, Title: "pool cannot be compared", Help: "A field of the WorkerPool, such as the range of drivers, has no meaning. Correct it in Git."},
		{ID: PoolTooFew, Severity: failure, Title: "fewer nodes than the pool's least", Help: "Fewer nodes carry the pool's labels than spec.nodes.min. Look for nodes that were removed, or that lost a label."},
		{ID: PoolTooMany, Severity: warning, Title: "more nodes than the pool's most", Help: "More nodes carry the pool's labels than spec.nodes.max: somebody pays for them. Remove them, or raise the bound in Git."},
		{ID: PoolUnusable, Severity: failure, Title: "fewer usable nodes than the pool's least", Help: "There are enough nodes, but not enough that are Ready and not cordoned. The findings about the nodes say which and why."},
		{ID: PoolNotReady, Severity: failure, Title: "node not Ready", Help: "The kubelet reports a problem, or nothing at all. Look at the node's conditions with kubectl describe node."},
		{ID: PoolCordoned, Severity: warning, Title: "node cordoned", Help: "No pod is placed on the node. Run kubectl uncordon when the maintenance is over. While the GPU operator replaces a driver, or an autoscaler takes the node away, it is for information."},
		{ID: PoolProduct, Severity: failure, Title: "another GPU product", Help: "The label nvidia.com/gpu.product names another GPU than the pool. Engines built for one GPU fail or crawl on another. Move the node to a pool of its own."},
		{ID: PoolMissingGPU, Severity: failure, Title: "fewer GPUs in the node", Help: "GPU feature discovery sees fewer GPUs than the pool says: one has fallen off the bus. Look at the kernel's log for Xid errors, drain and reset the node."},
		{ID: PoolPlugin, Severity: failure, Title: "device plugin registers fewer GPUs than are there", Help: "The node has the GPUs, and the kubelet knows of fewer. Restart the device plugin's pod on the node and read its log."},
		{ID: PoolUnhealthy, Severity: failure, Title: "unhealthy GPU", Help: "The kubelet knows the GPUs, and takes some out of what can be allocated, because the device plugin calls them unhealthy. Look for Xid errors; drain and reset the node."},
		{ID: PoolMemory, Severity: failure, Title: "GPU memory differs", Help: "The label nvidia.com/gpu.memory is more than five percent away from what the pool says. It may be another variant of the product, or a MIG layout."},
		{ID: PoolMIG, Severity: failure, Title: "another MIG layout", Help: "The label nvidia.com/mig.strategy, or the instances on the node, are not the pool's. Set nvidia.com/mig.config on the node, or correct the pool."},
		{ID: PoolMIGFailed, Severity: failure, Title: "MIG layout could not be set", Help: "The MIG manager gave up, often because pods still held GPUs. Drain the node and set nvidia.com/mig.config again."},
		{ID: PoolShared, Severity: failure, Title: "GPUs shared in time", Help: "The device plugin gives each GPU out several times, and the pool wants whole ones. Latency suffers. Take the sharing out of the device plugin's configuration."},
		{ID: PoolDriver, Severity: failure, Title: "driver outside of the pool's range", Help: "CUDA 12.9 images need driver 575, CUDA 13 images 580. Let the GPU operator upgrade the driver, or use a chart version whose images fit."},
		{ID: PoolUpgrade, Severity: failure, Title: "driver upgrade failed", Help: "The GPU operator could not replace the driver. See the label nvidia.com/gpu-driver-upgrade-state and the log of the driver's pod."},
		{ID: PoolLabels, Severity: warning, Title: "GPU labels missing", Help: "A node of the pool lacks labels of GPU feature discovery, so product, memory and driver cannot be compared. Look for its pod on the node. Some managed clusters ship none: leave the fields out of the pool there."},
		{ID: PoolTaint, Severity: warning, Title: "taint that the pool's other nodes do not have", Help: "Pods that do not tolerate the taint are not placed on the node, or are driven off. Remove it when its reason is gone."},
		{ID: PoolClique, Severity: warning, Title: "node outside of an NVLink clique", Help: "Other nodes of the pool carry nvidia.com/gpu.clique and this one does not, so multi-node workers cannot use NVLink there. Look at the fabric manager and the IMEX service on the node."},
		{ID: PoolGraphMissing, Severity: failure, Title: "graph or component not in the cluster", Help: "The pool lists a worker whose graph, or the component in it, is not there. Apply the graph, or correct spec.workers."},
		{ID: PoolReplicas, Severity: failure, Title: "replicas outside of the pool's bounds", Help: "The live graph asks for fewer or more replicas than the pool allows. At 0 the model vanishes from /v1/models."},
		{ID: PoolNotRunning, Severity: failure, Title: "fewer workers ready than wanted", Help: "Pods of the component are missing or not Ready. During a rolling update it is for information."},
		{ID: PoolPending, Severity: failure, Title: "workers wait for GPUs", Help: "The scheduler finds no node with enough free GPUs; the finding repeats its reason. Add nodes, or lower the replicas."},
		{ID: PoolOvercommit, Severity: warning, Title: "more GPUs wanted than can be allocated", Help: "The live replicas of the pool's workers ask for more GPUs than its usable nodes can allocate, so some will stay pending after the next restart."},
		{ID: PoolOrphan, Severity: warning, Title: "GPUs held by what Git does not know", Help: "Pods on the pool's nodes hold GPUs and belong to no graph in Git. Graphs made by a DynamoGraphDeploymentRequest are for information."},
	}
}
