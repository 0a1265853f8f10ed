// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

const (
	natsCluster    = "nats.config.cluster."
	natsTLS        = "nats.config.nats.tls."
	natsClusterTLS = "nats.config.cluster.tls."
	jetStream      = "nats.config.jetstream."
	maxPayload     = "nats.config.merge.max_payload"
	natsPDB        = "nats.podDisruptionBudget.enabled"
	natsAddress    = "dynamo-operator.natsAddr"
	natsIntegrated = "dynamo-operator.nats.enabled"
)

// Sizes of NATS's largest message, in bytes.
const (
	// wantedPayload is what prompt embeddings need.
	wantedPayload = 15 << 20
	// neededPayload is NATS's own default; below it ordinary requests fail.
	neededPayload = 1 << 20
)

func natsRules() []Rule {
	return []Rule{
		failure("DG1330", "NATS cluster that cannot keep a quorum",
			"Two JetStream servers cannot elect a leader when one is gone, so two are less available than one; every even number tolerates no more failures than one less. Use 1, 3 or 5.",
			eachPlatform(checkNATSReplicas)),
		failure("DG1331", "NATS TLS without a Secret",
			"The chart accepts TLS without a certificate, and the server then does not start.",
			eachPlatform(checkNATSSecret)),
		failure("DG1332", "NATS TLS with a plain address",
			"The chart goes on telling the operator and the workers nats:// when TLS is on. Set the address by hand, or use spec.components.nats.tls, which does.",
			eachPlatform(checkNATSScheme)),
		warning("DG1333", "private CA that the operator does not know",
			"NATS uses a CA of its own, and the chart mounts none into the operator or the workers: they refuse the certificate unless their image or environment trusts it.",
			eachPlatform(checkNATSCA)),
		failure("DG1334", "JetStream store larger than its claim",
			"Streams may grow beyond the PersistentVolumeClaim, and NATS stops writing when the disk is full.",
			eachPlatform(checkJetStreamSize)),
		warning("DG1335", "JetStream off",
			"Up to 1.2 durable KV events use JetStream.",
			eachPlatform(checkJetStreamOn)),
		warning("DG1336", "NATS messages too small",
			"Requests above max_payload fail, and only those: prompt embeddings need 15 MiB. Below 1 MiB, NATS's own default, ordinary requests fail.",
			eachPlatform(checkMaxPayload)),
		warning("DG1337", "JetStream without persistence in production",
			"Streams are lost with the pod.",
			eachPlatform(checkJetStreamDisk)),
		warning("DG1338", "disruption budget for a single NATS server",
			"A budget cannot protect a single server; a drain takes it down or waits for it.",
			eachPlatform(checkNATSBudget)),
		failure("DG1339", "operator that expects a NATS which is not installed",
			"Below 1.2.0 two keys turn NATS off: nats.enabled leaves the server out, and dynamo-operator.nats.enabled, on by default, goes on telling the operator and the workers its address. Workers connect when they start and fail. Turn both off, or use spec.components.nats.enabled, which does.",
			eachPlatform(checkNATSExpected)),
	}
}

// natsReplicas returns the number of servers.
func (p *platform) natsReplicas() int64 {
	if !p.flag(natsCluster + "enabled") {
		return 1
	}
	replicas, ok := p.number(natsCluster + "replicas")
	if !ok {
		return 3
	}
	return replicas
}

func checkNATSReplicas(p *platform, r *Report) {
	replicas := p.natsReplicas()
	if !p.installs(partNATS) || replicas < 2 || replicas%2 == 1 {
		return
	}
	severity := sureness(replicas == 2 && p.flag(jetStream+"enabled"))
	r.AddAs(severity, p.blame("components.nats.replicas", natsCluster+"replicas", natsCluster+"enabled"),
		fmt.Sprintf("NATS has %d servers, which tolerate no more failures than %d", replicas, replicas-1),
		fmt.Sprintf("use %d or %d", replicas-1, replicas+1))
}

func checkNATSSecret(p *platform, r *Report) {
	if !p.installs(partNATS) {
		return
	}
	for _, tls := range []struct{ prefix, typed string }{
		{natsTLS, "components.nats.tls.secretName"},
		{natsClusterTLS, "components.nats.tls.clusterSecretName"},
	} {
		if tls.prefix == natsClusterTLS && p.natsReplicas() == 1 {
			continue
		}
		if p.flag(tls.prefix+"enabled") && p.text(tls.prefix+"secretName") == "" && !p.hasTLSFiles(tls.prefix) {
			r.AddAs(p.absent(r.code.Severity), p.blame("components.nats.tls", tls.prefix+"enabled"),
				"NATS TLS is on without a Secret", "set spec."+tls.typed)
		}
	}
}

// hasTLSFiles says whether the certificate is given in another way than by the
// chart's Secret.
func (p *platform) hasTLSFiles(prefix string) bool {
	value, _ := p.value(prefix + "merge")
	merge, _ := value.(map[string]any)
	return merge["cert_file"] != nil
}

