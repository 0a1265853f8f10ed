// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package argocd

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"go.yaml.in/yaml/v3"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// The names of the parameters.
const (
	parameterVersion     = "version"
	parameterProfile     = "profile"
	parameterOutput      = "output"
	parameterKubeVersion = "kube-version"
	parameterValidation  = "validation"
	parameterValues      = "values"
)

const (
	parametersVariable = "ARGOCD_APP_PARAMETERS"
	userPrefix         = "ARGOCD_ENV_"

	// maxParameters bounds the JSON of all parameters, maxValue a short value.
	maxParameters = 1 << 20
	maxValue      = 64
	maxNameShown  = 40
)

// ParameterError says which parameter or variable is wrong. The value is never
// part of it: it may be a secret in the wrong place.
type ParameterError struct {
	// Where names the parameter or variable.
	Where string
	// Problem and Fix are phrases.
	Problem, Fix string
}

// Error implements error.
func (e *ParameterError) Error() string {
	return e.Where + ": " + e.Problem + "; " + e.Fix
}

// parameter is one entry of ARGOCD_APP_PARAMETERS.
type parameter struct {
	Name   string            `json:"name"`
	String *string           `json:"string"`
	Array  []string          `json:"array"`
	Map    map[string]string `json:"map"`
	where  string
}

