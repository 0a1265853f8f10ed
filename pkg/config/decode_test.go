// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func findings(t *testing.T, err error) []object.Finding {
	t.Helper()
	var refused *object.FindingsError
	if !errors.As(err, &refused) {
		t.Fatalf("error %v is no FindingsError", err)
	}
	return refused.Findings
}

// doc is a ConfigMap with more lines below its metadata.
func doc(more string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n" + more
}

func TestDecodeRefuses(t *testing.T) {
	tests := map[string]struct {
		file, data string
		limits     config.Limits
		want, code string
	}{
		"too large":            {data: "a: " + strings.Repeat("x", 50), limits: config.Limits{MaxFileBytes: 20}, want: "f.yaml: the file has 53 bytes, more than the limit of 20", code: config.CodeFileTooLarge},
		"utf-16":               {data: "\xff\xfea\x00", want: "f.yaml:1: the file is UTF-16", code: config.CodeEncoding},
		"utf-32":               {data: "\xff\xfe\x00\x00", want: "f.yaml:1: the file is UTF-32", code: config.CodeEncoding},
		"latin-1":              {data: "a: 1\nb: caf\xe9\n", want: "f.yaml:2: the file is not UTF-8: the byte 0xE9", code: config.CodeEncoding},
		"NUL":                  {data: "a: 1\n\x00", want: "f.yaml:2: the file holds the byte 0x00", code: config.CodeBinary},
		"control character":    {data: "a: \x1b[1m", want: "f.yaml:1: the file holds the byte 0x1B", code: config.CodeBinary},
		"broken":               {data: doc("") + "x: [1, 2\n", want: "f.yaml:6: broken YAML", code: config.CodeSyntax},
		"colon":                {data: "a: 1\nb: c: d\n", want: "f.yaml:2: broken YAML: mapping values are not allowed", code: config.CodeSyntax},
		"indentation":          {data: "metadata:\n  name: a\n labels: b\n", want: "f.yaml:3: broken YAML", code: config.CodeSyntax},
		"second document":      {data: doc("---\n") + "a: b: c\n", want: "f.yaml:6: broken YAML", code: config.CodeSyntax},
		"unknown anchor":       {data: doc("data:\n  a: *none\n"), want: "f.yaml:6: the alias *none has no anchor &none", code: config.CodeSyntax},
		"tab":                  {data: "metadata:\n\tname: a\n", want: "f.yaml:2: a tab stands in the indentation", code: config.CodeTab},
		"broken json":          {file: "f.json", data: "{\n\"a\": 1,\n}", want: "f.json:3: broken JSON", code: config.CodeSyntax},
		"short json":           {file: "f.json", data: "{\"a\": [1", want: "f.json:1: broken JSON: the file ends too early", code: config.CodeSyntax},
		"duplicate json key":   {file: "f.json", data: "{\"a\": 1,\n \"a\": 2}", want: "f.json:2:2: the key \"a\" is given twice, first in line 1", code: config.CodeDuplicateKey},
		"duplicate key":        {data: doc("data:\n  x: \"1\"\n  y: \"2\"\n  x: \"3\"\n"), want: "f.yaml:8:3: data.x: the key \"x\" is given twice, first in line 6", code: config.CodeDuplicateKey},
		"number key":           {data: doc("data:\n  8080: a\n"), want: "f.yaml:6:3: data: the key 8080 is an integer, not a string; quote it: \"8080\"", code: config.CodeKeyType},
		"boolean key":          {data: doc("data: {true: a}\n"), want: "f.yaml:5:8: data: the key true is a boolean", code: config.CodeKeyType},
		"map as key":           {data: doc("data: {? {a: b} : c}\n"), want: "f.yaml:5:10: data: a key is a map", code: config.CodeKeyType},
		"vault":                {data: doc("data:\n  a: !vault xyz\n"), want: "f.yaml:6:6: data.a: the YAML tag !vault cannot be resolved; decrypt", code: config.CodeTag},
		"binary tag":           {data: doc("data:\n  a: !!binary aGk=\n"), want: "f.yaml:6:6: data.a: the YAML tag !!binary", code: config.CodeTag},
		"set tag":              {data: doc("data: !!set {a}\n"), want: "f.yaml:5:7: data: the YAML tag !!set", code: config.CodeTag},
		"NaN":                  {data: doc("data: {a: .nan}\n"), want: "f.yaml:5:11: data.a: the number .nan is not finite", code: config.CodeNumber},
		"infinity":             {data: doc("data: {a: -.inf}\n"), want: "f.yaml:5:11: data.a: the number -.inf", code: config.CodeNumber},
		"big integer":          {data: doc("data: {a: 9223372036854775808}\n"), want: "f.yaml:5:11: data.a: the number 9223372036854775808 is not", code: config.CodeNumber},
		"bigger integer":       {data: doc("data: {a: 99999999999999999999}\n"), want: "f.yaml:5:11: data.a: the number 99999999999999999999", code: config.CodeNumber},
		"big json integer":     {file: "f.json", data: "{\"a\": 99999999999999999999}", want: "f.json:1:7: a: the number 999", code: config.CodeNumber},
		"bad tagged integer":   {data: doc("data: {a: !!int x}\n"), want: "f.yaml:5:11: data.a: the value does not fit its tag !!int", code: config.CodeType},
		"alias in itself":      {data: doc("data: &d\n  a: *d\n"), want: "f.yaml:6:6: data.a.a: the alias *d stands inside", code: config.CodeAlias},
		"alias bomb":           {data: bomb(9), want: "f.yaml:", code: config.CodeAlias},
		"too deep":             {data: doc("data: " + strings.Repeat("[", 101) + strings.Repeat("]", 101)), want: "f.yaml:5:", code: config.CodeDepth},
		"too many documents":   {data: "a: 1\n---\n---\n---\n", limits: config.Limits{MaxDocuments: 2}, want: "f.yaml:1:1: the document is no Kubernetes object", code: config.CodeNotAnObject},
		"merge of text":        {data: doc("data:\n  <<: text\n"), want: "f.yaml:6:7: data: the merge key << has plain text", code: config.CodeMergeKey},
		"list document":        {data: "- a\n", want: "f.yaml:1:1: the document is a list", code: config.CodeNotAnObject},
		"text document":        {data: "hello\n", want: "f.yaml:1:1: the document is plain text", code: config.CodeNotAnObject},
		"values":               {data: "replicas: 1\n", want: "f.yaml:1:1: the document is no Kubernetes object: it has neither", code: config.CodeNotAnObject},
		"no apiVersion":        {data: "kind: A\nmetadata: {name: a}\n", want: "f.yaml:1:1: apiVersion is missing", code: config.CodeAPIVersion},
		"number apiVersion":    {data: "apiVersion: 1\nkind: A\nmetadata: {name: a}\n", want: "f.yaml:1:1: apiVersion is an integer", code: config.CodeAPIVersion},
		"malformed apiVersion": {data: "apiVersion: a/b/c\nkind: A\nmetadata: {name: a}\n", want: "f.yaml:1:1: apiVersion \"a/b/c\" is malformed", code: config.CodeAPIVersion},
		"no kind":              {data: "apiVersion: v1\nmetadata: {name: a}\n", want: "f.yaml:1:1: kind is missing", code: config.CodeKind},
		"list kind":            {data: "apiVersion: v1\nkind: [a]\nmetadata: {name: a}\n", want: "f.yaml:2:1: kind is a list", code: config.CodeKind},
		"kind with space":      {data: "apiVersion: v1\nkind: a b\nmetadata: {name: a}\n", want: "f.yaml:2:1: kind \"a b\"", code: config.CodeKind},
		"no name":              {data: "apiVersion: v1\nkind: A\nmetadata:\n  labels: {}\n", want: "f.yaml:3:1: metadata.name is missing", code: config.CodeName},
		"no metadata":          {data: "apiVersion: v1\nkind: A\n", want: "f.yaml:1:1: metadata.name is missing", code: config.CodeName},
		"number name":          {data: "apiVersion: v1\nkind: A\nmetadata: {name: 123}\n", want: "f.yaml:3:12: metadata.name is an integer, not a string; quote", code: config.CodeName},
		"slash in name":        {data: "apiVersion: v1\nkind: A\nmetadata: {name: a/b}\n", want: "f.yaml:3:12: metadata.name \"a/b\" cannot", code: config.CodeName},
		"generateName":         {data: "apiVersion: v1\nkind: A\nmetadata: {generateName: a-}\n", want: "f.yaml:3:12: the object has metadata.generateName", code: config.CodeName},
		"text metadata":        {data: "apiVersion: v1\nkind: A\nmetadata: a\n", want: "f.yaml:3:1: metadata is a string", code: config.CodeType},
		"upper namespace":      {data: "apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: Prod}\n", want: "f.yaml:3:21: metadata.namespace \"Prod\" is no DNS label", code: config.CodeNamespace},
		"number namespace":     {data: "apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: 1}\n", want: "f.yaml:3:21: metadata.namespace is an integer", code: config.CodeNamespace},
		"number label":         {data: "apiVersion: v1\nkind: A\nmetadata: {name: a, labels: {x: 1}}\n", want: "f.yaml:3:30: metadata.labels.x: the value of \"x\"", code: config.CodeType},
		"list labels":          {data: "apiVersion: v1\nkind: A\nmetadata: {name: a, labels: [x]}\n", want: "f.yaml:3:21: metadata.labels is a list", code: config.CodeType},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file := test.file
			if file == "" {
				file = "f.yaml"
			}
			objects, err := config.Decode(file, []byte(test.data), test.limits)
			if objects != nil {
				t.Fatalf("objects came with the error %v", err)
			}
			first := findings(t, err)[0]
			if !strings.HasPrefix(first.String(), test.want) || first.Code != test.code || first.Fix == "" {
				t.Errorf("got  %s\nwant %s… [%s]", first, test.want, test.code)
			}
		})
	}
}

