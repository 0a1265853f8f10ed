// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The most that is printed of one value.
const (
	maxValue = 160
	maxLines = 12
)

// printable returns a value in one line: a word as it is, everything else as
// JSON, cut where it is long.
func printable(value any) string {
	text, ok := value.(string)
	if ok && isWord(text) {
		return cut(text)
	}
	data, err := json.Marshal(value)
	if err != nil {
		return cut(clean(fmt.Sprint(value)))
	}
	// JSON escapes the characters of HTML, which nobody wants to read here.
	out := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(data))
	return cut(clean(out))
}

// isWord says whether a text needs no quotes: it cannot be taken for a number,
// a bool or nothing, and holds nothing that does not print.
func isWord(text string) bool {
	if _, err := strconv.ParseFloat(text, 64); err == nil || text == "" || text == "true" || text == "false" || text == "null" {
		return false
	}
	return clean(text) == text && strings.TrimSpace(text) == text
}

func cut(text string) string {
	if len(text) <= maxValue {
		return text
	}
	end := maxValue
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + fmt.Sprintf("… (%d bytes more)", len(text)-end)
}

// clean returns a text that cannot drive a terminal: what does not print stands
// as an escape.
func clean(text string) string {
	if strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if hidden(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hidden says whether a character does not print, or changes the direction in
// which others do.
func hidden(r rune) bool { return !unicode.IsPrint(r) && r != ' ' }

// fromTo returns a change of a value in one line.
func fromTo(change Change, before, after any) string {
	switch {
	case before == nil && after == nil:
		return ""
	case change == Added:
		return "+ " + printable(after)
	case change == Removed:
		return "- " + printable(before)
	default:
		return printable(before) + " → " + printable(after)
	}
}

// lines returns a change of a text of several lines as the lines that differ,
// with "-" and "+" before them; false for any other change.
func lines(before, after any) ([]string, bool) {
	old, ok := before.(string)
	now, ok2 := after.(string)
	if !ok || !ok2 || !strings.Contains(old, "\n") && !strings.Contains(now, "\n") {
		return nil, false
	}
	// The mark of a secret that differs is no line of the text.
	now, differs := strings.CutSuffix(now, "\n"+RedactedChanged+"\n")
	removed, added := strings.Split(strings.TrimRight(old, "\n"), "\n"), strings.Split(strings.TrimRight(now, "\n"), "\n")
	for len(removed) > 0 && len(added) > 0 && removed[0] == added[0] {
		removed, added = removed[1:], added[1:]
	}
	for len(removed) > 0 && len(added) > 0 && removed[len(removed)-1] == added[len(added)-1] {
		removed, added = removed[:len(removed)-1], added[:len(added)-1]
	}
	out := append(signed("-", removed), signed("+", added)...)
	if differs {
		out = append(out, "+ "+RedactedChanged)
	}
	return out, true
}

func signed(sign string, from []string) []string {
	var out []string
	for i, line := range from {
		if i == maxLines {
			out = append(out, fmt.Sprintf("%s … (%d lines more)", sign, len(from)-i))
			break
		}
		out = append(out, sign+" "+cut(clean(line)))
	}
	return out
}

// worthNaming returns the fields to list: none where all are bookkeeping.
func worthNaming(o ObjectChange) []FieldChange {
	for _, f := range o.Fields {
		if f.Reason != bookkeeping {
			return o.Fields
		}
	}
	return nil
}

// group is the objects of one consequence.
type group struct {
	consequence Consequence
	objects     []ObjectChange
}

// groups returns the objects by consequence, worst first.
func groups(objects []ObjectChange) []group {
	var out []group
	for _, consequence := range Consequences() {
		g := group{consequence: consequence}
		for _, o := range objects {
			if o.Consequence == consequence {
				g.objects = append(g.objects, o)
			}
		}
		if len(g.objects) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// counted returns "1 object" or "2 objects".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// title says which side does not build.
func (s BrokenSide) title() string {
	return "the " + string(s.Side) + " side does not build: " + s.Revision
}

// summary returns the consequences of an environment in one line.
func summary(e EnvironmentReport) string {
	var parts []string
	for _, g := range groups(e.Objects) {
		parts = append(parts, fmt.Sprintf("%s %d", g.consequence.Title(), len(g.objects)))
	}
	if len(parts) == 0 {
		return "no object differs"
	}
	return strings.Join(parts, ", ")
}
