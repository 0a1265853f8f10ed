// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/diff"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/pipeline"
)

// canary is what must not get out. A second one stands for the other revision.
const (
	canary  = "c4n4ry-s3cr3t"
	canary2 = "c4n4ry-0th3r"
)

// places are documents with a secret in every place that people put one in.
func places(secret string) string {
	encoded := base64.StdEncoding.EncodeToString([]byte(secret))
	return strings.NewReplacer("CANARY", secret, "ENCODED", encoded).Replace(`apiVersion: v1
kind: Secret
metadata: {name: s, namespace: x, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{"data":{"a":"ENCODED"}}'}}
data: {a: ENCODED, username: ENCODED}
stringData: {b: CANARY, name: CANARY}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: mine, namespace: x}
spec:
  values:
    auth: {password: CANARY, rootPassword: CANARY, adminToken: CANARY, credentials: {login: CANARY}, tokens: [CANARY, CANARY]}
    apiKey: CANARY
    url: "https://user:CANARY@git.test/x?access_token=CANARY"
    dsn: "postgres://user:CANARY@db.test/x"
    list: "nats://u:CANARY@a.test:4222,nats://u:CANARY@b.test:4222 then https://x:y,CANARY@c.test and more"
    slash: "postgres://user:CANARY/x@db.test/x"
    at: "postgres://user:p@CANARY@db.test/x"
    bare: "https://CANARY@git.test/x@v1"
    note: "use password: CANARY"
    config: |
      listen: 4222
      authorization {
        token: "CANARY"
      }
      secret: |
        CANARY
      password = CANARY
    key: "-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY-----\n"
    other: [{name: MY_PASSWORD, value: CANARY}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: x}
spec:
  template:
    spec:
      containers:
      - name: main
        args: ["--token", "CANARY", "--api-key=CANARY", "--size=1"]
        env:
        - {name: HF_TOKEN, value: CANARY}
        - {name: DB_URL, value: "postgres://u:CANARY@db.test"}
        - {name: PLAIN, value: shown}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: x}
data:
  nats.conf: "password: CANARY\nport: 4222\n"
  creds.json: '{"client_secret": "CANARY", "port": 1}'
---
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: g, namespace: x}
spec:
  envs: [{name: API_KEY, value: CANARY}]
  services: {A: {envs: [{name: S3_SECRET_KEY, value: CANARY}], extraPodSpec: {mainContainer: {command: ["--password", "CANARY"]}}}}
`)
}

func leaks(t *testing.T, what, text string) {
	t.Helper()
	for _, secret := range []string{canary, canary2} {
		for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)), secret[3:]} {
			if i := strings.Index(text, form); i >= 0 {
				t.Errorf("%s leaks a secret: …%s…", what, text[max(0, i-120):min(len(text), i+40)])
			}
		}
	}
}

func TestNoSecretGetsOut(t *testing.T) {
	t.Parallel()
	// dropped has the same objects without what holds the secrets.
	dropped := `apiVersion: v1
kind: Secret
metadata: {name: s, namespace: x}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: mine, namespace: x}
spec: {interval: 1m}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, namespace: x}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: x}
---
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: {name: g, namespace: x}
`
	for name, revisions := range map[string][2]string{
		"changed": {places(canary), places(canary2)},
		"added":   {dropped, places(canary)},
		"removed": {places(canary), dropped},
		"new":     {"", places(canary)},
		"gone":    {places(canary), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: z}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := planOf(t, revisions[0]), planOf(t, revisions[1])
			text := outputs(t, compare(t, diff.Options{}, diff.Environment{Name: "prod", Before: before, After: after}))
			leaks(t, "the output", text)
			if name == "changed" {
				for _, want := range []string{diff.RedactedChanged, "spec.values.auth.password", "data.a", "env[HF_TOKEN].value", "args[1]", "git.test"} {
					if !strings.Contains(text, want) {
						t.Errorf("the output does not show %q", want)
					}
				}
			}
			if name == "added" && !strings.Contains(text, "shown") {
				t.Error("what is no secret is masked as well")
			}
		})
	}
}

func TestNoSecretGetsOutOfValues(t *testing.T) {
	t.Parallel()
	of := func(secret string) *pipeline.Plan {
		plan := build(t, platform("0.9.0"))
		plan.Platforms[0].Values["nats"].(map[string]any)["auth"] = map[string]any{"password": secret, "pin": secret, "authToken": map[string]any{"value": secret}}
		plan.Platforms[0].Values["extra"] = []any{map[string]any{"name": "X_TOKEN", "value": secret}, "--token", secret}
		for i := range plan.Objects {
			if plan.Objects[i].GetName() == "dynamo" && plan.Objects[i].GetKind() == "HelmRelease" {
				plan.Objects[i].Object["spec"].(map[string]any)["values"] = plan.Platforms[0].Values
			}
		}
		delete(plan.Platforms[0].Values["nats"].(map[string]any)["auth"].(map[string]any), "pin")
		return plan
	}
	environment := diff.Environment{Name: "prod", Before: of(canary), After: of(canary2)}
	leaks(t, "the output", outputs(t, compare(t, diff.Options{}, environment)))
	r := &renderer{render: func(p pipeline.PlatformPlan) ([]object.Object, error) {
		return nil, errors.New("template: cannot read " + fmt.Sprint(p.Values["nats"], p.Values["extra"]) + " and " + canary)
	}}
	_, err := diff.Compare(context.Background(), []diff.Environment{environment}, diff.Options{Render: r})
	if err == nil {
		t.Fatal("the render did not fail")
	}
	leaks(t, "the error", err.Error()+fmt.Sprintf("%v %+v", err, err))
	if errors.Unwrap(err) != nil {
		t.Error("the cause, which may hold secrets, can be unwrapped")
	}
}

// TestWhatIsShown keeps the masks from hiding what is no secret.
func TestWhatIsShown(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
	for field, want := range map[string]string{
		"existingSecretName: registry":                        "registry",
		"secretName: nats-tls":                                "nats-tls",
		"imagePullSecrets: [{name: ngc}]":                     "ngc",
		"auth: {token: {type: simple}}":                       "simple",
		"automountServiceAccountToken: false":                 "false",
		"secretKeyRef: {name: creds, key: pass}":              "creds",
		"volumes: {secret: {secretName: certs}}":              "certs",
		"tokenExpirationSeconds: 3600":                        "3600",
		"url: \"https://git.test/a?b=c\"":                     "b=c",
		"source: \"hf://acme/sql@4f1c\"":                      "hf://acme/sql@4f1c",
		"image: \"oci://registry.test:5000/img@sha256:4f1c\"": "img@sha256:4f1c",
		"size: 20Gi": "20Gi",
	} {
		e := one(t, planOf(t, head), planOf(t, head+"data: {"+field+"}\n"))
		var b bytes.Buffer
		if err := diff.WriteText(&b, &diff.Report{Environments: []diff.EnvironmentReport{e}}, false); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) || strings.Contains(b.String(), diff.Redacted) {
			t.Errorf("%s is masked:\n%s", field, b.String())
		}
	}
}