// bomb is a document whose aliases multiply.
func bomb(levels int) string {
	var b strings.Builder
	b.WriteString(doc("data:\n  l0: &l0 [x, x, x, x, x, x, x, x, x]\n"))
	for i := 1; i < levels; i++ {
		fmt.Fprintf(&b, "  l%d: &l%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*l%d, ", i-1), 9), ", "))
	}
	return b.String()
}

func TestDecodeLimits(t *testing.T) {
	many := strings.Repeat(doc("---\n"), 5)
	_, err := config.Decode("f.yaml", []byte(many), config.Limits{MaxDocuments: 3})
	if got := findings(t, err)[0]; got.Code != config.CodeTooManyDocuments {
		t.Errorf("got %s", got)
	}
	bad := strings.Repeat("kind: A\n---\n", 300)
	_, err = config.Decode("f.yaml", []byte(bad), config.Limits{})
	if got := len(findings(t, err)); got != 100 {
		t.Errorf("%d findings, not 100", got)
	}
	if got := config.DefaultLimits(); got.MaxFileBytes != 10<<20 || got.MaxDepth != 100 {
		t.Errorf("got %+v", got)
	}
}

func TestDecodeValues(t *testing.T) {
	data := doc(`data:
  yes: yes
  on: on
  date: 2026-01-02
  int: 1_000
  hex: 0x1F
  octal: 0o17
  old: 017
  float: 1.5
  exp: 1e3
  null: ~
  "true": true
  quoted: "1"
  text: |
    two
    lines
  tagged: !!str 5
  number: !!int "6"
base: &base {a: 1, b: 2}
merged:
  <<: *base
  b: 3
many: {<<: [{a: 1}, {a: 2, c: 3}]}
again: *base
`)
	data = strings.Replace(data, "  null: ~", "  none: ~", 1)
	objects, err := config.Decode("f.yaml", []byte(data), config.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	base := map[string]any{"a": int64(1), "b": int64(2)}
	want := map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "a"},
		"data": map[string]any{
			"yes": "yes", "on": "on", "date": "2026-01-02", "int": int64(1000), "hex": int64(31), "octal": int64(15), "old": int64(15),
			"float": 1.5, "exp": 1000.0, "none": nil, "true": true, "quoted": "1", "text": "two\nlines\n", "tagged": "5", "number": int64(6),
		},
		"base": base, "merged": map[string]any{"a": int64(1), "b": int64(3)}, "again": base,
		"many": map[string]any{"a": int64(1), "c": int64(3)},
	}
	if diff := cmp.Diff(want, objects[0].Object); diff != "" {
		t.Error(diff)
	}
}

