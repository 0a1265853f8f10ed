// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// WriteJSON writes the report as one JSON object, indented, with a final
// newline. Its fields are those of Report.
func WriteJSON(w io.Writer, r *Report) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	return write(w, b.Bytes())
}

// WriteText writes the report for a terminal, with colours on request. What does
// not print stands as an escape, so that no text from Git drives the terminal.
func WriteText(w io.Writer, r *Report, color bool) error {
	t := &textWriter{color: color}
	for _, e := range r.Broken {
		t.broken(e)
	}
	for i, e := range r.Environments {
		if i > 0 || len(r.Broken) > 0 {
			t.line(0, "")
		}
		t.environment(e)
	}
	if len(r.Environments) == 0 && len(r.Broken) == 0 {
		t.line(0, "Nothing changes.")
	}
	if n := len(r.Unchanged); n > 0 {
		t.line(0, "")
		t.line(0, t.paint(dim, "Unchanged: "+clean(strings.Join(r.Unchanged, ", "))))
	}
	return write(w, t.b.Bytes())
}

func write(w io.Writer, data []byte) error {
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// The colours, as parameters of the escape sequence.
const (
	bold    = "1"
	dim     = "2"
	red     = "31"
	green   = "32"
	yellow  = "33"
	cyan    = "36"
	boldRed = "1;31"
)

type textWriter struct {
	b     bytes.Buffer
	color bool
}

func (t *textWriter) paint(color, text string) string {
	if !t.color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func (t *textWriter) line(indent int, text string) {
	t.b.WriteString(strings.TrimRight(strings.Repeat("  ", indent)+text, " ") + "\n")
}

func (t *textWriter) broken(e BrokenEnvironment) {
	t.line(0, t.paint(bold, "Environment "+clean(e.Name))+": "+t.paint(boldRed, "cannot be compared"))
	for _, s := range e.Sides {
		t.line(1, t.paint(bold, clean(s.title())))
		for _, f := range s.Findings {
			t.finding(f)
		}
	}
}

func (t *textWriter) environment(e EnvironmentReport) {
	title := "Environment " + clean(e.Name)
	if e.Change != Changed {
		title += " (" + string(e.Change) + ")"
	}
	t.line(0, t.paint(bold, title)+": "+summary(e))
	if len(e.Guard) > 0 {
		t.line(1, t.paint(bold, "upgrade guard"))
		for _, f := range e.Guard {
			t.finding(f)
		}
	}
	if len(e.Values) > 0 {
		t.line(1, t.paint(bold, "values"))
		t.values(e.Values)
	}
	for _, g := range groups(e.Objects) {
		t.line(1, t.paint(colorOf(g.consequence), g.consequence.Title()))
		for _, o := range g.objects {
			t.object(o)
		}
	}
}

func (t *textWriter) finding(f object.Finding) {
	where := f.Object.String()
	if p := f.Position.String(); p != "" {
		where = p
	}
	color := map[object.Severity]string{object.SeverityError: boldRed, object.SeverityWarning: yellow, object.SeverityInfo: cyan}[f.Severity]
	t.line(2, t.paint(color, string(f.Severity)+" "+f.Code)+" "+clean(strings.TrimSuffix(where+": "+f.Field, ": ")))
	t.line(3, clean(f.Problem))
	if f.Fix != "" {
		t.line(3, t.paint(green, "fix: ")+clean(f.Fix))
	}
}

func (t *textWriter) values(changes []ValueChange) {
	platform := ""
	for _, v := range changes {
		if v.Platform != platform {
			platform = v.Platform
			t.line(2, clean(platform))
		}
		origin := ""
		if v.Origin != "" {
			origin = t.paint(dim, "  ("+string(v.Origin)+")")
		}
		t.change(3, clean(v.Path), origin, FieldChange{Change: v.Change, Before: v.Before, After: v.After})
	}
}

func (t *textWriter) object(o ObjectChange) {
	text := clean(o.Object.String())
	if o.Release != "" {
		text += t.paint(dim, " (release "+clean(o.Release)+")")
	}
	if o.Change != Changed {
		text += " " + t.paint(signColor(o.Change), string(o.Change))
	}
	if o.Reason != "" {
		text += ": " + o.Reason
	}
	t.line(2, text)
	for _, f := range worthNaming(o) {
		note := ""
		switch {
		case f.Reason != "":
			note = t.paint(dim, "  ("+f.Reason+")")
		case f.Consequence != o.Consequence:
			note = t.paint(dim, "  ("+f.Consequence.Title()+")")
		}
		t.change(3, clean(f.Path), note, f)
	}
}

// change writes one value, several lines as the lines that differ.
func (t *textWriter) change(indent int, path, note string, f FieldChange) {
	differing, ok := lines(f.Before, f.After)
	if !ok {
		t.line(indent, strings.TrimRight(path+" "+t.paint(signColor(f.Change), fromTo(f.Change, f.Before, f.After)), " ")+note)
		return
	}
	t.line(indent, path+note)
	for _, line := range differing {
		color := green
		if line[0] == '-' {
			color = red
		}
		t.line(indent+1, t.paint(color, line))
	}
}

func signColor(c Change) string {
	switch c {
	case Added:
		return green
	case Removed:
		return red
	default:
		return yellow
	}
}

func colorOf(c Consequence) string {
	switch c {
	case Refused, DataAtRisk:
		return boldRed
	case Deletes, Replaces:
		return red
	case Restarts:
		return yellow
	case Creates:
		return green
	case NoEffect:
		return dim
	default:
		return cyan
	}
}
