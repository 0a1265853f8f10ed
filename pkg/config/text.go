// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	yamlv2 "go.yaml.in/yaml/v2"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// checkText says why data is no text that YAML allows, or returns nil.
func checkText(file string, data []byte, l Limits) *object.Finding {
	if int64(len(data)) > l.MaxFileBytes {
		return &object.Finding{
			Code: CodeFileTooLarge, Position: object.Position{File: file},
			Problem: fmt.Sprintf("the file has %d bytes, more than the limit of %d", len(data), l.MaxFileBytes),
			Fix:     "split it, or list it in .sourceignore if it is no manifest",
		}
	}
	for _, bom := range []struct{ prefix, name string }{
		{"\xff\xfe\x00\x00", "UTF-32"}, {"\x00\x00\xfe\xff", "UTF-32"}, {"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"},
	} {
		if bytes.HasPrefix(data, []byte(bom.prefix)) {
			return textFinding(CodeEncoding, file, 1, "the file is "+bom.name+" (it starts with that byte order mark), not UTF-8", "save it as UTF-8")
		}
	}
	if i := controlIndex(data); i >= 0 {
		return textFinding(CodeBinary, file, lineAt(data, i),
			fmt.Sprintf("the file holds the byte 0x%02X, which YAML does not allow; it looks like binary data", data[i]),
			"remove the byte, or list the file in .sourceignore if it is no manifest")
	}
	if !utf8.Valid(data) {
		i := invalidIndex(data)
		return textFinding(CodeEncoding, file, lineAt(data, i), fmt.Sprintf("the file is not UTF-8: the byte 0x%02X fits nowhere", data[i]), "save it as UTF-8")
	}
	return nil
}

func textFinding(code, file string, line int, problem, fix string) *object.Finding {
	return &object.Finding{Code: code, Position: object.Position{File: file, Line: line}, Problem: problem, Fix: fix}
}

// controlIndex returns the index of the first control character that YAML does
// not allow, or -1.
func controlIndex(data []byte) int {
	for i, b := range data {
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' || b == 0x7f {
			return i
		}
	}
	return -1
}

func invalidIndex(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return 0
}

func lineAt(data []byte, index int) int {
	return 1 + bytes.Count(data[:index], []byte("\n"))
}

// syntaxFinding turns the parser's error into a finding with the line in the
// file. The parser's text names tokens, never the content of the file.
func syntaxFinding(file string, data []byte, err error) object.Finding {
	line, message := splitSyntaxError(err)
	if name, ok := unknownAnchor(message); ok {
		line = lineOf(data, "*"+name)
		return *textFinding(CodeSyntax, file, line, fmt.Sprintf("the alias *%s has no anchor &%s before it in this document", name, name), "define the anchor first, or quote the value if it is meant as text")
	}
	if better := problemLine(data); better > 0 {
		line = better
	}
	if tab := tabLine(data, line); tab > 0 {
		return *textFinding(CodeTab, file, tab, "a tab stands in the indentation", "use spaces")
	}
	return *textFinding(CodeSyntax, file, max(line, 1), "broken YAML: "+message, syntaxFix(message))
}

func syntaxFix(message string) string {
	switch {
	case strings.Contains(message, "mapping values are not allowed"):
		return "check the indentation, and quote a value that holds a colon followed by a space"
	case strings.Contains(message, "cannot start any token"):
		return "quote the value: it starts with a character that has a meaning in YAML"
	case strings.Contains(message, "end of stream"), strings.Contains(message, "expected ',' or"):
		return "close the quote or bracket"
	default:
		return "check the indentation of this line and of the one before"
	}
}

// splitSyntaxError cuts "yaml: line 3: text" into 3 and "text".
func splitSyntaxError(err error) (int, string) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	rest, ok := strings.CutPrefix(message, "line ")
	if !ok {
		return 0, message
	}
	number, text, ok := strings.Cut(rest, ": ")
	line, convErr := strconv.Atoi(number)
	if !ok || convErr != nil {
		return 0, message
	}
	return line, text
}

func unknownAnchor(message string) (string, bool) {
	rest, ok := strings.CutPrefix(message, "unknown anchor '")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, "' referenced")
}

func lineOf(data []byte, text string) int {
	if i := bytes.Index(data, []byte(text)); i >= 0 {
		return lineAt(data, i)
	}
	return 0
}

// problemLine asks the older parser, whose errors point at the offending token
// where the newer one's point at the start of the block around it. It returns 0
// when that parser sees no error or gives no line.
func problemLine(data []byte) int {
	decoder := yamlv2.NewDecoder(bytes.NewReader(data))
	for {
		var skipped struct{}
		err := decoder.Decode(&skipped)
		if err == nil {
			continue
		}
		if strings.Contains(err.Error(), "cannot unmarshal") {
			continue
		}
		line, message := splitSyntaxError(err)
		if line > 0 && strings.HasPrefix(message, "did not find expected") {
			line++ // parser errors count lines from 0, scanner errors from 1
		}
		return line
	}
}

// tabLine returns the line near the given one whose indentation holds a tab,
// or 0.
func tabLine(data []byte, line int) int {
	lines := bytes.SplitN(data, []byte("\n"), line+3)
	for n := line - 1; n <= line+1; n++ {
		if n < 1 || n > len(lines) {
			continue
		}
		text := lines[n-1]
		indent := text[:len(text)-len(bytes.TrimLeft(text, " \t"))]
		if bytes.IndexByte(indent, '\t') >= 0 {
			return n
		}
	}
	return 0
}
