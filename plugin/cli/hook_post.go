// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/receiver"
	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

const (
	receiverVariable       = "DYNAMO_GITOPS_RECEIVER"
	repositoryVariable     = "DYNAMO_GITOPS_REPOSITORY"
	receiverSecretVariable = "DYNAMO_GITOPS_RECEIVER_SECRET" //nolint:gosec // the name of a variable

	settingsSection = "dynamo-gitops"

	defaultNotifyTimeout = 10 * time.Second
	// maxNotified is how many refs of a push the receiver is told about.
	maxNotified = 2000
	// minSecret is the least length of a secret that is worth its name.
	minSecret = 16
)

// postFlags are the flags of hook post-receive.
type postFlags struct {
	receiver, repository, secretFile, caFile string
	timeout                                  time.Duration
}

func (s *session) postReceiveCommand() *cobra.Command {
	var f postFlags
	cmd := &cobra.Command{
		Use:   "post-receive",
		Short: "Tell the cluster about a push that was accepted",
		Long: `post-receive is run by Git in the repository that was pushed to, by an
executable file hooks/post-receive that holds:

  #!/bin/sh
  exec dynamo-gitops hook post-receive

It tells the receiver in the cluster which branches and tags have moved; what
follows them is reconciled at once instead of after its interval. The message
is signed with a secret that both sides know. It is tried again until --timeout.

Where and as what to tell is read from the flags, else from the environment,
else from the repository's own configuration:

  --receiver     ` + receiverVariable + `      git config dynamo-gitops.receiver URL
  --repository   ` + repositoryVariable + `    git config dynamo-gitops.repository URL
  --secret-file  (the secret itself:)        git config dynamo-gitops.secretFile FILE
                 ` + receiverSecretVariable + `

The push has landed by then: when the receiver cannot be told, whoever pushes
sees a warning, the exit status is 0, and the cluster follows after its interval.`,
		Example: "  " + s.displayName() + " hook post-receive --secret-file /etc/dynamo-gitops/secret",
		Args:    noArguments,
		RunE: run(func(cmd *cobra.Command, _ []string) error {
			return s.postReceive(cmd.Context(), &f, cmd.InOrStdin())
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.receiver, "receiver", "", "address of the receiver, with its /hook/… path")
	flags.StringVar(&f.repository, "repository", "", "address that the cluster reads this repository by")
	flags.StringVar(&f.secretFile, "secret-file", "", "file with the secret shared with the receiver")
	flags.StringVar(&f.caFile, "ca-file", "", "PEM certificates of additional authorities for https")
	flags.DurationVar(&f.timeout, "timeout", defaultNotifyTimeout, "most that telling the receiver may take; the pusher waits for it")
	_ = cmd.MarkFlagFilename("secret-file")
	_ = cmd.MarkFlagFilename("ca-file")
	return cmd
}

// postReceive tells the receiver. Only wrong usage is an error.
func (s *session) postReceive(ctx context.Context, f *postFlags, in io.Reader) error {
	if f.timeout <= 0 {
		return usage(`write it as "10s"`, "--timeout %s is not above zero", f.timeout)
	}
	if typedByHand(in) {
		return usage("install it as the file hooks/post-receive of the repository; see "+s.displayName()+" hook post-receive --help",
			"this command reads from Git what was pushed")
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	told, err := s.tell(ctx, f, in)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("it took longer than %s; see that the receiver is up, or have --timeout of the hook raised", f.timeout)
	case errors.Is(err, context.Canceled):
		err = errors.New("the hook was interrupted")
	}
	if err != nil {
		s.printf("warning: the push has landed, but the cluster was not told and follows after its interval: %s\n", printable(oneLine(err.Error())))
		return nil
	}
	s.printf("%s\n", told)
	return nil
}

// tell reads what was pushed and returns what to say when the receiver knows.
func (s *session) tell(ctx context.Context, f *postFlags, in io.Reader) (string, error) {
	updates, err := readUpdates(ctx, in)
	if err != nil {
		return "", err
	}
	var moved []receiver.NoticeUpdate
	for _, u := range updates {
		if strings.HasPrefix(u.ref, branchRefs) || strings.HasPrefix(u.ref, tagRefs) {
			moved = append(moved, receiver.NoticeUpdate{Ref: u.ref, Commit: u.commit, Deleted: u.commit == ""})
		}
	}
	if len(moved) == 0 {
		return "cluster not told: no branch and no tag has moved", nil
	}
	more := ""
	if len(moved) > maxNotified {
		more = fmt.Sprintf(" (about the first %d refs; the others follow after the interval)", maxNotified)
		moved = moved[:maxNotified]
	}
	n, err := s.notifier(f)
	if err != nil {
		return "", err
	}
	body, err := receiver.Notice{
		ID: rand.Text(), Timestamp: time.Now().UTC(), Repository: n.repository, DefaultBranch: defaultBranch(n.gitDir), Updates: moved,
	}.Encode()
	if err != nil {
		return "", err
	}
	requested, err := n.send(ctx, body)
	switch {
	case err != nil:
		return "", err
	case requested == handledBefore:
		return "cluster told" + more, nil
	case requested == 0:
		return "cluster told: nothing there follows what was pushed" + more, nil
	}
	return "cluster told: " + plural(requested, "PlatformSync") + " will reconcile now" + more, nil
}

// notifier gathers where and as what to tell.
func (s *session) notifier(f *postFlags) (*notifier, error) {
	repository, err := s.hookRepository()
	if err != nil {
		return nil, err
	}
	settings, err := source.ReadSettings(repository.dir, settingsSection)
	if err != nil {
		return nil, err
	}
	n := &notifier{
		gitDir:     repository.dir,
		repository: cmp.Or(f.repository, s.Getenv(repositoryVariable), settings.Get("repository")),
		address:    cmp.Or(f.receiver, s.Getenv(receiverVariable), settings.Get("receiver")),
	}
	if _, ok := receiver.NormalizeURL(n.repository); !ok {
		return nil, errors.New("it is not known by which address the cluster reads this repository; have it set: git config dynamo-gitops.repository URL")
	}
	u, err := url.Parse(n.address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, errors.New("it is not known where the receiver is; have it set: git config dynamo-gitops.receiver https://HOST/hook/…")
	}
	if n.secret, err = s.receiverSecret(f, settings); err != nil {
		return nil, err
	}
	if f.caFile != "" {
		if n.authorities, err = s.hookFile("--ca-file", f.caFile); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// receiverSecret finds the secret: a flag comes before the environment, and
// that before the configuration.
func (s *session) receiverSecret(f *postFlags, settings source.Settings) ([]byte, error) {
	secret, file := []byte(s.Getenv(receiverSecretVariable)), f.secretFile
	if len(secret) == 0 && file == "" {
		file = settings.Get("secretFile")
	}
	if file != "" {
		var err error
		if secret, err = s.hookFile("the file with the secret", file); err != nil {
			return nil, err
		}
	}
	secret = []byte(strings.TrimSpace(string(secret)))
	switch {
	case len(secret) == 0:
		return nil, errors.New("there is no secret; have it set: git config dynamo-gitops.secretFile FILE")
	case len(secret) < minSecret:
		return nil, fmt.Errorf("the secret is shorter than %d characters; have a longer one made: openssl rand -hex 32", minSecret)
	}
	return secret, nil
}

// hookFile reads a small file, and does not tell the pusher where it lies.
func (s *session) hookFile(what, path string) ([]byte, error) {
	data, err := s.readFile("", path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%s does not exist; have the hook set up again", what)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("%s may not be read by the user who runs the hook; have that allowed", what)
	case err != nil:
		return nil, fmt.Errorf("%s is empty, too large or cannot be read; have the hook set up again", what)
	}
	return data, nil
}

// defaultBranch is the branch that a bare repository's HEAD names, or "".
func defaultBranch(gitDir string) string {
	file, err := os.Open(filepath.Join(gitDir, "HEAD"))
	if err != nil {
		return ""
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxUpdateLine))
	branch, ok := strings.CutPrefix(strings.TrimSpace(string(data)), "ref: "+branchRefs)
	if err != nil || !ok {
		return ""
	}
	return branch
}
