// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/plugin/cli"
)

const (
	header   = "apiVersion: dynamo-gitops.io/v1alpha1\nkind: Platform\nmetadata: {name: dynamo, namespace: dynamo-system}\n"
	goodSpec = header + "spec: {version: 0.9.0}\n"
	config   = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: ns}\n"
)

// kustomization lists resources.
func kustomization(resources ...string) string {
	return "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [" + strings.Join(resources, ", ") + "]\n"
}

// TestBadInput: every class of bad input gives exit status 1, nothing on
// standard output, and first on standard error the place, the problem and the
// fix. Nothing is left behind.
func TestBadInput(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  string // the first line on stderr, a regular expression
	}{
		{"broken YAML", map[string]string{"p.yaml": header + "spec: {version: [\n"}, `^in/p\.yaml:\d+`},
		{"broken JSON", map[string]string{"p.json": `{"apiVersion": "v1",`}, `^in/p\.json:\d+`},
		{"tab", map[string]string{"p.yaml": header + "spec:\n\tversion: 0.9.0\n"}, `^in/p\.yaml:5`},
		{"duplicate key", map[string]string{"p.yaml": header + "spec:\n  version: 0.9.0\n  version: 1.0.0\n"}, `^in/p\.yaml:6`},
		{"unknown kind", map[string]string{"p.yaml": strings.Replace(goodSpec, "Platform", "Plattform", 1)}, `^in/p\.yaml:2.*Platform`},
		{"unknown version of the group", map[string]string{"p.yaml": strings.Replace(goodSpec, "v1alpha1", "v9", 1)}, `^in/p\.yaml:1.*v1alpha1`},
		{"unknown field", map[string]string{"p.yaml": header + "spec:\n  version: 0.9.0\n  profil: dev\n"}, `^in/p\.yaml:6.*profile`},
		{"wrong type", map[string]string{"p.yaml": header + "spec:\n  version: 0.9.0\n  components: {nats: {replicas: three}}\n"}, `^in/p\.yaml:6.*replicas`},
		{"number as version", map[string]string{"p.yaml": header + "spec: {version: 1.0}\n"}, `^in/p\.yaml:4.*version`},
		{"unknown chart version", map[string]string{"p.yaml": header + "spec: {version: 7.0.0}\n"}, `^in/p\.yaml:4.*7\.0\.0`},
		{"unknown value key", map[string]string{"p.yaml": header + "spec:\n  version: 0.9.0\n  values:\n    nats:\n      jetstream: {}\n"}, `^in/p\.yaml:8.*jetstream`},
		{"duplicate object", map[string]string{"a.yaml": goodSpec, "b.yaml": goodSpec}, `^in/b\.yaml:3.*a\.yaml:1`},
		{"no namespace", map[string]string{"p.yaml": strings.Replace(goodSpec, ", namespace: dynamo-system", "", 1)}, `^in/p\.yaml:\d`},
		{"no name", map[string]string{"p.yaml": strings.Replace(goodSpec, "name: dynamo, ", "", 1)}, `^in/p\.yaml:\d.*name`},
		{"alias bomb", map[string]string{"p.yaml": bomb()}, `^in/p\.yaml`},
		{"deep nesting", map[string]string{"p.yaml": config + "data: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "\n"}, `^in/p\.yaml`},
		{"not UTF-8", map[string]string{"p.yaml": config + "data: {a: \"\xff\xfe\"}\n"}, `^in/p\.yaml`},
		{"binary", map[string]string{"p.yaml": "\x00\x01\x02"}, `^in/p\.yaml`},
		{"large file", map[string]string{"p.yaml": config + "data: {a: " + strings.Repeat("x", 11<<20) + "}\n"}, `^in/p\.yaml.*`},
		{"no manifest", map[string]string{"p.yaml": "just: a file\n"}, `^in/p\.yaml:1`},
		{"empty directory", map[string]string{".keep": ""}, `^in: error: the directory holds no`},
		{"comments only", map[string]string{"p.yaml": "# nothing\n"}, `^in: error: the directory holds no`},
		{"missing overlay", map[string]string{"p.yaml": header + "spec: {version: 0.9.0, overlay: ./nope}\n"}, `^in/(nope|p\.yaml:4)`},
		{"missing resource", map[string]string{"kustomization.yaml": kustomization("nope.yaml")}, `^in/kustomization\.yaml:3.*nope\.yaml`},
		{"cycle", map[string]string{
			"kustomization.yaml": kustomization("a"), "a/kustomization.yaml": kustomization("../b"), "b/kustomization.yaml": kustomization("../a"),
		}, `^in/(a|b)/kustomization\.yaml:3.*`},
		{"remote base", map[string]string{"kustomization.yaml": kustomization("https://example.com/base.yaml")}, `^in/kustomization\.yaml:3`},
		{"remote Git base", map[string]string{"kustomization.yaml": kustomization("github.com/org/repo//base?ref=v1")}, `^in/kustomization\.yaml:3`},
		{"out of the root", map[string]string{"kustomization.yaml": kustomization("../../../../../../../../etc/passwd")}, `^in/kustomization\.yaml:3`},
		{"absolute path", map[string]string{"kustomization.yaml": kustomization("/etc/passwd")}, `^in/kustomization\.yaml:3`},
		{"chart inflation", map[string]string{"kustomization.yaml": "helmCharts: [{name: x, repo: https://example.com}]\n"}, `^in/kustomization\.yaml:1`},
		{"empty kustomization", map[string]string{"kustomization.yaml": "\n"}, `^in/kustomization\.yaml`},
		{"Git LFS pointer", map[string]string{
			"p.yaml": "version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("a", 64) + "\nsize 12345\n",
		}, `LFS`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, temp := t.TempDir(), t.TempDir()
			t.Setenv("TMPDIR", temp)
			for name, text := range tt.files {
				write(t, dir, map[string]string{"in/" + name: text})
			}
			refusedInput(t, dir, temp, tt.want)
		})
	}
}

