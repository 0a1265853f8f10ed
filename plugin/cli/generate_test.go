// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

func TestInit(t *testing.T) {
	dir := t.TempDir()
	h := harness{dir: dir}
	r := h.run(t, "init", "mine").want(t, cli.ExitOK)
	golden(t, "init", r.err)
	if r.out != "" {
		t.Errorf("stdout: %q", r.out)
	}
	want := tree(t, "../../examples/quickstart")
	if diff := cmp.Diff(want, tree(t, filepath.Join(dir, "mine"))); diff != "" {
		t.Errorf("files differ from examples/quickstart:\n%s", diff)
	}
	for _, name := range want {
		a, err := os.ReadFile(filepath.Join("../../examples/quickstart", name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, "mine", name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(a), string(b)); diff != "" {
			t.Errorf("%s differs from the one in examples/quickstart:\n%s", name, diff)
		}
	}
}

func TestInitRefusesFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"mine/notes.txt": "mine", "clone/.git/HEAD": "ref: refs/heads/main"})
	h := harness{dir: dir}
	r := h.run(t, "init", "mine").want(t, cli.ExitRefused)
	if !strings.Contains(r.err, "mine is not empty") || !strings.Contains(r.err, "--force") {
		t.Errorf("stderr: %q", r.err)
	}
	if got := tree(t, filepath.Join(dir, "mine")); len(got) != 1 {
		t.Errorf("wrote %v", got)
	}
	h.run(t, "init", "mine", "--force").want(t, cli.ExitOK)
	if data, err := os.ReadFile(filepath.Join(dir, "mine/notes.txt")); err != nil || string(data) != "mine" {
		t.Errorf("--force harmed a file: %q, %v", data, err)
	}
	h.run(t, "init", "clone").want(t, cli.ExitOK) // a fresh clone is empty
}

