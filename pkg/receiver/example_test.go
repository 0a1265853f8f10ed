// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package receiver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/receiver"
)

func Example() {
	memory := &receiver.Memory{}
	path := memory.AddReceiver(receiver.Receiver{Namespace: "llm", Name: "push", Provider: receiver.Generic, Token: []byte("secret")})
	memory.AddTargets(receiver.Target{Namespace: "llm", Name: "dynamo", URL: "git@git.example.com:acme/platform.git", Ref: receiver.Ref{Branch: "main"}})
	handler, err := receiver.New(receiver.Options{Receivers: memory, Lister: memory, Requester: memory})
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := receiver.Notice{Timestamp: time.Now(), Repository: "https://git.example.com/acme/platform", Ref: "refs/heads/main"}.Encode()
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Signature", receiver.Sign([]byte("secret"), body))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Print(w.Code, " ", w.Body)
	// Output: 202 {"message":"requested","requested":1}
}
