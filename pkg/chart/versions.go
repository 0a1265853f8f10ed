// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

// entry is what is known of one minor version, besides its keys.
type entry struct {
	minor minor
	// The versions of the charts within; snapshot is empty where there is none.
	operator, nats, etcd, kai, grove, snapshot string
	// kubernetes is the oldest Kubernetes minor; empty for any.
	kubernetes string
	// driver is the oldest NVIDIA driver branch of the runtime images.
	driver int
	// files says whether adapters may come from file:/// paths.
	files  bool
	floors Floors
}

// entries returns the table, ascending. The last entry is the newest known
// version; a version newer than that is treated like it on request.
func entries() []entry {
	return []entry{
		{minor: minor08, operator: "0.7.1", nats: "1.3.2", etcd: "12.0.18", kai: "v0.9.4", grove: "v0.1.0-alpha.3", driver: 575},
		{minor: minor09, operator: "0.7.1", nats: "1.3.2", etcd: "12.0.18", kai: "v0.9.4", grove: "v0.1.0-alpha.3", driver: 575},
		{minor: minor10, operator: "1.0.0", nats: "1.3.2", etcd: "12.0.18", kai: "v0.13.0-rc1", grove: "v0.1.0-alpha.6", driver: 575,
			floors: Floors{KAI: "v0.13.0", GroveMin: "v0.1.0-alpha.6"}},
		{minor: minor11, operator: "1.1.0", nats: "1.3.2", etcd: "12.0.18", kai: "v0.13.4", grove: "v0.1.0-alpha.8", driver: 575,
			floors: Floors{KAI: "v0.13.4", GroveMin: "v0.1.0-alpha.8"}},
		{minor: minor12, operator: "1.2.0", nats: "1.3.2", etcd: "12.0.18", kai: "v0.13.4", grove: "v0.1.0-alpha.8", driver: 575,
			floors: Floors{KAI: "v0.13.4", GroveMin: "v0.1.0-alpha.8"}},
		{minor: minor13, operator: "1.3.0", nats: "1.3.2", etcd: "12.0.18", kai: "v0.13.4", grove: "v0.1.0-alpha.8", driver: 580,
			kubernetes: "1.30", files: true, floors: Floors{KAI: "v0.13.4", GroveMin: "v0.1.0-alpha.8", GroveBelow: "v0.1.0-alpha.9"}},
		{minor: minor14, operator: "1.4.0", nats: "1.3.2", etcd: "12.0.18", kai: "v0.13.4", grove: "v0.1.0-alpha.12-rc1", driver: 580,
			kubernetes: "1.30", files: true, floors: Floors{KAI: "v0.13.4", GroveMin: "v0.1.0-alpha.12-rc1"}},
		{minor: minor15, operator: "1.5.0", nats: "1.3.2", etcd: "12.0.18", kai: "v0.17.0", grove: "v0.1.0-alpha.13", snapshot: "0.1.0-alpha.1", driver: 580,
			kubernetes: "1.30", files: true, floors: Floors{KAI: "v0.17.0", GroveMin: "v0.1.0-alpha.13"}},
		{minor: minor16, operator: "1.6.0", nats: "1.3.2", etcd: "12.0.18", kai: "v0.17.0", grove: "v0.1.0-alpha.14", snapshot: "0.1.0", driver: 580,
			kubernetes: "1.30", files: true, floors: Floors{KAI: "v0.17.0", GroveMin: "v0.1.0-alpha.14"}},
	}
}

// The known minor versions.
const (
	minor08 = minor(0*minorsPerMajor + 8)
	minor09 = minor(0*minorsPerMajor + 9)
	minor10 = minor(1*minorsPerMajor + 0)
	minor11 = minor(1*minorsPerMajor + 1)
	minor12 = minor(1*minorsPerMajor + 2)
	minor13 = minor(1*minorsPerMajor + 3)
	minor14 = minor(1*minorsPerMajor + 4)
	minor15 = minor(1*minorsPerMajor + 5)
	minor16 = minor(1*minorsPerMajor + 6)
)