func TestInitAdapts(t *testing.T) {
	h := harness{dir: t.TempDir()}
	h.run(t, "init", ".", "--version", "1.4.0", "--name", "llm", "--namespace", "llm-system").want(t, cli.ExitOK)
	for name, want := range map[string][]string{
		"base/platform.yaml":                {"name: llm\n", "namespace: llm-system\n", "version: 1.4.0\n"},
		"base/graph.yaml":                   {"vllm-runtime:1.4.0\n"},
		"clusters/prod/patch-platform.yaml": {"name: llm\n", "namespace: llm-system\n"},
		"README.md":                         {"`llm-system`"},
	} {
		data, err := os.ReadFile(filepath.Join(h.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(string(data), w) {
				t.Errorf("%s lacks %q:\n%s", name, w, data)
			}
		}
		if strings.Contains(string(data), "dynamo-system") || strings.Contains(string(data), "0.9.0") {
			t.Errorf("%s holds what was replaced:\n%s", name, data)
		}
	}
	r := h.run(t, "generate", "clusters/test").want(t, cli.ExitOK)
	if !strings.Contains(r.out, "releaseName: llm\n") || !strings.Contains(r.out, "version: 1.4.0") {
		t.Errorf("the release is not as asked for:\n%s", r.out)
	}
}

// TestStarterIsValid: each cluster passes without a warning, in every version.
func TestStarterIsValid(t *testing.T) {
	for _, version := range chart.Versions() {
		h := harness{dir: t.TempDir()}
		h.run(t, "init", ".", "--version", version).want(t, cli.ExitOK)
		for _, cluster := range []string{"dev", "test", "prod"} {
			t.Run(version+"/"+cluster, func(t *testing.T) {
				h.run(t, "validate", "--strict", "clusters/"+cluster).want(t, cli.ExitOK)
			})
		}
	}
}

func TestGenerate(t *testing.T) {
	h := harness{dir: quickstart(t)}
	for _, cluster := range []string{"dev", "test", "prod"} {
		t.Run(cluster, func(t *testing.T) {
			r := h.run(t, "generate", "clusters/"+cluster).want(t, cli.ExitOK)
			golden(t, "generate-"+cluster, r.out)
			if r.err != "" {
				t.Errorf("stderr: %s", r.err)
			}
			if again := h.run(t, "generate", "clusters/"+cluster).want(t, cli.ExitOK); again.out != r.out {
				t.Error("the second time it is something else")
			}
			from := harness{dir: filepath.Join(h.dir, "clusters", cluster)}
			if here := from.run(t, "generate").want(t, cli.ExitOK); here.out != r.out {
				t.Error("from the directory itself it is something else")
			}
			if below := h.run(t, "generate", ".", "--path", "clusters/"+cluster).want(t, cli.ExitOK); below.out != r.out {
				t.Error("by --path it is something else")
			}
		})
	}
}

func TestGenerateJSON(t *testing.T) {
	h := harness{dir: quickstart(t)}
	r := h.run(t, "generate", "clusters/dev", "-o", "json").want(t, cli.ExitOK)
	var list struct {
		Kind  string
		Items []map[string]any
	}
	if err := json.Unmarshal([]byte(r.out), &list); err != nil {
		t.Fatal(err)
	}
	yaml := h.run(t, "generate", "clusters/dev").want(t, cli.ExitOK).out
	if list.Kind != "List" || len(list.Items) != strings.Count("\n"+yaml, "\n---\n") {
		t.Errorf("%s of %d items", list.Kind, len(list.Items))
	}
}

func TestShowOrigin(t *testing.T) {
	h := harness{dir: quickstart(t)}
	r := h.run(t, "generate", "clusters/prod", "--show-origin").want(t, cli.ExitOK)
	golden(t, "show-origin", r.err)
	if plain := h.run(t, "generate", "clusters/prod").want(t, cli.ExitOK); plain.out != r.out {
		t.Error("the flag changes the objects")
	}
}

func TestOutputDir(t *testing.T) {
	h := harness{dir: quickstart(t)}
	out := filepath.Join(h.dir, "rendered", "dev")
	r := h.run(t, "generate", "clusters/dev", "--output-dir", "rendered/dev").want(t, cli.ExitOK)
	if r.out != "" || !strings.HasSuffix(r.err, "files to rendered/dev\n") {
		t.Errorf("stdout %q, stderr %q", r.out, r.err)
	}
	first := tree(t, out)
	golden(t, "output-dir", strings.Join(first, "\n")+"\n")
	if got := tree(t, filepath.Join(h.dir, "rendered")); len(got) != len(first) {
		t.Errorf("something lies beside the directory: %v", got)
	}

	// Replacing: what is no more generated goes, what belongs to others stays.
	write(t, out, map[string]string{"README.txt": "mine"})
	models := filepath.Join(h.dir, "base/models.yaml")
	data, err := os.ReadFile(models)
	if err != nil {
		t.Fatal(err)
	}
	short, _, _ := strings.Cut(string(data), "  adapters:")
	write(t, h.dir, map[string]string{"base/models.yaml": short})
	h.run(t, "generate", "clusters/dev", "--output-dir", "rendered/dev").want(t, cli.ExitOK)
	second := tree(t, out)
	if len(second) != len(first) || !slices.Contains(second, "README.txt") { // one adapter less, one README more
		t.Errorf("before %v\nafter %v", first, second)
	}
	marker, err := os.ReadFile(filepath.Join(out, cli.MarkerName))
	if err != nil || strings.Contains(string(marker), "README.txt") {
		t.Errorf("marker: %q, %v", marker, err)
	}

	// A refusal leaves it alone.
	write(t, h.dir, map[string]string{"base/models.yaml": "broken: [\n"})
	h.run(t, "generate", "clusters/dev", "--output-dir", "rendered/dev").want(t, cli.ExitRefused)
	if diff := cmp.Diff(second, tree(t, out)); diff != "" {
		t.Errorf("a refused build changed the directory:\n%s", diff)
	}
	h.run(t, "generate", "clusters/dev", "--output-dir", "new/dir").want(t, cli.ExitRefused)
	if _, err := os.Stat(filepath.Join(h.dir, "new")); err == nil {
		t.Error("a refused build made a directory")
	}
}

func TestOutputDirJSON(t *testing.T) {
	h := harness{dir: quickstart(t)}
	h.run(t, "generate", "clusters/dev", "--output-dir", "out", "-o", "json").want(t, cli.ExitOK)
	for _, name := range tree(t, filepath.Join(h.dir, "out")) {
		data, err := os.ReadFile(filepath.Join(h.dir, "out", name))
		if err != nil {
			t.Fatal(err)
		}
		if name != cli.MarkerName && (!strings.HasSuffix(name, ".json") || !json.Valid(data)) {
			t.Errorf("%s is no JSON file", name)
		}
	}
}

func TestOutputDirOfOthers(t *testing.T) {
	h := harness{dir: quickstart(t)}
	write(t, h.dir, map[string]string{"out/theirs.yaml": "mine", "file": "x"})
	r := h.run(t, "generate", "clusters/dev", "--output-dir", "out").want(t, cli.ExitRefused)
	if !strings.Contains(r.err, "--force") || len(tree(t, filepath.Join(h.dir, "out"))) != 1 {
		t.Errorf("stderr: %q", r.err)
	}
	h.run(t, "generate", "clusters/dev", "--output-dir", "out", "--force").want(t, cli.ExitOK)
	if data, err := os.ReadFile(filepath.Join(h.dir, "out/theirs.yaml")); err != nil || string(data) != "mine" {
		t.Errorf("--force harmed a file: %q, %v", data, err)
	}
	h.run(t, "generate", "clusters/dev", "--output-dir", "file").want(t, cli.ExitRefused)
	h.run(t, "generate", "clusters/dev", "--output-dir", "file/below").want(t, cli.ExitRefused)

	// A marker from elsewhere does not make us remove files outside.
	write(t, h.dir, map[string]string{
		"precious.yaml": "keep", "evil/" + cli.MarkerName: "# Written by dynamo-gitops generate --output-dir; lists the files that " +
			"it may replace or remove.\n../precious.yaml\n/etc/hostname\n..\n.\n.git\n",
	})
	h.run(t, "generate", "clusters/dev", "--output-dir", "evil").want(t, cli.ExitOK)
	if _, err := os.Stat(filepath.Join(h.dir, "precious.yaml")); err != nil {
		t.Error("a file outside the directory was removed")
	}
}

// TestOutputDirNames: objects whose names collide as file names get files of their own.
func TestOutputDirNames(t *testing.T) {
	h := harness{dir: t.TempDir()}
	role := func(name string) string {
		return "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: '" + name + "'}\nrules: []\n"
	}
	write(t, h.dir, map[string]string{"in/roles.yaml": role("system:node") + role("system-node") + role("system.node") +
		"---\napiVersion: a.example.com/v1\nkind: Thing\nmetadata: {name: x, namespace: ns}\n" +
		"---\napiVersion: b.example.com/v1\nkind: Thing\nmetadata: {name: x, namespace: ns}\n"})
	h.run(t, "generate", "in", "--output-dir", "out").want(t, cli.ExitOK)
	names := tree(t, filepath.Join(h.dir, "out"))
	if len(names) != 6 {
		t.Errorf("5 objects and a marker make %v", names)
	}
	for _, want := range []string{"clusterrole_system-node.yaml", "clusterrole_system.node.yaml", "thing_ns_x.yaml"} {
		if !slices.Contains(names, want) {
			t.Errorf("no %s in %v", want, names)
		}
	}
}
