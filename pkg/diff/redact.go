// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package diff

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// secretWords are the parts of names that make us take a value for a secret.
const secretWords = `pass(?:wor[dt]|wd|phrase|code)|pwd\b|secret|token|credential|api[-_]?key|access[-_]?key|private[-_]?key|` +
	`encryption[-_]?key|signing[-_]?key|ssh[-_]?key|auth[-_]?key|master[-_]?key|license[-_]?key|authorization|bearer|jwt|dockerconfig|` +
	`connection[-_]?string|cookie|nkey|htpasswd|kubeconfig|\bdsn\b|\bpass\b|[-_]pass\b`

// lastApplied is the annotation in which kubectl keeps a copy of the object, the
// data of a Secret included.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// redactor masks secrets. Without found it is safe for concurrent use.
type redactor struct {
	name, plain, scheme, query, token, assignment *regexp.Regexp
	// found, when set, is told every secret that is masked.
	found func(string)
}

func newRedactor() *redactor {
	return &redactor{
		name: regexp.MustCompile(`(?i)` + secretWords),
		// Keys that name a secret, or say how it is used, and hold none.
		plain:  regexp.MustCompile(`(?i)(^existing|names?$|refs?$|selector$|(ttl|path|dir|type|enabled|expiration|seconds|method|version|namespace)$|^(key|kind|optional|items|mode|create)$)`),
		scheme: regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://`),
		query:  regexp.MustCompile(`(?i)([?&][^=&\s"']*(?:` + secretWords + `|sig|signature)[^=&\s"']*=)([^&\s"']+)`),
		token: regexp.MustCompile(`\b(?:hf_[A-Za-z0-9]{8,}|nvapi-[A-Za-z0-9_-]{8,}|gh[opsur]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|` +
			`glpat-[A-Za-z0-9_-]{8,}|xox[abprs]-[A-Za-z0-9-]{8,}|AKIA[A-Z0-9]{12,}|sk-[A-Za-z0-9_-]{16,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]+)`),
		assignment: regexp.MustCompile(`(?i)((?:^|[\s,{;"'-])([\w./-]*(?:` + secretWords + `)[\w./-]*)["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\n]*)`),
	}
}

// secretName says whether a key, flag or variable of that name holds a secret.
func (r *redactor) secretName(name string) bool {
	return r.name.MatchString(name) && !r.plain.MatchString(name)
}

// surroundings are what a value is judged by.
type surroundings struct {
	// secret says that a key above is a secret's.
	secret bool
	// all says that everything below is a secret, whatever the keys.
	all bool
	// key that holds the value.
	key string
}

// below returns the surroundings of a value at a key.
func (r *redactor) below(c surroundings, key string) surroundings {
	if c.all || key == lastApplied {
		return surroundings{secret: true, all: true, key: key}
	}
	if r.plain.MatchString(key) {
		return surroundings{key: key}
	}
	return surroundings{secret: c.secret || r.name.MatchString(key), key: key}
}

// at returns the surroundings of a location in an object of that kind.
func (r *redactor) at(kind string, at location) surroundings {
	var c surroundings
	for i, s := range at {
		switch {
		case i == 0 && kind == "Secret" && (s.key == "data" || s.key == "stringData"):
			c = surroundings{secret: true, all: true, key: s.key}
		case s.item:
			// The name of an item is judged with the item.
		default:
			c = r.below(c, s.key)
		}
	}
	return c
}

// mask returns a copy of the value without secrets.
func (r *redactor) mask(c surroundings, value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = r.mask(r.field(c, v, key), value)
		}
		return out
	case []any:
		return r.maskList(c, v)
	case string:
		if v == "" {
			return v
		}
		if c.secret {
			return r.hide(v)
		}
		return r.text(v)
	case bool, nil:
		return v
	default:
		if c.all || c.secret && r.secretName(c.key) {
			return r.hide(fmt.Sprint(v))
		}
		return v
	}
}

// hide replaces a secret.
func (r *redactor) hide(secret string) string {
	if r.found != nil {
		r.found(secret)
	}
	return Redacted
}

// field returns the surroundings of a key of a map. The value of an environment
// variable or a header is judged by the name beside it.
func (r *redactor) field(c surroundings, m map[string]any, key string) surroundings {
	if name, ok := m["name"].(string); ok && key == "value" && r.secretName(name) {
		return surroundings{secret: true, key: name}
	}
	return r.below(c, key)
}

// maskList masks the items of a list; what follows a flag such as --token is
// the flag's value.
func (r *redactor) maskList(c surroundings, list []any) []any {
	out := make([]any, len(list))
	for i, item := range list {
		below := c
		if i > 0 && r.secretFlag(list[i-1]) {
			below.secret = true
		}
		out[i] = r.mask(below, item)
	}
	return out
}

func (r *redactor) secretFlag(item any) bool {
	flag, ok := item.(string)
	return ok && strings.HasPrefix(flag, "-") && !strings.ContainsAny(flag, "= ") && r.secretName(flag)
}

