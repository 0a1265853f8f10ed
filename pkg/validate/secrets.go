// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

const registryPassword = "dynamo-operator.dynamo.dockerRegistry.password"

func secretRules() []Rule {
	return []Rule{
		failure("DG1217", "registry password in Git",
			"A password in the values stands in Git and in the Helm release for everybody who can read them. Make a kubernetes.io/dockerconfigjson Secret and name it in spec.components.operator.registry.existingSecret.",
			eachPlatform(checkRegistryPassword)),
		failure("DG1218", "credential in the values",
			"A value looks like a password, token or private key. Put it into a Secret and refer to that, or bring it in by spec.valuesFrom.",
			eachPlatform(checkCredentials)),
		warning("DG1219", "unencrypted Secret in Git",
			"The data of a Secret is only encoded. Encrypt the file with SOPS, or use a SealedSecret or an ExternalSecret.",
			checkSecretObjects),
		warning("DG1220", "credential in a graph's environment",
			"A literal environment variable looks like a credential. Take it from a Secret by valueFrom or envFromSecret.",
			eachGraph(checkGraphCredentials)),
	}
}

// valueTree is one tree of values that somebody wrote in Git.
type valueTree struct {
	root  map[string]any
	place func(path string) Place
}

func (p *platform) trees() []valueTree {
	return []valueTree{
		{p.Raw, p.rawPlace},
		{p.Overlay, p.overlayPlace},
	}
}

func checkRegistryPassword(p *platform, r *Report) {
	for _, tree := range p.trees() {
		value, _ := values.Get(tree.root, strings.Split(registryPassword, ".")...)
		if _, number := values.WholeNumber(value); number || isLiteral(value) {
			r.Add(tree.place(registryPassword), "a registry password stands in Git",
				"remove it, rotate it, and name an existing Secret in spec.components.operator.registry.existingSecret")
		}
	}
}

func checkCredentials(p *platform, r *Report) {
	for _, tree := range p.trees() {
		values.Walk(tree.root, func(path values.Path, value any) bool {
			if path.String() == registryPassword {
				return false
			}
			for _, field := range credentialsAt(path, value) {
				reportCredential(r, tree.place(field))
			}
			return true
		})
	}
	for i, v := range p.Spec.Spec.Components.Operator.Env {
		if isSecretName(v.Name) && isLiteral(v.Value) || holdsCredential(v.Value) {
			reportCredential(r, p.field(item("components.operator.env", i)+".value"))
		}
	}
}

func reportCredential(r *Report, at Place) {
	r.Add(at, "a literal credential stands in Git", "remove it, rotate it, and take it from a Secret (or bring it in by spec.valuesFrom)")
}

// credentialsAt returns the fields at or in the value that hold a credential.
func credentialsAt(path values.Path, value any) []string {
	if list, ok := value.([]any); ok {
		return credentialsIn(path.String(), list, 0)
	}
	if isCredential(path, value) {
		return []string{path.String()}
	}
	return nil
}

// credentialsIn looks into a list: environment variables and nested values.
func credentialsIn(prefix string, list []any, depth int) []string {
	const deepest = 16
	var fields []string
	for i, entry := range list {
		at := item(prefix, i)
		if holdsCredential(entry) {
			fields = append(fields, at)
		}
		fieldsOf, ok := entry.(map[string]any)
		if !ok || depth > deepest {
			continue
		}
		name, _ := fieldsOf["name"].(string)
		if isSecretName(name) && isLiteral(fieldsOf["value"]) {
			fields = append(fields, at+".value")
			continue
		}
		values.Walk(fieldsOf, func(path values.Path, value any) bool {
			if nested, ok := value.([]any); ok {
				fields = append(fields, credentialsIn(at+"."+path.String(), nested, depth+1)...)
			} else if isCredential(path, value) {
				fields = append(fields, at+"."+path.String())
			}
			return true
		})
	}
	return fields
}