// Read returns the settings that the environment holds. Parameters of the
// Application win over variables of its plugin environment, which win over what
// Argo CD says about the cluster. Defaults are applied here, because Argo CD does
// not send those that it was told. Names that are not announced are refused. The
// error is a *ParameterError.
func Read(environ []string) (*Settings, error) {
	env := newEnvironment(environ)
	s := &Settings{
		Output: OutputHelmRelease, Validation: ValidationNormal,
		App: App{
			Name: env["ARGOCD_APP_NAME"], Project: cmp.Or(env["ARGOCD_APP_PROJECT_NAME"], "default"),
			SourcePath: env["ARGOCD_APP_SOURCE_PATH"],
			Namespace:  cmp.Or(env["DYNAMO_GITOPS_ARGOCD_NAMESPACE"], "argocd"),
		},
	}
	s.KubeVersion = clusterVersion(env["KUBE_VERSION"])
	s.APIVersions = strings.FieldsFunc(env["KUBE_API_VERSIONS"], func(r rune) bool { return r == ',' })
	variables, err := userVariables(environ)
	if err != nil {
		return nil, err
	}
	parameters, err := decodeParameters(env[parametersVariable])
	if err != nil {
		return nil, err
	}
	given := map[string]bool{}
	for _, p := range parameters {
		if given[p.Name] {
			return nil, &ParameterError{p.where, "given twice", "give it once"}
		}
		given[p.Name] = true
	}
	for _, p := range slices.Concat(variables, parameters) {
		if p.String != nil && *p.String == "" && len(p.Map) == 0 {
			continue // what the UI sends for a cleared field
		}
		if err := s.set(p); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// userVariables returns the variables of the Application's plugin environment
// as parameters.
func userVariables(environ []string) ([]parameter, error) {
	var found []parameter
	for name, value := range newEnvironment(environ) {
		rest, ok := strings.CutPrefix(name, userPrefix)
		if !ok {
			continue
		}
		known := strings.ToLower(strings.ReplaceAll(rest, "_", "-"))
		if !slices.Contains(names(), known) || strings.ToUpper(rest) != rest {
			return nil, &ParameterError{
				"plugin environment variable " + shown(rest), "not known",
				"the variables are VERSION, PROFILE, OUTPUT, KUBE_VERSION, VALIDATION and VALUES",
			}
		}
		found = append(found, parameter{Name: known, String: &value, where: "plugin environment variable " + rest})
	}
	slices.SortFunc(found, func(a, b parameter) int { return cmp.Compare(a.Name, b.Name) })
	return found, nil
}

func decodeParameters(text string) ([]parameter, error) {
	if text == "" {
		return nil, nil
	}
	wrong := &ParameterError{parametersVariable, "no list of parameters", "it is set by Argo CD; leave it alone"}
	if len(text) > maxParameters {
		return nil, &ParameterError{parametersVariable, "larger than 1 MiB", "keep values in Git and parameters short"}
	}
	var list []parameter
	decoder := json.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&list); err != nil || decoder.More() {
		return nil, wrong
	}
	for i := range list {
		p := &list[i]
		p.where = "parameter " + shown(p.Name)
		if !slices.Contains(names(), p.Name) {
			return nil, &ParameterError{p.where, "not known", "the parameters are " + strings.Join(names(), ", ")}
		}
	}
	return list, nil
}

func names() []string {
	return []string{
		parameterVersion, parameterProfile, parameterOutput, parameterKubeVersion, parameterValidation, parameterValues,
	}
}

// set takes one parameter over.
func (s *Settings) set(p parameter) error {
	if p.Name == parameterValues {
		return s.setValues(p)
	}
	if p.String == nil || p.Array != nil || p.Map != nil {
		return &ParameterError{p.where, "not a string", "give it as string"}
	}
	value := strings.TrimSpace(*p.String)
	if len(value) > maxValue {
		return &ParameterError{p.where, "too long", fmt.Sprintf("the most is %d characters", maxValue)}
	}
	switch p.Name {
	case parameterVersion:
		if _, err := semver.StrictNewVersion(value); err != nil {
			return &ParameterError{p.where, "no chart version", `write it as "1.5.0"`}
		}
		s.Version = value
	case parameterProfile:
		s.Profile = value
		return oneOf(p.where, value, "dev", "test", "prod")
	case parameterOutput:
		s.Output = Output(value)
		return oneOf(p.where, value, string(OutputHelmRelease), string(OutputRendered), string(OutputApplication))
	case parameterValidation:
		s.Validation = Validation(value)
		return oneOf(p.where, value, string(ValidationNormal), string(ValidationStrict))
	case parameterKubeVersion:
		if s.KubeVersion = clusterVersion(value); s.KubeVersion == "" {
			return &ParameterError{p.where, "no Kubernetes version", `write it as "1.31" or "1.31.4"`}
		}
	}
	return nil
}

func oneOf(where, value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return &ParameterError{where, "not known", "use " + strings.Join(known, ", ")}
}

// clusterVersion returns a Kubernetes version in the form of the command line,
// empty for anything else. Some providers write "1.31+".
func clusterVersion(text string) string {
	text = strings.TrimSuffix(strings.TrimSpace(text), "+")
	version, err := semver.NewVersion(text)
	if err != nil || version.Major() != 1 || !strings.Contains(text, ".") {
		return ""
	}
	return text
}

// setValues reads chart values: a YAML document as string, or a map from dotted
// paths to YAML values, which is laid over the document.
func (s *Settings) setValues(p parameter) error {
	if p.Array != nil {
		return &ParameterError{p.where, "a list", "give it as string with YAML, or as map"}
	}
	s.Values = nil
	if p.String != nil && strings.TrimSpace(*p.String) != "" {
		var document map[string]any
		if err := decodeYAML(*p.String, &document); err != nil {
			return &ParameterError{p.where, "no YAML mapping", "write chart values as in spec.values of a Platform"}
		}
		s.Values = document
	}
	for _, key := range slices.Sorted(maps.Keys(p.Map)) {
		path, err := values.ParsePath(key)
		if err != nil || len(path) == 0 {
			return &ParameterError{p.where, "the key " + shown(key) + " is no path", `write it as "nats.config.jetstream.enabled"`}
		}
		var value any
		if err := decodeYAML(p.Map[key], &value); err != nil {
			return &ParameterError{p.where, "the value of " + shown(key) + " is no YAML", "quote it"}
		}
		if s.Values == nil {
			s.Values = map[string]any{}
		}
		values.Set(s.Values, value, path...)
	}
	return nil
}

// decodeYAML reads one document whose content JSON can express: the same types
// as values from Git. Aliases are refused, they multiply.
func decodeYAML(text string, into any) error {
	var node yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&node); err != nil {
		return err
	}
	if hasAlias(&node) {
		return errors.New("aliases are not allowed")
	}
	if err := decoder.Decode(&yaml.Node{}); err == nil {
		return errors.New("more than one document")
	}
	var content any
	if err := node.Decode(&content); err != nil {
		return err
	}
	data, err := json.Marshal(content)
	if err != nil {
		return err
	}
	number := json.NewDecoder(bytes.NewReader(data))
	return number.Decode(into)
}

func hasAlias(node *yaml.Node) bool {
	return node.Kind == yaml.AliasNode || slices.ContainsFunc(node.Content, hasAlias)
}

// shown is a name that a user wrote, fit for a message.
func shown(name string) string {
	runes := []rune(name)
	if len(runes) > maxNameShown {
		runes = append(runes[:maxNameShown], '…')
	}
	return fmt.Sprintf("%q", string(runes))
}
