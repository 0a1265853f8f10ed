// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"strings"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/object"
)

// reportGitHub writes the findings as workflow commands. Text from the input
// cannot end a command or begin another one: it is escaped as the runner
// unescapes it.
func (s *session) reportGitHub(b *built) {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	codes := Codes()
	for _, f := range b.findings {
		command := map[object.Severity]string{
			object.SeverityError: "error", object.SeverityWarning: "warning",
		}[f.Severity]
		if command == "" {
			command = "notice"
		}
		var properties []string
		if p := f.Position; p.File != "" {
			properties = append(properties, "file="+property.Replace(p.File))
			if p.Line > 0 {
				properties = append(properties, fmt.Sprintf("line=%d", p.Line))
			}
			if p.Column > 0 {
				properties = append(properties, fmt.Sprintf("col=%d", p.Column))
			}
		}
		title := f.Code
		if code, ok := findCode(codes, f.Code); ok {
			title += " " + code.Title
		}
		properties = append(properties, "title="+property.Replace(title))
		fmt.Fprintf(&s.out, "::%s %s::%s\n", command, strings.Join(properties, ","), data.Replace(message(f)))
	}
}

// message is a finding without its place and code.
func message(f object.Finding) string {
	f.Position, f.Code = object.Position{}, ""
	return printable(f.String())
}