// isCredential says whether the value at the path is a credential in clear. A
// file's path beside the name of a private key is none.
func isCredential(path values.Path, value any) bool {
	if holdsCredential(value) {
		return true
	}
	text, _ := value.(string)
	file := strings.HasPrefix(text, "/") && strings.HasSuffix(strings.ToLower(path[len(path)-1]), "key")
	return isSecretKey(path) && isLiteral(value) && !file
}

// isLiteral says whether the value is a credential in clear: not empty, not
// encrypted by SOPS, and no variable that is put in later.
func isLiteral(value any) bool {
	text, ok := value.(string)
	return ok && text != "" && !strings.HasPrefix(text, "ENC[") &&
		!strings.Contains(text, "${") && !strings.HasPrefix(text, "$(")
}

// isSecretKey says whether the key at the end of the path names a credential.
func isSecretKey(path values.Path) bool {
	last := path[len(path)-1]
	if last == "contents" && len(path) > 1 {
		above := path[len(path)-2]
		return above == "creds" || above == "nkey"
	}
	return isSecretName(last)
}

// isSecretName says whether a key or a variable of that name holds a
// credential. Case and separators do not count.
func isSecretName(name string) bool {
	plain := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
	if plain == "initialclustertoken" || strings.Contains(plain, "existingsecret") { // names, not credentials
		return false
	}
	for _, end := range []string{"password", "passwd", "passphrase", "token", "secretkey", "secretaccesskey", "privatekey", "apikey", "clientsecret"} {
		if strings.HasSuffix(plain, end) {
			return true
		}
	}
	return false
}

// holdsCredential says whether a string is a private key or a URL with a
// password, whatever its key is.
func holdsCredential(value any) bool {
	text, ok := value.(string)
	if !ok {
		return false
	}
	return strings.Contains(text, "PRIVATE KEY-----") || hasUserinfo(text)
}

// hasUserinfo says whether the text holds a URL with user and password.
func hasUserinfo(text string) bool {
	_, rest, ok := strings.Cut(text, "://")
	if !ok {
		return false
	}
	authority, _, _ := strings.Cut(rest, "/")
	at := strings.LastIndex(authority, "@")
	if at < 0 {
		return false
	}
	_, password, ok := strings.Cut(authority[:at], ":")
	return ok && isLiteral(password)
}

func checkSecretObjects(f *Facts, r *Report) {
	for _, o := range f.Objects {
		if o.Unstructured == nil || o.GetKind() != "Secret" || o.Group() != "" || o.Object["sops"] != nil {
			continue
		}
		for _, block := range []string{"data", "stringData"} {
			data, _ := o.Object[block].(map[string]any)
			if key, ok := literalKey(data); ok {
				r.Add(At(o, values.Path{block, key}.String()), "a Secret stands in Git without encryption",
					"encrypt it with SOPS, or replace it by a SealedSecret or an ExternalSecret")
				break
			}
		}
	}
}

// literalKey returns the first key, in alphabetical order, with data in clear.
func literalKey(data map[string]any) (string, bool) {
	var keys []string
	for key, value := range data {
		if isLiteral(value) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return "", false
	}
	return slices.Min(keys), true
}

func checkGraphCredentials(d *deployment, r *Report) {
	seen := map[string]bool{}
	for _, c := range d.Components {
		for _, v := range c.Env {
			if !v.Literal || seen[v.Field] {
				continue
			}
			if isSecretName(v.Name) && isLiteral(v.Value) && !isNumberSetting(v.Value) || holdsCredential(v.Value) {
				seen[v.Field] = true
				r.Add(d.at(v.Field+".value"), fmt.Sprintf("the environment variable %s holds a literal credential", v.Name),
					"take it from a Secret by valueFrom.secretKeyRef or envFromSecret")
			}
		}
	}
}

// isNumberSetting says whether the value is a short number or a switch: a
// setting such as MAX_TOKEN, not a credential.
func isNumberSetting(value string) bool {
	if value == "true" || value == "false" {
		return true
	}
	_, err := strconv.Atoi(value)
	return err == nil && len(value) < 8
}

// sureness is the severity of a finding that is an error only when sure.
func sureness(sure bool) object.Severity {
	if sure {
		return object.SeverityError
	}
	return object.SeverityWarning
}
