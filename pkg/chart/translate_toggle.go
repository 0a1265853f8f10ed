// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"fmt"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/values"
)

// toggle carries over whether a part is installed and used.
func (t *translation) toggle(part Part) {
	was, is := t.from.entry.minor.toggle(part), t.to.entry.minor.toggle(part)
	if was == is {
		t.keepDefault(is.install)
		return
	}
	install := t.from.condition(t.out, was.install)
	integrate := t.integrates(part, was, install)
	moved := t.take(was.install)
	movedUse := t.take(was.integrate)
	t.put(moved, was.install, is.install, install)
	switch {
	case is.integrate != "":
		source := was.integrate
		if source == "" {
			source = was.install
		}
		t.put(moved || movedUse, source, is.integrate, integrate)
	case movedUse:
		t.mergeUse(part, was, is, install, integrate)
	}
}

// integrates returns whether the operator uses the part, as the keys of the
// old version say.
func (t *translation) integrates(part Part, was toggle, install bool) bool {
	switch {
	case was.integrate != "":
		return t.from.condition(t.out, was.integrate)
	case part == PartNATS:
		return install || t.from.hasAddress(t.out, "natsAddr")
	default:
		return install
	}
}

// mergeUse drops a key for use where the new version derives it: that loses
// something unless the outcome is the same.
func (t *translation) mergeUse(part Part, was, is toggle, install, integrate bool) {
	path := split(was.integrate)
	reason := fmt.Sprintf("chart %s has one key for it", t.to)
	derived := install
	if part == PartNATS {
		derived = install || t.from.hasAddress(t.out, "natsAddr")
	} else if integrate && !install {
		// The older operator finds a scheduler in the cluster by itself.
		derived = true
	}
	if derived == integrate && install == integrate {
		values.Set(t.out, install, split(is.install)...)
		t.change(path, split(is.install), install, reason)
		return
	}
	t.change(path, nil, nil, reason)
	if derived == integrate {
		return
	}
	issue := values.Issue{Kind: values.IssueUnknown, Path: path,
		Problem: fmt.Sprintf("%s: %t of chart %s has no equivalent in chart %s, where the operator uses the %s that is installed", path, integrate, t.from, t.to, part),
		Fix:     fmt.Sprintf("set %s: false too, or do without it", is.install)}
	if integrate {
		issue.Problem = fmt.Sprintf("%s: true of chart %s without a %s in the release needs an address in chart %s", path, t.from, part, t.to)
		issue.Fix = "set dynamo-operator.natsAddr"
	}
	t.issues = append(t.issues, issue)
}

// keepDefault writes down what the old version does by default and the new one
// does not.
func (t *translation) keepDefault(key string) {
	if _, given := values.Get(t.out, split(key)...); given {
		return
	}
	if on := t.from.condition(t.out, key); on != t.to.condition(t.out, key) {
		t.put(false, "", key, on)
	}
}

// take removes a toggle's key and says whether it was given.
func (t *translation) take(key string) bool {
	if key == "" {
		return false
	}
	_, given := values.Delete(t.out, split(key)...)
	return given
}

// put writes a toggle of the new version where the old one was given or where
// the new default is another.
func (t *translation) put(given bool, from, to string, on bool) {
	if !given && t.to.condition(t.out, to) == on {
		return
	}
	reason := fmt.Sprintf("the key moved in %s", t.newer())
	var source values.Path
	if given {
		source = split(from)
	} else {
		reason = fmt.Sprintf("the default changed in %s", t.newer())
	}
	values.Set(t.out, on, split(to)...)
	t.change(source, split(to), on, reason)
}
