// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// MarkdownLimit is the most that GitHub takes in a comment, in bytes.
const MarkdownLimit = 65536

// WriteMarkdown writes the report as GitHub and GitLab show it in a comment:
// the findings of the guard open, values and objects folded.
//
// The output has at most limit bytes; 0 is no limit, and nothing below 1024 is
// taken as less than that. What does not fit is left out as whole sections, the
// least harmful first, and a note at the end names them.
func WriteMarkdown(w io.Writer, r *Report, limit int) error {
	if limit > 0 {
		limit = max(limit, minMarkdown)
	}
	document := newDocument(r)
	document.fit(limit)
	return write(w, []byte(document.text(limit)))
}

// minMarkdown leaves room for the heading and the note; noteRoom is kept free
// for the note.
const (
	minMarkdown = 1024
	noteRoom    = 400
)

// maxBroken is the most findings that a comment shows of a side.
const maxBroken = 20

// section is a part of the document that is shown or left out as a whole.
type section struct {
	// title for the note.
	title string
	body  string
	// harm orders what is left out: the highest goes first.
	harm int
	out  bool
}

type document struct {
	head     string
	sections []*section
	tail     string
}

// The harm of sections that are no objects: the guard before all objects,
// values between those that restart pods and those that change in place.
const (
	harmBroken  = -3
	harmHeading = -2
	harmGuard   = -1
)

func newDocument(r *Report) *document {
	d := &document{head: "## What this changes\n\n"}
	if n := len(r.Broken); n > 0 {
		d.head += fmt.Sprintf("⛔ **%s cannot be compared**, because a side does not build.\n\n", counted(n, "environment"))
	}
	switch {
	case len(r.Environments) == 0 && len(r.Broken) == 0:
		d.head += "Nothing changes.\n"
	case len(r.Environments) > 0:
		d.head += fmt.Sprintf("%s; worst consequence: **%s**.\n", strings.Replace(counted(len(r.Environments), "environment"), "environment", "changed environment", 1), r.Worst().Title())
	}
	for _, e := range r.Broken {
		d.broken(e)
	}
	for _, e := range r.Environments {
		d.environment(e)
	}
	if n := len(r.Unchanged); n > 0 {
		d.tail = fmt.Sprintf("\n%s unchanged.\n", counted(n, "environment"))
	}
	return d
}

func (d *document) add(e EnvironmentReport, title string, harm int, body string) {
	d.sections = append(d.sections, &section{title: title + " of " + e.Name, harm: harm, body: body})
}

// broken is left out last of all.
func (d *document) broken(e BrokenEnvironment) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s (cannot be compared)\n", code(e.Name))
	for _, s := range e.Sides {
		fmt.Fprintf(&b, "\nThe %s side, %s, does not build:\n\n", s.Side, code(s.Revision))
		for i, f := range s.Findings {
			if i == maxBroken {
				fmt.Fprintf(&b, "- … and %d more\n", len(s.Findings)-i)
				break
			}
			b.WriteString(findingItem(f))
		}
	}
	d.sections = append(d.sections, &section{title: "errors of " + e.Name, harm: harmBroken, body: b.String()})
}

func (d *document) environment(e EnvironmentReport) {
	title := code(e.Name)
	if e.Change != Changed {
		title += " (" + string(e.Change) + ")"
	}
	d.add(e, "everything", harmHeading, fmt.Sprintf("\n### %s\n\n%s\n", title, escape(summary(e))))
	var serious, notes strings.Builder
	for _, f := range e.Guard {
		if f.Severity == object.SeverityInfo {
			notes.WriteString(findingItem(f))
			continue
		}
		serious.WriteString(findingItem(f))
	}
	if serious.Len() > 0 {
		d.add(e, "guard findings", harmGuard, "\n"+serious.String())
	}
	for _, g := range groups(e.Objects) {
		d.add(e, g.consequence.Title()+" ("+counted(len(g.objects), "object")+")", g.consequence.rank(), foldedObjects(g))
	}
	if len(e.Values) > 0 {
		d.add(e, counted(len(e.Values), "value"), Restarts.rank(), foldedValues(e.Values))
	}
	if notes.Len() > 0 {
		d.add(e, "guard notes", Changes.rank(), folded("guard notes", "\n"+notes.String()))
	}
}

