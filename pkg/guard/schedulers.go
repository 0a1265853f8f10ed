// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package guard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/apis/v1alpha1"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/chart"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/config"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

func schedulerRules() []Rule {
	return []Rule{
		warning("DG1750", "Grove from elsewhere has another floor",
			"Each operator works with certain releases of Grove. Grove goes first: the new operator makes objects that an older Grove does not know.",
			eachStep(checkGroveFloor)),
		warning("DG1751", "KAI scheduler from elsewhere has another floor",
			"Each operator works with certain releases of the KAI scheduler, which goes first.",
			eachStep(checkKAIFloor)),
		notice("DG1752", "bundled Grove or KAI scheduler changes",
			"Helm never upgrades definitions in a chart's crds folder, and pods that Grove manages may be recreated.",
			eachStep(checkBundled)),
		warning("DG1753", "Grove or KAI scheduler is uninstalled",
			"Pods of multi-node graphs are scheduled by them. The objects they manage stay without a controller.",
			eachStep(checkSchedulersGone)),
		warning("DG1754", "newer GPU driver needed",
			"CUDA 12.9 images need driver 575, CUDA 13 images 580; from 1.3.0 there are CUDA 13 images only. A pool whose range allows an older driver is an error.",
			eachStep(checkDriverFloor)),
	}
}

func checkGroveFloor(s step, r *Report) {
	before, after, ok := s.floors()
	if !ok || !s.external(chart.PartGrove) || before.GroveMin == after.GroveMin && before.GroveBelow == after.GroveBelow || after.GroveMin == "" {
		return
	}
	wanted := after.GroveMin + " or newer"
	if after.GroveBelow != "" {
		wanted += ", below " + after.GroveBelow
	}
	r.Add(at(s.after.Source, "spec.version"),
		fmt.Sprintf("the operator of %s needs Grove %s, and Grove is not installed by this release", s.after.Version, wanted),
		fmt.Sprintf("upgrade Grove to %s before the operator", wanted))
}

func checkKAIFloor(s step, r *Report) {
	before, after, ok := s.floors()
	if !ok || !s.external(chart.PartKAI) || before.KAI == after.KAI || after.KAI == "" {
		return
	}
	r.Add(at(s.after.Source, "spec.version"),
		fmt.Sprintf("the operator of %s needs KAI scheduler %s or newer, and it is not installed by this release", s.after.Version, after.KAI),
		fmt.Sprintf("upgrade the KAI scheduler to %s before the operator", after.KAI))
}

func (s step) floors() (before, after chart.Floors, ok bool) {
	if s.before.chart == nil || s.after.chart == nil || !s.after.atLeast(s.before.Version) {
		return chart.Floors{}, chart.Floors{}, false
	}
	return s.before.chart.Floors(), s.after.chart.Floors(), true
}

// external says whether the operator uses a scheduler that the release does not
// bring.
func (s step) external(part chart.Part) bool {
	return s.after.integrates(part) && !s.after.installs(part)
}

func checkBundled(s step, r *Report) {
	for _, part := range []chart.Part{chart.PartGrove, chart.PartKAI} {
		if !s.before.installs(part) || !s.after.installs(part) {
			continue
		}
		before, after := s.before.bundled(part), s.after.bundled(part)
		if before != after {
			r.Add(at(s.after.Source, "spec.version"), fmt.Sprintf("the bundled %s goes from %s to %s", part, before, after),
				"apply the definitions of the new version by hand first, unless the chart's own installer does")
		}
	}
}

// bundled returns the version of a chart within.
func (p *platform) bundled(part chart.Part) string {
	for _, d := range p.chart.Dependencies() {
		if strings.HasPrefix(d.Name, string(part)) {
			return d.Version
		}
	}
	return ""
}

func checkSchedulersGone(s step, r *Report) {
	for part, typed := range map[chart.Part]string{chart.PartGrove: "components.grove", chart.PartKAI: "components.kaiScheduler"} {
		if !s.before.installs(part) || s.after.installs(part) {
			continue
		}
		r.Add(s.after.blame(typed+".install", "global."+string(part)+".install", string(part)+".enabled"),
			fmt.Sprintf("%s is uninstalled", part),
			"install it from elsewhere first, or scale the graphs that use it down")
	}
}

func checkDriverFloor(s step, r *Report) {
	if s.before.chart == nil || s.after.chart == nil || s.after.chart.DriverFloor() <= s.before.chart.DriverFloor() {
		return
	}
	floor := s.after.chart.DriverFloor()
	if s.Facts.after.Config == nil || len(s.Facts.after.Config.WorkerPools) == 0 {
		r.AddAs(object.SeverityInfo, at(s.after.Source, "spec.version"),
			fmt.Sprintf("the runtime images of %s need NVIDIA driver %d or newer", s.after.Version, floor), "upgrade the driver of every GPU node before the graphs move")
		return
	}
	for _, pool := range s.Facts.after.Config.WorkerPools {
		s.checkPool(r, pool, floor)
	}
}

func (s step) checkPool(r *Report, pool config.WorkerPool, floor int) {
	if !s.serves(pool.WorkerPool) {
		return
	}
	driver := pool.Spec.GPU.Driver
	low, known := lowestMajor(driver)
	fix := fmt.Sprintf(`upgrade the driver of its nodes first, and write driver: ">=%d"`, floor)
	switch {
	case !known:
		r.Add(at(pool.Object, "spec.gpu"), fmt.Sprintf("the images of %s need driver %d or newer, and the pool does not say what it has", s.after.Version, floor), fix)
	case low < floor:
		r.AddAs(object.SeverityError, at(pool.Object, "spec.gpu.driver"),
			fmt.Sprintf("the pool allows driver %d, and the images of %s need %d", low, s.after.Version, floor), fix)
	}
}

// serves says whether a graph of the pool is in the hands of this Platform. A
// pool whose graphs are not in Git may be.
func (s step) serves(pool v1alpha1.WorkerPool) bool {
	known := false
	for _, w := range pool.Spec.Workers {
		namespace, _, _ := strings.Cut(w.Graph, "/")
		for _, d := range s.graphs {
			if d.Object.Namespace+"/"+d.Object.Name != w.Graph {
				continue
			}
			if s.after.watches(namespace) {
				return true
			}
			known = true
		}
	}
	return !known
}

// lowestMajor returns the oldest major version that a range such as ">=575"
// allows; known is false where the range has no lower end.
func lowestMajor(driver string) (low int, known bool) {
	low = -1
	for branch := range strings.SplitSeq(driver, "||") {
		branchLow := -1
		if first, _, ok := strings.Cut(branch, " - "); ok {
			branch = first
		}
		branch = strings.NewReplacer("> ", ">", "= ", "=", "< ", "<", "~ ", "~", "^ ", "^").Replace(branch)
		for _, term := range strings.FieldsFunc(branch, func(r rune) bool { return r == ',' || r == ' ' }) {
			if slices.Contains([]byte("<!"), term[0]) {
				continue
			}
			digits, _, _ := strings.Cut(strings.TrimLeft(term, ">=~^v"), ".")
			if major, err := strconv.Atoi(digits); err == nil {
				branchLow = max(branchLow, major)
			}
		}
		if branchLow < 0 {
			return 0, false
		}
		if low < 0 || branchLow < low {
			low = branchLow
		}
	}
	return low, low >= 0
}