// text returns the text without the secrets that can be told from it alone:
// credentials in URLs, keys, well-known tokens, and what is assigned to the
// name of a secret up to the end of the line, or in the lines indented below.
func (r *redactor) text(text string) string {
	if strings.Contains(text, "PRIVATE KEY-----") {
		return r.hide(text)
	}
	if !strings.Contains(text, "\n") {
		text, _ = r.line(text)
		return text
	}
	lines := strings.Split(text, "\n")
	hidden := -1
	for i, line := range lines {
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		if hidden >= 0 && (indent > hidden || strings.TrimSpace(line) == "") {
			if strings.TrimSpace(line) != "" {
				lines[i] = line[:indent] + r.hide(line[indent:])
			}
			continue
		}
		hidden = -1
		masked, opens := r.line(line)
		if lines[i] = masked; opens {
			hidden = indent
		}
	}
	return strings.Join(lines, "\n")
}

// line masks one line; opens says that a secret follows in the lines below.
func (r *redactor) line(line string) (masked string, opens bool) {
	line = r.urls(line)
	line = r.query.ReplaceAllStringFunc(line, func(match string) string {
		parts := r.query.FindStringSubmatch(match)
		return parts[1] + r.hide(parts[2])
	})
	line = r.token.ReplaceAllStringFunc(line, r.hide)
	line = r.assignment.ReplaceAllStringFunc(line, func(match string) string {
		parts := r.assignment.FindStringSubmatch(match)
		value := strings.TrimSpace(parts[3])
		switch {
		case r.plain.MatchString(parts[2]), strings.HasPrefix(value, Redacted), strings.HasPrefix(value, "//"+Redacted):
			return match
		case value == "" || value[0] == '|' || value[0] == '>':
			opens = true
			return match
		case value == "true" || value == "false" || value == "{" || value == "[" || value == "null":
			return match
		}
		r.hide(strings.Trim(value, "\"'"))
		return parts[1] + Redacted
	})
	return line, opens
}

// urls masks the credentials of every URL in a line. A URL ends at a blank, at a
// quote, or where the next one starts.
func (r *redactor) urls(line string) string {
	starts := r.scheme.FindAllStringIndex(line, -1)
	if len(starts) == 0 {
		return line
	}
	var b strings.Builder
	b.WriteString(line[:starts[0][0]])
	for i, start := range starts {
		end := len(line)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		b.WriteString(line[start[0]:start[1]])
		rest := line[start[1]:end]
		if stop := strings.IndexAny(rest, " \t\"'"); stop >= 0 {
			rest, end = rest[:stop], start[1]+stop
		}
		if at := strings.LastIndex(rest, "@"); at >= 0 {
			b.WriteString(r.authority(rest[:at+1]) + rest[at+1:])
		} else {
			b.WriteString(rest)
		}
		if i+1 < len(starts) {
			b.WriteString(line[end:starts[i+1][0]])
		} else {
			b.WriteString(line[end:])
		}
	}
	return b.String()
}

// authority masks the credentials in what follows the scheme of a URL, up to
// its last "@". An "@" behind the host is a revision or a digest, unless what
// stands before the first slash can be a password with a slash in it only.
func (r *redactor) authority(text string) string {
	host, _, path := strings.Cut(text, "/")
	if end := strings.LastIndex(host, "@"); end >= 0 {
		return r.hide(host[:end]) + text[end:]
	}
	_, port, ok := strings.Cut(host, ":")
	if !path || !ok || port != "" && strings.Trim(port, "0123456789") == "" {
		return text
	}
	return r.hide(strings.TrimSuffix(text, "@")) + "@"
}

// pair masks a difference. A secret that differs is said to, and so is one in a
// text of which nothing else differs.
func (r *redactor) pair(kind string, d difference) (before, after any) {
	c := r.at(kind, d.at)
	for _, parent := range []map[string]any{d.parentBefore, d.parentAfter} {
		if key := d.at.lastKey(); key != "" && parent != nil && !c.all {
			if named := r.field(surroundings{}, parent, key); named.secret {
				c = named
			}
		}
	}
	if r.secretFlag(d.flagBefore) || r.secretFlag(d.flagAfter) {
		c.secret = true
	}
	var hidden, hiddenAfter []string
	before, hidden = r.maskAndTell(c, d.before)
	after, hiddenAfter = r.maskAndTell(c, d.after)
	if isEmpty(before) || isEmpty(after) || slices.Equal(hidden, hiddenAfter) {
		return before, after
	}
	return before, marked(after, equal(before, after))
}

// maskAndTell masks a value and returns what it hid, in order.
func (r *redactor) maskAndTell(c surroundings, value any) (masked any, hidden []string) {
	telling := *r
	telling.found = func(secret string) { hidden = append(hidden, secret) }
	masked = telling.mask(c, value)
	slices.Sort(hidden)
	return masked, hidden
}

// marked adds to a masked value that a secret in it differs. Of a map or list
// in which something else differs as well, that is said by the difference.
func marked(after any, same bool) any {
	text, ok := after.(string)
	switch {
	case ok && text == Redacted, !ok && same:
		return RedactedChanged
	case ok && strings.Contains(text, "\n"):
		return strings.TrimRight(text, "\n") + "\n" + RedactedChanged + "\n"
	case ok:
		return text + " " + RedactedChanged
	default:
		return after
	}
}
