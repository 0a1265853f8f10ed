// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/diff"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

var update = flag.Bool("update", false, "write the golden files")

const nvidiaGraph = `apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: llama, namespace: inference}
spec:
  backendFramework: vllm
  services:
    Frontend: {componentType: frontend, replicas: 1, extraPodSpec: {mainContainer: {image: "nvcr.io/nvidia/ai-dynamo/vllm-runtime:0.9.0"}}}
    Decode: {componentType: worker, replicas: 2, extraPodSpec: {mainContainer: {image: "nvcr.io/nvidia/ai-dynamo/vllm-runtime:0.9.0"}}}
`

// chart renders what a chart would, as far as the values go.
func chart(t testing.TB) *renderer {
	t.Helper()
	return &renderer{render: func(p pipeline.PlatformPlan) ([]object.Object, error) {
		etcd := p.Values["etcd"].(map[string]any)
		size, ok := values.Get(etcd, "persistence", "size")
		if !ok {
			size = "8Gi"
		}
		text := fmt.Sprintf(`apiVersion: apps/v1
kind: StatefulSet
metadata: {name: dynamo-etcd, namespace: dynamo-system, labels: {helm.sh/chart: etcd-%[1]s}}
spec:
  replicas: %[2]v
  serviceName: dynamo-etcd-headless
  template: {spec: {containers: [{name: etcd, image: "bitnamilegacy/etcd:3.5", env: [{name: ETCD_ROOT_PASSWORD, value: "secret-%[1]s"}]}]}}
  volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: %[3]v}}}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: dynamo-nats-config}
data:
  nats.conf: |
    port: 4222
    max_payload: %[2]v
    token: tok-%[1]s
    debug: false
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: dynamo-operator, labels: {helm.sh/chart: operator-%[1]s}}
`, p.Version, etcd["replicaCount"], size)
		if p.Version == "0.9.0" {
			text += "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: ssh-keygen, annotations: {helm.sh/hook: pre-install}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: dynamo-proxy}\n"
		}
		return objects(t, text), nil
	}}
}

// upgrade is the report of an upgrade of two of four environments.
func upgrade(t testing.TB) *diff.Report {
	t.Helper()
	old := []string{platform("0.9.0", "components: {etcd: {replicas: 3, storage: 20Gi}}"), nvidiaGraph}
	next := []string{platform("1.5.0", "components: {etcd: {replicas: 1, storage: 10Gi}}"), strings.NewReplacer("0.9.0", "1.5.0", "Decode", "Worker", "replicas: 2", "replicas: 4").Replace(nvidiaGraph)}
	same := build(t, platform("1.4.0"))
	return compare(t, diff.Options{Render: chart(t)},
		diff.Environment{Name: "clusters/dev", Before: same, After: same},
		diff.Environment{Name: "clusters/prod", Before: build(t, old...), After: build(t, next...)},
		diff.Environment{Name: "clusters/test", Before: same, After: build(t, platform("1.4.0", "components: {nats: {maxPayload: 8Mi}}"))},
		diff.Environment{Name: "clusters/new", After: build(t, platform("1.5.0", "components: {etcd: {replicas: 1, storage: 10Gi}}"))},
	)
}

