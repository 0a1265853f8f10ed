// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
)

// functionOptions changes template functions, for Unstable.
type functionOptions struct {
	// later is added to the time that templates see.
	later time.Duration
	// trap makes the calls of a function fail: the error tells where it is.
	trap string
}

// functions wraps some of the template functions that Helm gives to charts: the
// ones whose result changes from call to call, to know that they were called,
// and the ones that can make much out of little, to bound them. Everything else
// they leave to the original.
type functions struct {
	ctx     context.Context //nolint:containedctx // one rendering; functions get no context
	max     int64
	options functionOptions
	sprig   template.FuncMap

	mu    sync.Mutex
	calls map[string]bool
}

// maxLoop bounds the numbers that until, untilStep and seq make.
const maxLoop = 1 << 20

// errTrap ends a rendering at a call of the trapped function.
var errTrap = errors.New("dynamo-gitops: call found")

func newFunctions(ctx context.Context, maxOutput int64, options functionOptions) *functions {
	return &functions{ctx: ctx, max: maxOutput, options: options, sprig: sprig.TxtFuncMap(), calls: map[string]bool{}}
}

// called returns the nondeterministic functions that were called, sorted.
func (f *functions) called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return sortedKeys(f.calls)
}

// funcMap returns the functions that replace Helm's.
func (f *functions) funcMap() template.FuncMap {
	out := template.FuncMap{}
	for _, name := range nondeterministic() {
		if original, ok := f.sprig[name]; ok {
			out[name] = f.recorded(name, reflect.ValueOf(original))
		}
	}
	maps.Copy(out, f.bounded())
	maps.Copy(out, f.interruptible())
	out["toYaml"] = func(v any) (string, error) { return toYAML(v), f.ctx.Err() }
	return out
}

// nondeterministic lists the functions that give something else each time, or
// depend on the time.
func nondeterministic() []string {
	return []string{
		"ago", "bcrypt", "encryptAES", "genCA", "genCAWithKey", "genPrivateKey", "genSelfSignedCert", "genSelfSignedCertWithKey",
		"genSignedCert", "genSignedCertWithKey", "htpasswd", "now", "randAlpha", "randAlphaNum", "randAscii", "randBytes", "randInt",
		"randNumeric", "shuffle", "uuidv4",
	}
}

// recorded wraps a function so that its calls are noted.
func (f *functions) recorded(name string, original reflect.Value) any {
	if name == "now" {
		original = reflect.ValueOf(func() time.Time { return time.Now().Add(f.options.later) })
	}
	signature := original.Type()
	in := make([]reflect.Type, signature.NumIn())
	for i := range in {
		in[i] = signature.In(i)
	}
	errorType := reflect.TypeFor[error]()
	wrapped := reflect.FuncOf(in, []reflect.Type{signature.Out(0), errorType}, signature.IsVariadic())
	return reflect.MakeFunc(wrapped, func(args []reflect.Value) []reflect.Value {
		f.mu.Lock()
		f.calls[name] = true
		f.mu.Unlock()
		err := f.ctx.Err()
		if f.options.trap == name {
			err = errTrap
		}
		if err != nil {
			return []reflect.Value{reflect.Zero(signature.Out(0)), reflect.ValueOf(err)}
		}
		call := original.Call
		if signature.IsVariadic() {
			call = original.CallSlice
		}
		results := call(args)
		if len(results) == 1 {
			results = append(results, reflect.Zero(errorType))
		}
		return results
	}).Interface()
}

// bounded returns the functions that make much out of little.
func (f *functions) bounded() template.FuncMap {
	until, _ := f.sprig["until"].(func(int) []int)
	untilStep, _ := f.sprig["untilStep"].(func(int, int, int) []int)
	seq, _ := f.sprig["seq"].(func(...int) string)
	repeat, _ := f.sprig["repeat"].(func(int, string) string)
	indent, _ := f.sprig["indent"].(func(int, string) string)
	nindent, _ := f.sprig["nindent"].(func(int, string) string)
	return template.FuncMap{
		"until": func(count int) ([]int, error) {
			if err := f.loop("until", 0, count, 1); err != nil {
				return nil, err
			}
			return until(count), nil
		},
		"untilStep": func(start, stop, step int) ([]int, error) {
			if err := f.loop("untilStep", start, stop, step); err != nil {
				return nil, err
			}
			return untilStep(start, stop, step), nil
		},
		"seq": func(params ...int) (string, error) {
			if err := f.loop("seq", slices.Min(append(params, 0)), slices.Max(append(params, 0)), 1); err != nil {
				return "", err
			}
			return seq(params...), nil
		},
		"repeat": func(count int, text string) (string, error) {
			if err := f.size("repeat", count, len(text)); err != nil {
				return "", err
			}
			return repeat(count, text), nil
		},
		"indent": func(spaces int, text string) (string, error) {
			if err := f.size("indent", spaces, strings.Count(text, "\n")+1); err != nil {
				return "", err
			}
			return indent(spaces, text), nil
		},
		"nindent": func(spaces int, text string) (string, error) {
			if err := f.size("nindent", spaces, strings.Count(text, "\n")+1); err != nil {
				return "", err
			}
			return nindent(spaces, text), nil
		},
	}
}

// loop refuses to count too far. A step of 0 is the original's business.
func (f *functions) loop(name string, start, stop, step int) error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	if step != 0 && (stop-start)/step > maxLoop {
		return &boundError{fmt.Sprintf("%s from %d to %d makes more than %d numbers", name, start, stop, maxLoop)}
	}
	return nil
}

// size refuses to write too much. Negative counts are the original's business.
func (f *functions) size(name string, count, each int) error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	if count > 0 && each > 0 && int64(count) > f.max/int64(each) {
		return &boundError{fmt.Sprintf("%s makes more than the %d bytes allowed", name, f.max)}
	}
	return nil
}

// boundPrefix begins the message of a boundError, which comes back as text.
const boundPrefix = "limit of rendering: "

// boundError says that a template function was asked for too much.
type boundError struct{ message string }

// Error returns the message with a prefix to know it by.
func (e *boundError) Error() string { return boundPrefix + e.message }

// interruptible returns common functions that end the rendering when its time is
// up: a loop worth the name calls one of them.
func (f *functions) interruptible() template.FuncMap {
	fallback, _ := f.sprig["default"].(func(any, ...any) any)
	quote, _ := f.sprig["quote"].(func(...any) string)
	dict, _ := f.sprig["dict"].(func(...any) map[string]any)
	list, _ := f.sprig["list"].(func(...any) []any)
	add, _ := f.sprig["add"].(func(...any) int64)
	return template.FuncMap{
		"default": func(d any, given ...any) (any, error) { return fallback(d, given...), f.ctx.Err() },
		"quote":   func(parts ...any) (string, error) { return quote(parts...), f.ctx.Err() },
		"dict":    func(pairs ...any) (map[string]any, error) { return dict(pairs...), f.ctx.Err() },
		"list":    func(items ...any) ([]any, error) { return list(items...), f.ctx.Err() },
		"add":     func(numbers ...any) (int64, error) { return add(numbers...), f.ctx.Err() },
		"printf":  func(format string, args ...any) (string, error) { return fmt.Sprintf(format, args...), f.ctx.Err() },
		"print":   func(args ...any) (string, error) { return fmt.Sprint(args...), f.ctx.Err() },
	}
}