func findingItem(f object.Finding) string {
	mark := map[object.Severity]string{object.SeverityError: "⛔", object.SeverityWarning: "⚠️", object.SeverityInfo: "ℹ️"}[f.Severity]
	where := f.Object.String()
	if p := f.Position.String(); p != "" {
		where = p
	}
	text := fmt.Sprintf("- %s **%s** %s %s: %s", mark, f.Severity, f.Code, code(strings.TrimSuffix(where+" "+f.Field, " ")), escape(f.Problem))
	if f.Fix != "" {
		text += "<br>Fix: " + escape(f.Fix)
	}
	return text + "\n"
}

func folded(title, body string) string {
	return "\n<details><summary>" + escape(title) + "</summary>\n" + body + "\n</details>\n"
}

func foldedValues(changes []ValueChange) string {
	var b strings.Builder
	b.WriteString("\n| Platform | Value | Before | After | Set by |\n|---|---|---|---|---|\n")
	for _, v := range changes {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", code(v.Platform), code(v.Path), cell(v.Before), cell(v.After), v.Origin)
	}
	return folded(counted(len(changes), "value"), b.String())
}

func cell(value any) string {
	if value == nil {
		return ""
	}
	return code(printable(value))
}

func foldedObjects(g group) string {
	var b strings.Builder
	b.WriteByte('\n')
	for _, o := range g.objects {
		b.WriteString("- " + code(o.Object.String()))
		if o.Release != "" {
			b.WriteString(" (release " + code(o.Release) + ")")
		}
		if o.Change != Changed {
			b.WriteString(" " + string(o.Change))
		}
		if o.Reason != "" {
			b.WriteString(": " + escape(o.Reason))
		}
		b.WriteByte('\n')
		for _, f := range worthNaming(o) {
			b.WriteString(fieldItem(o, f))
		}
	}
	return folded(fmt.Sprintf("%s: %s", g.consequence.Title(), counted(len(g.objects), "object")), b.String())
}

func fieldItem(o ObjectChange, f FieldChange) string {
	text := "  - " + code(f.Path)
	differing, several := lines(f.Before, f.After)
	if change := fromTo(f.Change, f.Before, f.After); change != "" && !several {
		text += " " + code(change)
	}
	switch {
	case f.Reason != "":
		text += " (" + escape(f.Reason) + ")"
	case f.Consequence != o.Consequence:
		text += " (" + f.Consequence.Title() + ")"
	}
	for _, line := range differing {
		text += "<br>" + code(line)
	}
	return text + "\n"
}

// fit leaves sections out, the least harmful first and the last of equal ones,
// until the rest and a note about them fit.
func (d *document) fit(limit int) {
	size := len(d.head) + len(d.tail)
	for _, s := range d.sections {
		size += len(s.body)
	}
	if limit <= 0 || size <= limit {
		return
	}
	order := slices.Clone(d.sections)
	slices.Reverse(order)
	slices.SortStableFunc(order, func(a, b *section) int { return cmp.Compare(b.harm, a.harm) })
	for _, s := range order {
		if size <= limit-noteRoom {
			return
		}
		s.out = true
		size -= len(s.body)
	}
}

func (d *document) text(limit int) string {
	var b strings.Builder
	b.WriteString(d.head)
	var out []string
	for _, s := range d.sections {
		if s.out {
			out = append(out, s.title)
			continue
		}
		b.WriteString(s.body)
	}
	b.WriteString(d.tail)
	if len(out) == 0 {
		return b.String()
	}
	b.WriteString(note(out, limit-b.Len()))
	return b.String()
}

// note names what was left out, as far as there is room.
func note(out []string, room int) string {
	const head, foot = "\n> Left out, because a comment has no room for it: ", ".\n"
	text := head
	for i, title := range out {
		next := code(title)
		if i > 0 {
			next = ", " + next
		}
		rest := fmt.Sprintf(" and %d more", len(out)-i)
		if len(text)+len(next)+len(rest)+len(foot) > room {
			return text + rest + foot
		}
		text += next
	}
	return text + foot
}

// code returns a text as inline code, in which Markdown and HTML mean nothing.
func code(text string) string {
	text = strings.NewReplacer("`", "'", "|", "¦").Replace(clean(text))
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return "`" + text + "`"
}

// escape returns a text in which Markdown and HTML mean nothing and nobody is
// mentioned.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "\\|", "*", "\\*", "_", "\\_", "`", "\\`",
		"[", "\\[", "]", "\\]", "#", "&#35;", "@", "&#64;", "~", "\\~").Replace(clean(text))
}
