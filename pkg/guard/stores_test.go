// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard_test

import (
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

const (
	onNATS  = "envs: [{name: DYN_REQUEST_PLANE, value: nats}]"
	noNATS  = "components: {nats: {enabled: false}}"
	noEtcd  = "components: {etcd: {enabled: false}}"
	useEtcd = "components: {operator: {discoveryBackend: etcd}}"
)

// dropSwitch takes the generated switch of a store away, so that the chart's
// default holds.
func dropSwitch(part string) func(*pipeline.Plan) {
	return func(p *pipeline.Plan) {
		global := p.Platforms[0].Values["global"].(map[string]any)
		delete(global, part)
	}
}

func TestStores(t *testing.T) {
	t.Parallel()
	base := platform("1.3.0")
	runAll(t, map[string]scenario{
		"NATS by default gone, in use": {
			before: set(base, graph("llama", "1.3.0", onNATS)), after: set(platform("1.4.0"), graph("llama", "1.3.0", onNATS)),
			editAfter: dropSwitch("nats"), want: []string{"DG1720 error", "DG1723 warning"},
			field: "spec.services.Worker.envs[0]", says: []string{"the default of chart 1.4.0"}},
		"NATS by default gone, not in use": {
			before: set(base, graph("llama", "1.3.0")), after: set(platform("1.4.0"), graph("llama", "1.3.0")),
			editAfter: dropSwitch("nats"), want: []string{"DG1723 warning"}, field: "spec.version"},
		"NATS off, in use by a graph with its own": {
			before: set(platform("1.4.0"), graph("llama", "1.4.0")),
			after:  set(platform("1.4.0", noNATS), graph("llama", "1.4.0", "envs: [{name: DYN_EVENT_PLANE, value: nats}, {name: NATS_SERVER, value: \"nats://mine.test:4222\"}]")),
			want:   []string{"DG1723 warning"}, field: "spec.components.nats.enabled"},
		"NATS stays, in use": {
			before: set(base, graph("llama", "1.3.0", onNATS)), after: set(platform("1.4.0"), graph("llama", "1.3.0", onNATS))},
		"NATS becomes external": {
			before: set(platform("1.4.0"), graph("llama", "1.4.0", onNATS)),
			after:  set(platform("1.4.0", "components: {nats: {address: \"nats://nats.acme.test:4222\"}}"), graph("llama", "1.4.0", onNATS)),
			want:   []string{"DG1723 warning", "DG1725 warning"}},
		"graph points to the store that goes": {
			before: set(platform("1.4.0"), graph("llama", "1.4.0", "envs: [{name: NATS_SERVER, value: \"nats://dynamo-nats.dynamo-system.svc.cluster.local:4222\"}]")),
			after:  set(platform("1.4.0", noNATS), graph("llama", "1.4.0", "envs: [{name: NATS_SERVER, value: \"nats://dynamo-nats.dynamo-system.svc.cluster.local:4222\"}]")),
			want:   []string{"DG1722 error", "DG1723 warning"}, field: "spec.services.Worker.envs[0]"},
		"etcd gone, discovery in it": {
			before: platform("0.9.0", useEtcd), after: platform("0.9.0", useEtcd), editAfter: setValue(false, "etcd", "enabled"),
			want: []string{"DG1721 error", "DG1723 warning"}},
		"etcd gone, a graph uses it": {
			before: set(base, graph("llama", "1.3.0")+"    \n", "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {name: old, namespace: inference, annotations: {nvidia.com/dynamo-discovery-backend: etcd}}\nspec: {services: {}}\n"),
			after:  set(platform("1.3.0", noEtcd), graph("llama", "1.3.0"), "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {name: old, namespace: inference, annotations: {nvidia.com/dynamo-discovery-backend: etcd}}\nspec: {services: {}}\n"),
			want:   []string{"DG1721 error", "DG1723 warning"}},
		"etcd gone, not in use": {before: platform("0.9.0"), after: platform("0.9.0", noEtcd), want: []string{"DG1723 warning"}},
		"discovery moves":       {before: platform("0.9.0"), after: platform("0.9.0", useEtcd), want: []string{"DG1726 info"}},
		"discovery moves under a graph": {
			before: set(platform("0.9.0"), graph("llama", "0.9.0")), after: set(platform("0.9.0", useEtcd), graph("llama", "0.9.0")), want: []string{"DG1726 warning"}},
		"TLS on":        {before: base, after: platform("1.3.0", "components: {nats: {tls: {secretName: nats-tls}}}"), want: []string{"DG1724 warning"}},
		"TLS off":       {before: platform("1.3.0", "components: {nats: {tls: {secretName: nats-tls}}}"), after: base, want: []string{"DG1724 warning"}, says: []string{"turned off"}},
		"TLS stays on":  {before: platform("1.3.0", "components: {nats: {tls: {secretName: nats-tls}}}"), after: platform("1.3.0", "interval: 5m", "components: {nats: {tls: {secretName: nats-tls}}}")},
		"address moves": {before: platform("1.3.0", "components: {etcd: {address: \"http://a.test:2379\"}}"), after: platform("1.3.0", "components: {etcd: {address: \"http://b.test:2379\"}}"), want: []string{"DG1725 warning"}},
	})
}

func etcd(fields string) string { return platform("0.9.0", "components: {etcd: {"+fields+"}}") }

func nats(fields string) string { return platform("0.9.0", "components: {nats: {"+fields+"}}") }

func TestClaims(t *testing.T) {
	t.Parallel()
	runAll(t, map[string]scenario{
		"etcd grows":                {before: etcd("storage: 10Gi"), after: etcd("storage: 20Gi"), want: []string{"DG1730 error"}, field: "spec.components.etcd.storage", says: []string{"--cascade=orphan", "from 10Gi to 20Gi", "dynamo-etcd"}},
		"etcd in another unit":      {before: etcd("storage: 1Gi"), after: etcd("storage: 1024Mi")},
		"etcd shrinks":              {before: etcd("storage: 20Gi"), after: etcd("storage: 10Gi"), want: []string{"DG1731 error"}, says: []string{"data at risk"}},
		"etcd class":                {before: etcd("storageClass: slow"), after: etcd("storageClass: fast"), want: []string{"DG1730 error"}, says: []string{"from slow to fast"}},
		"etcd claims off":           {before: etcd("replicas: 1"), after: etcd("persistence: false"), want: []string{"DG1732 error"}, field: "spec.components.etcd.persistence"},
		"etcd claims on":            {before: etcd("persistence: false"), after: etcd("replicas: 1"), want: []string{"DG1730 error"}},
		"etcd renamed":              {before: etcd("replicas: 1"), after: platform("0.9.0", "values: {etcd: {fullnameOverride: kv}}"), want: []string{"DG1725 warning", "DG1734 error"}},
		"etcd pod management":       {before: etcd("replicas: 1"), after: platform("0.9.0", "values: {etcd: {podManagementPolicy: OrderedReady}}"), want: []string{"DG1730 error"}, field: "spec.values.etcd.podManagementPolicy"},
		"etcd probes":               {before: etcd("probes: false"), after: etcd("probes: true")},
		"NATS grows":                {before: nats("jetStream: {storage: 10Gi}"), after: nats("jetStream: {storage: 20Gi}"), want: []string{"DG1730 error"}, field: "spec.components.nats.jetStream.storage"},
		"NATS shrinks":              {before: nats("jetStream: {storage: 20Gi}"), after: nats("jetStream: {storage: 10Gi}"), want: []string{"DG1731 error", "DG1733 error"}},
		"NATS stores less":          {before: nats("jetStream: {storage: 20Gi, maxFileStore: 15Gi}"), after: nats("jetStream: {storage: 20Gi, maxFileStore: 10Gi}"), want: []string{"DG1733 error"}, field: "spec.components.nats.jetStream.maxFileStore"},
		"NATS stores more":          {before: nats("jetStream: {storage: 20Gi, maxFileStore: 10Gi}"), after: nats("jetStream: {storage: 20Gi, maxFileStore: 15Gi}")},
		"NATS memory off":           {before: nats("jetStream: {maxMemoryStore: 1Gi}"), after: nats("monitoring: true"), want: []string{"DG1733 error"}, says: []string{"memory"}},
		"NATS class":                {before: nats("jetStream: {storageClass: slow}"), after: nats("jetStream: {storageClass: fast}"), want: []string{"DG1730 error"}},
		"JetStream off":             {before: nats("jetStream: {enabled: true}"), after: nats("jetStream: {enabled: false}"), want: []string{"DG1732 error"}, field: "spec.components.nats.jetStream.enabled"},
		"JetStream on":              {before: nats("jetStream: {enabled: false}"), after: nats("jetStream: {enabled: true}"), want: []string{"DG1730 error"}},
		"file store off":            {before: nats("jetStream: {enabled: true}"), after: platform("0.9.0", "values: {nats: {config: {jetstream: {fileStore: {enabled: false}}}}}"), want: []string{"DG1732 error"}, field: "spec.values.nats.config.jetstream.fileStore.enabled"},
		"NATS Service renamed":      {before: nats("monitoring: true"), after: platform("0.9.0", "values: {nats: {headlessService: {name: bus}}}"), want: []string{"DG1730 error"}, field: "spec.values.nats.headlessService.name"},
		"etcd to another namespace": {before: etcd("replicas: 1"), after: platform("0.9.0", "values: {etcd: {namespaceOverride: kv}}"), want: []string{"DG1734 error"}},
		"NATS set renamed":          {before: nats("monitoring: true"), after: platform("0.9.0", "values: {nats: {statefulSet: {name: bus}}}"), want: []string{"DG1734 error"}},
		"another profile":           {before: platform("0.9.0", "profile: dev"), after: platform("0.9.0", "profile: test"), want: []string{"DG1730 error", "DG1733 warning"}, field: "spec.profile"},
	})
}

func TestMembers(t *testing.T) {
	t.Parallel()
	plain := "nats: {replicas: 1}"
	runAll(t, map[string]scenario{
		"etcd 3 to 1": {before: etcd("replicas: 3"), after: etcd("replicas: 1"), want: []string{"DG1740 error"}, field: "spec.components.etcd.replicas", says: []string{"etcdctl member remove"}},
		"etcd 5 to 3": {before: etcd("replicas: 5"), after: etcd("replicas: 3"), want: []string{"DG1741 warning"}},
		"etcd 1 to 3": {before: etcd("replicas: 1"), after: etcd("replicas: 3"), want: []string{"DG1741 warning"}, says: []string{"2 members at once"}},
		"etcd one by one": {before: etcd("replicas: 3"), after: etcd("replicas: 3"), editAfter: setValue(int64(4), "etcd", "replicaCount"),
			want: []string{"DG1741 warning"}, says: []string{"from 3 to 4 members"}},
		"etcd stays":                    {before: etcd("replicas: 3"), after: etcd("replicas: 3, pdb: true")},
		"NATS 3 to 1":                   {before: nats("replicas: 3"), after: nats("replicas: 1"), want: []string{"DG1742 error"}, field: "spec.components.nats.replicas"},
		"NATS 5 to 3":                   {before: nats("replicas: 5"), after: nats("replicas: 3"), want: []string{"DG1742 warning"}},
		"NATS 1 to 3":                   {before: nats("replicas: 1"), after: nats("replicas: 3"), want: []string{"DG1743 warning"}},
		"NATS 3 to 5":                   {before: nats("replicas: 3"), after: nats("replicas: 5"), want: []string{"DG1743 info"}},
		"NATS 3 to 1 without JetStream": {before: nats("replicas: 3, jetStream: {enabled: false}"), after: nats("replicas: 1, jetStream: {enabled: false}"), want: []string{"DG1743 info"}},
		"NATS stays":                    {before: platform("0.9.0", "components: {"+plain+"}"), after: platform("0.9.0", "interval: 5m", "components: {"+plain+"}")},
	})
}