func TestDecodePositions(t *testing.T) {
	tests := map[string]struct{ file, data, want string }{
		"documents":     {"f.yaml", "# comment\n" + doc("---\n# nothing\n---\n") + doc(""), "f.yaml:2:1#0 f.yaml:9:1#2"},
		"mark":          {"f.yaml", "\xef\xbb\xbf" + doc(""), "f.yaml:1:1#0"},
		"windows lines": {"f.yaml", strings.ReplaceAll(doc("---\n")+doc(""), "\n", "\r\n"), "f.yaml:1:1#0 f.yaml:6:1#1"},
		"comments":      {"f.yaml", "# a\n---\n# b\n", ""},
		"empty":         {"f.yaml", "", ""},
		"list":          {"f.yaml", "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: A, metadata: {name: a}}\n  -\n  - apiVersion: v1\n    kind: B\n    metadata: {name: b}\n", "f.yaml:4:5#0 f.yaml:6:5#0"},
		"typed list":    {"f.yaml", "kind: ConfigMapList\nitems: [{kind: List, items: [{apiVersion: v1, kind: A, metadata: {name: a}}]}]\n", "f.yaml:2:30#0"},
		"json":          {"f.json", "\n  {\"apiVersion\": \"v1\",\n \"kind\": \"A\", \"metadata\": {\"name\": \"\\ud83d\\ude00\", \"x\": [true, null, 1.5]}}\n", "f.json:2:3#0"},
		"json list":     {"f.json", "{\"kind\": \"List\", \"items\": [\n{\"apiVersion\": \"v1\", \"kind\": \"A\", \"metadata\": {\"name\": \"a\"}}]}", "f.json:2:1#0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			objects, err := config.Decode(test.file, []byte(test.data), config.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range objects {
				got = append(got, fmt.Sprintf("%s#%d", o.Position, o.Document))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDecodeSecrets looks for values of Secrets in errors.
func TestDecodeSecrets(t *testing.T) {
	secret := "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n"
	for _, more := range []string{
		"  password: hunter2\n  password: hunter2\n", "  hunter2: {a\n", "  a: b: hunter2\n", "  a: 'hunter2\n", "  a: !!int hunter2\n",
		"  a: 111222333444555666777\n", "  111222333: a\n", "  a: &x [*x]\n  b: @hunter2\n", "  \ta: hunter2\n",
	} {
		_, err := config.Decode("s.yaml", []byte(secret+more), config.DefaultLimits())
		for _, f := range findings(t, err) {
			if strings.Contains(f.String(), "hunter2") || strings.Contains(f.String(), "1112223") {
				t.Errorf("%q: %s tells the secret", more, f)
			}
		}
	}
}

func TestDocuments(t *testing.T) {
	documents, err := config.Documents("k.yaml", []byte("# c\nresources: [a]\n---\n---\n- 1\n"), config.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Document{
		{Value: map[string]any{"resources": []any{"a"}}, Position: object.Position{File: "k.yaml", Line: 2, Column: 1}},
		{Value: []any{int64(1)}, Position: object.Position{File: "k.yaml", Line: 5, Column: 1}, Index: 2},
	}
	if diff := cmp.Diff(want, documents); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"a: [", "\x00", "a: !x y", "a: 1\na: 2"} {
		if _, err := config.Documents("k.yaml", []byte(bad), config.Limits{}); len(findings(t, err)) == 0 {
			t.Errorf("%q gave no finding", bad)
		}
	}
}

func TestCodes(t *testing.T) {
	last := ""
	for _, code := range config.Codes() {
		if code.ID <= last || code.Title == "" || code.Help == "" || code.Severity != object.SeverityError {
			t.Errorf("code %+v after %s", code, last)
		}
		last = code.ID
	}
}
