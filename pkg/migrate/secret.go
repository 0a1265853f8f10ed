// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"fmt"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// secrets takes literal credentials out of the values and puts references to a
// Secret in their place. One within a list cannot be referred to: there the
// whole list goes into the Secret's keeping.
func (a *adopter) secrets() {
	name := a.platform.Name + "-values"
	var found []values.Path
	values.Walk(a.given, func(path values.Path, value any) bool {
		if isCredential(path[len(path)-1], value) {
			found = append(found, append(values.Path(nil), path...))
			return false
		}
		return true
	})
	for _, path := range found {
		value, _ := values.Delete(a.given, path...)
		key := strings.ReplaceAll(path.String(), "/", "_")
		reference := map[string]any{"kind": "Secret", "name": name, "valuesKey": key, "targetPath": escaped(path)}
		fix := fmt.Sprintf("kubectl create secret generic %s --namespace %s --from-literal='%s=…', with all such keys at once; rotate the old one",
			name, a.fluxNamespace(), key)
		if _, single := value.(string); !single {
			// A file of values that holds the list.
			reference = map[string]any{"kind": "Secret", "name": name, "valuesKey": key + ".yaml"}
			fix = fmt.Sprintf("put the list, below its keys, into a file and run kubectl create secret generic %s --namespace %s --from-file='%s.yaml=FILE', with all such keys at once; rotate the old one",
				name, a.fluxNamespace(), key)
		}
		if strings.HasPrefix(path.String(), "dynamo-operator.dynamo.dockerRegistry.") {
			fix = "better: make a kubernetes.io/dockerconfigjson Secret, name it in spec.components.operator.registry.existingSecret and drop the reference; or " + fix
		}
		a.references = append(a.references, reference)
		a.note(CodeSecret, object.SeverityWarning, path, path.String()+" is a secret and was not copied; the Platform takes it from the Secret "+name, fix)
	}
}

// escaped writes a path as helm-controller's targetPath.
func escaped(path values.Path) string {
	keys := make([]string, len(path))
	for i, key := range path {
		keys[i] = strings.ReplaceAll(key, ".", `\.`)
	}
	return strings.Join(keys, ".")
}

// isCredential says whether a value is, or holds, a credential in clear.
func isCredential(key string, value any) bool {
	switch v := value.(type) {
	case string:
		return holdsCredential(v) || isSecretName(key) && isLiteral(v)
	case int64, float64:
		return isSecretName(key)
	case []any:
		for _, item := range v {
			if listed(item) {
				return true
			}
		}
	}
	return false
}

// listed looks into an item of a list.
func listed(item any) bool {
	m, ok := item.(map[string]any)
	if !ok {
		return isCredential("", item)
	}
	name, _ := m["name"].(string)
	text, _ := m["value"].(string)
	if isSecretName(name) && isLiteral(text) {
		return true
	}
	for key, value := range m {
		if below, ok := value.(map[string]any); ok && listed(below) || isCredential(key, value) {
			return true
		}
	}
	return false
}

// isLiteral says whether a text is a credential in clear and no reference.
func isLiteral(text string) bool {
	return text != "" && !strings.HasPrefix(text, "ENC[") && !strings.Contains(text, "${") &&
		!strings.HasPrefix(text, "$(") && !strings.HasPrefix(text, "/")
}

// isSecretName says whether a key of that name holds a credential.
func isSecretName(name string) bool {
	plain := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
	if plain == "initialclustertoken" || strings.Contains(plain, "existingsecret") {
		return false
	}
	for _, end := range []string{"password", "passwd", "passphrase", "token", "secretkey", "secretaccesskey", "privatekey", "apikey", "clientsecret"} {
		if strings.HasSuffix(plain, end) {
			return true
		}
	}
	return false
}

// holdsCredential says whether a text is a private key or a URL with a password.
func holdsCredential(text string) bool {
	if strings.Contains(text, "PRIVATE KEY-----") {
		return true
	}
	_, rest, ok := strings.Cut(text, "://")
	host, _, _ := strings.Cut(rest, "/")
	user, _, at := strings.Cut(host, "@")
	return ok && at && strings.Contains(user, ":") && isLiteral(user)
}
