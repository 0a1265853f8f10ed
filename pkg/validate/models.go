// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/graph"
)

func modelRules() []Rule {
	return []Rule{
		warning("DG1401", "base model that no graph serves",
			"The operator finds workers by modelRef.name, exactly as written, in the model's own namespace. Without one the DynamoModel stays idle and says nothing. The graph may live in another directory.",
			checkServed),
		failure("DG1402", "LoRA worker without its switches",
			"A worker loads adapters only with DYN_LORA_ENABLED=true, which opens the route, and the engine's --enable-lora.",
			checkLoRASwitches),
		warning("DG1403", "LoRA on a backend without support",
			"NVIDIA lists LoRA as supported with vLLM; SGLang and TensorRT-LLM are not.",
			checkLoRABackend),
		failure("DG1404", "two models of one name",
			"Workers know an adapter by its model name; the second of two with one name is taken for loaded.",
			checkModelNames),
		failure("DG1405", "two adapters of one name",
			"The name of the DynamoModel is made from it.",
			checkAdapterNames),
		failure("DG1406", "model whose Platform is ambiguous",
			"The set holds several Platforms, so the version for which the model is made is not known.",
			checkModelPlatform),
		failure("DG1407", "model whose Platform is not there",
			"spec.platformRef names no Platform of the set.",
			checkModelReference),
	}
}

func checkServed(f *Facts, r *Report) {
	for _, base := range f.bases() {
		if base.model == "" || len(f.serving[base.served]) > 0 {
			continue
		}
		problem := fmt.Sprintf("no graph of the set in namespace %s serves %s", orElse(base.namespace, "default"), base.model)
		fix := "set modelRef.name of a component, or ignore this where the graph lives elsewhere"
		if near, ok := f.anyCase[served{base.namespace, strings.ToLower(base.model)}]; ok {
			problem = fmt.Sprintf("no graph serves %s, but one serves %s: case counts", base.model, near)
			fix = "write the name exactly as modelRef.name does"
		}
		r.Add(At(base.source, base.field), problem, fix)
	}
}

// loraWorkers calls visit once for each component that has to load adapters.
func (f *Facts) loraWorkers(visit func(worker, baseEntry)) {
	done := map[*graph.Component]bool{}
	for _, base := range f.bases() {
		if !base.lora {
			continue
		}
		for _, w := range f.serving[base.served] {
			role := w.component.Type
			if done[w.component] || role == graph.TypeFrontend || role == graph.TypePlanner || role == graph.TypeEPP {
				continue
			}
			done[w.component] = true
			visit(w, base)
		}
	}
}

func checkLoRASwitches(f *Facts, r *Report) {
	f.loraWorkers(func(w worker, base baseEntry) {
		if w.otherBackend() != "" {
			return
		}
		c := w.component
		enabled, ok := c.Lookup("DYN_LORA_ENABLED")
		if !ok || enabled.Literal && !isTrue(enabled.Value) {
			field := c.Field
			if ok {
				field = enabled.Field
			}
			r.Add(w.at(field), fmt.Sprintf("%s serves %s, which has LoRA adapters, without DYN_LORA_ENABLED=true", c.Name, base.model),
				"add the environment variable DYN_LORA_ENABLED with the value true")
		}
		if !c.HasArg("--enable-lora") {
			// A script or the image's own command may hold the flag.
			r.AddAs(sureness(w.calls("dynamo.vllm")), w.at(c.Field),
				fmt.Sprintf("%s serves %s, which has LoRA adapters, without --enable-lora", c.Name, base.model),
				"add --enable-lora to the arguments of the main container")
		}
	})
}

func checkLoRABackend(f *Facts, r *Report) {
	f.loraWorkers(func(w worker, base baseEntry) {
		if backend := w.otherBackend(); backend != "" {
			r.Add(w.at(w.component.Field), fmt.Sprintf("%s serves %s with %s, for which LoRA is not listed as supported", w.component.Name, base.model, backend),
				"use vLLM for models with adapters, or try it out first")
		}
	})
}

// calls says whether the main container's command line holds the module.
func (w worker) calls(module string) bool {
	for _, line := range [][]string{w.component.Command, w.component.Args} {
		for _, arg := range line {
			if strings.Contains(arg, module) {
				return true
			}
		}
	}
	return false
}

// otherBackend returns the engine where it is known not to be vLLM.
func (w worker) otherBackend() string {
	for _, backend := range []string{"sglang", "trtllm"} {
		if w.BackendFramework == backend || w.BackendFramework == "" && w.calls("dynamo."+backend) {
			return backend
		}
	}
	return ""
}

// isTrue says whether an environment variable switches something on.
func isTrue(value string) bool {
	return slices.Contains([]string{"true", "1", "on", "yes"}, strings.ToLower(strings.TrimSpace(value)))
}

func checkModelNames(f *Facts, r *Report) {
	type key struct{ namespace, base, name string }
	first := make(map[key]int, len(f.models))
	for i := range f.models {
		e := &f.models[i]
		k := key{e.namespace, e.base, e.name}
		if e.name == "" || e.base == "" || e.kind != "base" && e.name == e.base {
			continue
		}
		j, found := first[k]
		if !found {
			first[k] = i
			continue
		}
		earlier := &f.models[j]
		r.Add(e.at(e.nameField()), fmt.Sprintf("the model name %s is also used by %s at %s", e.name, earlier.source.Reference(), earlier.nameField()),
			"give each model of a base a name of its own")
	}
}

func checkAdapterNames(f *Facts, r *Report) {
	for i := range f.Models {
		m := &f.Models[i]
		first := make(map[string]int, len(m.Spec.Spec.Adapters))
		for i, a := range m.Spec.Spec.Adapters {
			if j, found := first[a.Name]; found {
				r.Add(At(m.Source, item("spec.adapters", i)+".name"), fmt.Sprintf("the adapter name %s is also used at %s", a.Name, item("spec.adapters", j)),
					"give each adapter a name of its own")
				continue
			}
			first[a.Name] = i
		}
	}
}

func checkModelPlatform(f *Facts, r *Report) {
	for _, m := range f.Models {
		if m.Platforms < 2 {
			continue
		}
		if m.Spec.Spec.PlatformRef == nil {
			r.Add(At(m.Source, "spec"), fmt.Sprintf("%d Platforms of the set could serve the model", m.Platforms), "set spec.platformRef.name")
			continue
		}
		r.Add(At(m.Source, "spec.platformRef"), fmt.Sprintf("%d Platforms of the set are named %s", m.Platforms, m.Spec.Spec.PlatformRef.Name),
			"set spec.platformRef.namespace")
	}
}

func checkModelReference(f *Facts, r *Report) {
	for _, m := range f.Models {
		if ref := m.Spec.Spec.PlatformRef; ref != nil && m.Platforms == 0 {
			r.Add(At(m.Source, "spec.platformRef"), fmt.Sprintf("no Platform %s is in the set", ref.Name), "correct the name, or remove spec.platformRef")
		}
	}
}
