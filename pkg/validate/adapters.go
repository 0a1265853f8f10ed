// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// lora is the type of an adapter that the operator loads.
const lora = string(v1alpha1.AdapterLoRA)

func adapterRules() []Rule {
	return []Rule{
		failure("DG1410", "LoRA without a source",
			"The operator loads the weights from source; without one admission refuses the DynamoModel.",
			eachAdapter(checkSourceThere)),
		failure("DG1411", "adapter source of an unknown scheme",
			"Admission takes s3:// and hf://, and from 1.3.0 file:/// as well. There is no form for claims, registries or HTTP.",
			eachAdapter(checkScheme)),
		failure("DG1412", "file source with two slashes",
			"file://models/x means a host named models. A path on the worker has three slashes.",
			eachAdapter(checkFileSlashes)),
		warning("DG1413", "adapter source that may change",
			"Without a revision, or with a branch, the same commit in Git loads other weights tomorrow, and workers that are up keep the old ones. Pin a commit or a tag.",
			eachAdapter(checkRevision)),
		failure("DG1414", "adapter with the name of its base",
			"Clients could not tell the adapter from the base model.",
			eachAdapter(checkAdapterBase)),
		warning("DG1415", "source that nobody loads",
			"The operator loads a source for lora only.",
			eachAdapter(checkIdleSource)),
		failure("DG1416", "credentials in an adapter source",
			"User and password in a URL stand in Git and in the status of the DynamoModel.",
			eachAdapter(checkSourceCredentials)),
	}
}

// eachAdapter makes a check of one that looks at each adapter alone.
func eachAdapter(check func(*modelEntry, *Report)) func(*Facts, *Report) {
	return func(f *Facts, r *Report) {
		for i := range f.models {
			check(&f.models[i], r)
		}
	}
}

func checkSourceThere(e *modelEntry, r *Report) {
	if e.kind == lora && e.address == "" {
		r.Add(e.at(e.prefix()), fmt.Sprintf("the LoRA adapter %s has no source", e.name), "set source, such as hf://org/model@revision")
	}
}

func isHostFile(address string) bool {
	return strings.HasPrefix(address, "file://") && !strings.HasPrefix(address, "file:///")
}

func checkScheme(e *modelEntry, r *Report) {
	if e.kind != lora || e.address == "" || isHostFile(e.address) {
		return
	}
	if len(e.charts) == 0 {
		checkSchemeAnyVersion(e, r)
		return
	}
	accepts := func(c Chart) bool { return hasScheme(e.address, c.AdapterSchemes()) }
	for _, c := range e.charts {
		if accepts(c) {
			continue
		}
		sure := !slices.ContainsFunc(e.charts, accepts)
		r.AddAs(sureness(sure), e.at(e.uriField()),
			fmt.Sprintf("chart %s takes no adapter source of the scheme %s", c, scheme(e.address)),
			"use "+strings.Join(c.AdapterSchemes(), " or "))
		return
	}
}

// checkSchemeAnyVersion judges a source whose chart version is not known.
func checkSchemeAnyVersion(e *modelEntry, r *Report) {
	if hasScheme(e.address, []string{"s3://", "hf://"}) {
		return
	}
	if strings.HasPrefix(e.address, "file:///") {
		r.AddAs(object.SeverityWarning, e.at(e.uriField()), "file:/// sources need chart 1.3.0 or newer, and no Platform of the set says which it is",
			"use s3:// or hf://, or put the Platform into the same directory")
		return
	}
	r.Add(e.at(e.uriField()), fmt.Sprintf("no chart takes an adapter source of the scheme %s", scheme(e.address)), "use s3:// or hf://")
}

func hasScheme(address string, schemes []string) bool {
	return slices.ContainsFunc(schemes, func(s string) bool { return strings.HasPrefix(address, s) && len(address) > len(s) })
}

// scheme returns the scheme of an address for messages: never what follows.
func scheme(address string) string {
	name, _, ok := strings.Cut(address, "://")
	if !ok {
		return "(none)"
	}
	return name + "://"
}

func checkFileSlashes(e *modelEntry, r *Report) {
	if e.kind == lora && isHostFile(e.address) {
		r.Add(e.at(e.uriField()), "a file source has two slashes", "write three: file:///path")
	}
}

func checkRevision(e *modelEntry, r *Report) {
	path, ok := strings.CutPrefix(e.address, "hf://")
	if e.kind != lora || !ok {
		return
	}
	_, revision, pinned := strings.Cut(path, "@")
	switch {
	case !pinned || revision == "":
		r.Add(e.at(e.uriField()), fmt.Sprintf("the source of %s has no revision", e.name), "add a commit or a tag: hf://org/model@revision")
	case slices.Contains([]string{"main", "master", "latest", "head"}, strings.ToLower(revision)):
		r.Add(e.at(e.uriField()), fmt.Sprintf("the revision %s of %s moves", revision, e.name), "pin a commit or a tag: hf://org/model@revision")
	}
}

func checkAdapterBase(e *modelEntry, r *Report) {
	if e.kind != "base" && e.name != "" && e.name == e.base {
		r.Add(e.at(e.nameField()), fmt.Sprintf("the adapter has the name of its base model %s", e.base), "give the adapter a name of its own, with a version in it")
	}
}

func checkIdleSource(e *modelEntry, r *Report) {
	if e.kind != lora && e.address != "" {
		r.Add(e.at(e.uriField()), fmt.Sprintf("nobody loads the source of %s, which is of type %s", e.name, e.kind), "make it lora, or remove the source")
	}
}

func checkSourceCredentials(e *modelEntry, r *Report) {
	if !strings.HasPrefix(e.address, "hf://") && hasUserinfo(e.address) {
		r.Add(e.at(e.uriField()), "the adapter source holds credentials", "remove them, rotate them, and give the workers a Secret")
	}
}