// refusedInput runs generate on the directory in.
func refusedInput(t *testing.T, dir, temp, want string) {
	t.Helper()
	h := harness{dir: dir, env: map[string]string{"HOME": dir}}
	r := h.run(t, "generate", "in").want(t, cli.ExitRefused)
	if r.out != "" {
		t.Errorf("stdout: %.200q", r.out)
	}
	first, _, _ := strings.Cut(r.err, "\n")
	if !regexp.MustCompile(want).MatchString(first) {
		t.Errorf("stderr begins with %q, want %s", first, want)
	}
	if !strings.Contains(first, "; ") {
		t.Errorf("no fix in %q", first)
	}
	if len(r.err) > 4000 {
		t.Errorf("stderr has %d bytes", len(r.err))
	}
	if left := tree(t, temp); len(left) > 0 {
		t.Errorf("left in the temporary directory: %v", left)
	}
	if r := h.run(t, "validate", "in", "-o", "json"); r.status != cli.ExitRefused {
		t.Errorf("validate gives %d", r.status)
	}
}

func TestBadSymlinks(t *testing.T) {
	for name, target := range map[string]string{
		"escape": "../../secret.yaml", "absolute": "/etc/hostname", "dangling": "nope.yaml", "loop": "link.yaml",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, map[string]string{"in/p.yaml": goodSpec, "secret.yaml": config})
			if err := os.Symlink(target, filepath.Join(dir, "in/link.yaml")); err != nil {
				t.Skip(err)
			}
			refusedInput(t, dir, t.TempDir(), `^in/link\.yaml: error: `)
		})
	}
}

// bomb is a document that grows tenfold with each line.
func bomb() string {
	var b strings.Builder
	b.WriteString(config + "data:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		alias := fmt.Sprintf("*a%d", i-1)
		fmt.Fprintf(&b, "  a%d: &a%d [%s]\n", i, i, strings.Join([]string{alias, alias, alias, alias, alias, alias, alias, alias, alias, alias}, ", "))
	}
	return b.String()
}

// TestSecretsAreNotShown: what is wrong with a Secret is said without its value.
func TestSecretsAreNotShown(t *testing.T) {
	const secret = "s3cr3t-value"
	for name, text := range map[string]string{
		"broken":   "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ns}\nstringData: {password: " + secret + ", [\n",
		"mistyped": "apiVersion: v1\nkind: Secret\nmetadata: {name: [x], namespace: ns}\nstringData: {password: " + secret + "}\n",
		"registry": header + "spec:\n  version: 0.9.0\n  values:\n    dynamo-operator: {dynamo: {dockerRegistry: {password: " + secret + "}}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, map[string]string{"in/s.yaml": text})
			for _, args := range [][]string{{"generate", "in"}, {"validate", "in", "-o", "json"}, {"validate", "in", "-o", "sarif"}} {
				r := harness{dir: dir}.run(t, args...).want(t, cli.ExitRefused)
				if strings.Contains(r.out+r.err, secret) {
					t.Errorf("%v shows the secret:\n%s%s", args, r.out, r.err)
				}
			}
		})
	}
}