func checkNATSScheme(p *platform, r *Report) {
	if !p.installs(partNATS) || !p.installs(partOperator) || !p.flag(natsTLS+"enabled") {
		return
	}
	address := p.text(natsAddress)
	if address != "" && !strings.HasPrefix(address, "nats://") {
		return
	}
	problem := "NATS TLS is on, but the address for workers is nats://"
	if address == "" {
		problem = "NATS TLS is on, but no address is set, so workers are told nats://"
	}
	at := p.blame("components.nats.address", natsAddress)
	if at.vague() {
		at = p.blame("components.nats.tls", natsTLS+"enabled")
	}
	r.AddAs(p.absent(r.code.Severity), at, problem,
		fmt.Sprintf("set spec.components.nats.tls, or dynamo-operator.natsAddr: tls://%s.svc.cluster.local:4222", p.storeHost(stores()[0])))
}

func checkNATSCA(p *platform, r *Report) {
	if !p.installs(partNATS) || !p.flag(natsTLS+"enabled") || !p.flag("nats.tlsCA.enabled") {
		return
	}
	for _, v := range p.list("dynamo-operator.env") {
		if v["name"] == "SSL_CERT_FILE" || v["name"] == "SSL_CERT_DIR" {
			return
		}
	}
	r.Add(p.blame("components.nats.tls.caSecretName", "nats.tlsCA.enabled"),
		"NATS uses a CA of its own, which the operator and the workers are not given",
		"use a certificate that their images trust, or bring the CA into the pods and point SSL_CERT_FILE to it")
}

func checkJetStreamSize(p *platform, r *Report) {
	const sizes = jetStream + "fileStore."
	if !p.installs(partNATS) || !p.flag(jetStream+"enabled") || !p.flag(sizes+"enabled") || !p.flag(sizes+"pvc.enabled") {
		return
	}
	store, ok := p.size(sizes + "maxSize")
	claim, ok2 := p.size(sizes + "pvc.size")
	if ok && ok2 && store.Cmp(claim) > 0 {
		r.Add(p.blame("components.nats.jetStream.maxFileStore", sizes+"maxSize", sizes+"pvc.size"),
			fmt.Sprintf("JetStream may store %s on a claim of %s", store.String(), claim.String()),
			"lower spec.components.nats.jetStream.maxFileStore or raise storage")
	}
}

func checkJetStreamOn(p *platform, r *Report) {
	if p.below("1.3.0") && p.installs(partNATS) && !p.flag(jetStream+"enabled") {
		r.Add(p.blame("components.nats.jetStream.enabled", jetStream+"enabled"),
			fmt.Sprintf("JetStream is off, and durable KV events of chart %s need it", p.version()),
			"set spec.components.nats.jetStream.enabled: true")
	}
}

func checkMaxPayload(p *platform, r *Report) {
	value, given := p.given(maxPayload)
	size, ok := PayloadSize(value)
	if !p.installs(partNATS) || !given || !ok || size >= wantedPayload {
		return
	}
	problem := fmt.Sprintf("NATS takes messages up to %d bytes; prompt embeddings need %d", size, wantedPayload)
	if size < neededPayload {
		problem = fmt.Sprintf("NATS takes messages up to %d bytes only, so ordinary requests fail", size)
	}
	r.AddAs(sureness(size < neededPayload), p.blame("components.nats.maxPayload", maxPayload), problem,
		"set spec.components.nats.maxPayload: 15Mi")
}

// PayloadSize reads a size as NATS's configuration does: a number, or a number
// with a unit. K, M and G are decimal, KB, MB, GB, Ki, Mi and Gi binary. It
// returns false for anything else.
func PayloadSize(value any) (int64, bool) {
	if number, ok := values.WholeNumber(value); ok {
		return number, true
	}
	text, ok := value.(string)
	if !ok {
		return 0, false
	}
	text = strings.TrimSpace(text)
	upper := strings.ToUpper(text)
	for i, unit := range []string{"K", "M", "G"} {
		if digits, ok := strings.CutSuffix(upper, unit+"B"); ok {
			number, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 32)
			return number << (10 * (i + 1)), err == nil
		}
	}
	quantity, err := resource.ParseQuantity(text)
	return quantity.Value(), err == nil
}

func checkJetStreamDisk(p *platform, r *Report) {
	if !p.prod() || !p.installs(partNATS) || !p.flag(jetStream+"enabled") {
		return
	}
	if !p.flag(jetStream+"fileStore.enabled") || !p.flag(jetStream+"fileStore.pvc.enabled") {
		r.Add(p.blame("", jetStream+"fileStore.enabled", jetStream+"fileStore.pvc.enabled"),
			"JetStream of a prod profile keeps nothing on disk", "set nats.config.jetstream.fileStore.pvc.enabled: true")
	}
}

func checkNATSBudget(p *platform, r *Report) {
	if !p.installs(partNATS) || p.natsReplicas() != 1 || !p.flag(natsPDB) {
		return
	}
	// The chart makes one by default; only a wish is worth a word.
	if at := p.blame("components.nats.pdb", natsPDB); !at.vague() {
		r.AddAs(object.SeverityWarning, at, "a disruption budget for a single NATS server protects nothing",
			"use 3 replicas, or set spec.components.nats.pdb: false")
	}
}

func checkNATSExpected(p *platform, r *Report) {
	if p.Chart == nil || p.atLeast("1.2.0") || !p.installs(partOperator) || !p.natsAbsent() || !p.integrates(partNATS) {
		return
	}
	r.AddAs(p.absent(r.code.Severity), p.blame("components.nats.enabled", natsIntegrated, "nats.enabled"),
		"NATS is not installed, but the operator is told that it is there",
		"set "+natsIntegrated+": false as well, or use spec.components.nats.enabled: false, which sets both")
}