func TestGoldens(t *testing.T) {
	t.Parallel()
	report := upgrade(t)
	for name, write := range map[string]func(io.Writer) error{
		"upgrade.txt":  func(w io.Writer) error { return diff.WriteText(w, report, false) },
		"color.txt":    func(w io.Writer) error { return diff.WriteText(w, report, true) },
		"upgrade.md":   func(w io.Writer) error { return diff.WriteMarkdown(w, report, diff.MarkdownLimit) },
		"short.md":     func(w io.Writer) error { return diff.WriteMarkdown(w, report, 4096) },
		"upgrade.json": func(w io.Writer) error { return diff.WriteJSON(w, report) },
		"nothing.txt":  func(w io.Writer) error { return diff.WriteText(w, &diff.Report{Unchanged: []string{"a", "b"}}, false) },
		"nothing.md":   func(w io.Writer) error { return diff.WriteMarkdown(w, &diff.Report{Unchanged: []string{"a"}}, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", name), b.String())
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

func TestMarkdownStaysBelowItsLimit(t *testing.T) {
	t.Parallel()
	report := upgrade(t)
	for i := range 60 {
		e := report.Environments[0]
		e.Name = fmt.Sprintf("clusters/region-%02d", i)
		report.Environments = append(report.Environments, e)
	}
	last := 0
	for _, limit := range []int{1, 1024, 2000, 5000, 20000, diff.MarkdownLimit, 0} {
		var b bytes.Buffer
		if err := diff.WriteMarkdown(&b, report, limit); err != nil {
			t.Fatal(err)
		}
		if limit > 0 && b.Len() > max(limit, 1024) {
			t.Errorf("limit %d: %d bytes", limit, b.Len())
		}
		if cut := strings.Contains(b.String(), "Left out"); cut != (limit > 0) {
			t.Errorf("limit %d: note %v", limit, cut)
		}
		if b.Len() < last {
			t.Errorf("limit %d gives less than the one before", limit)
		}
		if open, closed := strings.Count(b.String(), "<details>"), strings.Count(b.String(), "</details>"); open != closed {
			t.Errorf("limit %d: %d details opened, %d closed", limit, open, closed)
		}
		last = b.Len()
	}
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	const name = "x\x1b[31m`</details>@everyone|\u202e"
	report := &diff.Report{Environments: []diff.EnvironmentReport{{
		Name: name, Change: diff.Changed,
		Guard:   []object.Finding{{Code: "DG1701", Severity: object.SeverityError, Problem: name, Fix: name, Field: name, Object: object.Reference{Kind: "X", Name: name}}},
		Values:  []diff.ValueChange{{Platform: name, Path: name, Change: diff.Changed, Before: name, After: strings.Repeat("ä", 500)}},
		Objects: []diff.ObjectChange{{Object: object.Reference{Kind: "X", Name: name}, Release: name, Change: diff.Removed, Consequence: diff.Deletes, Fields: []diff.FieldChange{{Path: name, Before: "a\n" + name, After: "a\nb\n" + strings.Repeat("c\n", 30)}}}},
	}}}
	var text, markdown bytes.Buffer
	if err := errors.Join(diff.WriteText(&text, report, false), diff.WriteMarkdown(&markdown, report, 0)); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{text.String(), markdown.String()} {
		if strings.ContainsAny(out, "\x1b\u202e") {
			t.Errorf("text drives the terminal: %q", out)
		}
		if !strings.Contains(out, "bytes more") || !strings.Contains(out, "lines more") {
			t.Error("long values are not cut")
		}
	}
	for line := range strings.Lines(markdown.String()) {
		for i, part := range strings.Split(line, "`") {
			if i%2 == 0 && (strings.Contains(part, "@everyone") || strings.Contains(part, "x\\x1b") && strings.Contains(part, "</details>")) {
				t.Errorf("Markdown from a name: %q", line)
			}
		}
	}
}

func TestJSONReadsBack(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	report := upgrade(t)
	if err := diff.WriteJSON(&b, report); err != nil {
		t.Fatal(err)
	}
	var back diff.Report
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Environments) != len(report.Environments) || back.Worst() != report.Worst() || back.HasErrors(false) != report.HasErrors(false) {
		t.Errorf("read back %d environments, %s", len(back.Environments), back.Worst())
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWritersReportTheWriter(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		diff.WriteText(broken{}, &diff.Report{}, false), diff.WriteMarkdown(broken{}, &diff.Report{}, 0), diff.WriteJSON(broken{}, &diff.Report{}),
	} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("error %v, want %v", err, os.ErrClosed)
		}
	}
}
