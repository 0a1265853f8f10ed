#!/usr/bin/env bash
# Copyright 2026 The dynamo-gitops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Shows what dynamo-gitops does, on a real Git repository: builds the program, commits examples/quickstart, generates
# the clusters dev, test and prod from that commit, and shows how a broken commit is refused. Needs Go and git, uses no
# network beyond what go build needs, leaves nothing behind. Fails when anything is not as expected.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$PWD repo=$work/repo

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[[ -t 1 ]] || say() { printf '\n%s\n' "$*"; }
die() { echo "demo: $*" >&2; exit 1; }
git() { command git -c user.name=demo -c user.email=demo@example.invalid -c init.defaultBranch=main \
  -c commit.gpgsign=false -c core.hooksPath=/dev/null -c core.autocrlf=false "$@"; }

say "1. Build"
CGO_ENABLED=0 go build -trimpath -o "$work/" ./plugin/dynamo-gitops ./plugin/dynamo-gitops-charts
PATH=$work:$PATH
dynamo-gitops version

say "2. A Git repository from examples/quickstart"
cp -R "$root/examples/quickstart" "$repo"
cd "$repo"
git init -q && git add -A && git commit -q -m 'Dynamo on dev, test and prod'
git ls-files ':!.schemas'

say "3. What each cluster gets from the commit"
for cluster in dev test prod; do
  dynamo-gitops generate "file://$repo" --revision main --path "clusters/$cluster" --strict >"$work/$cluster.yaml" 2>"$work/err" ||
    { cat "$work/err" >&2; die "$cluster was refused"; }
  dynamo-gitops generate "clusters/$cluster" 2>/dev/null >"$work/again.yaml" || die "$cluster was refused as a directory"
  cmp -s "$work/$cluster.yaml" "$work/again.yaml" || die "$cluster differs between Git and directory"
  for kind in HelmRelease HelmRepository DynamoModel DynamoGraphDeployment; do
    grep -q "^kind: $kind\$" "$work/$cluster.yaml" || die "$cluster has no $kind"
  done
  printf '%-5s %s\n' "$cluster" "$(grep '^kind: ' "$work/$cluster.yaml" | sort | uniq -c | awk '{printf "%s%s %s", sep, $1, $3; sep = ", "}')"
done
cmp -s "$work/dev.yaml" "$work/prod.yaml" && die "dev and prod are the same"
grep -q '^kind: Ingress$' "$work/prod.yaml" || die "prod has no Ingress"

say "4. A commit that would break prod: a misspelt key, which the chart ignores in silence"
cat >>clusters/prod/patch-platform.yaml <<'YAML'
  values:
    nats:
      jetstream:
        enabled: true
YAML
git commit -q -am 'Turn JetStream on'
git show --format='%h %s' --unified=0 | sed -n '1p;/^[+][^+]/p'
status=0
dynamo-gitops generate "file://$repo" --revision main --path clusters/prod >"$work/out" 2>"$work/err" || status=$?
echo "exit status $status, $(wc -c <"$work/out" | tr -d ' ') bytes on standard output, and on standard error:"
cat "$work/err"
[[ $status == 1 ]] || die "the broken commit gave exit status $status, want 1"
[[ ! -s $work/out ]] || die "the broken commit printed objects"
grep -q 'jetstream' "$work/err" || die "the refusal does not name the key"
head -n 1 "$work/err" | grep -qE '^clusters/prod/patch-platform\.yaml:|^base/platform\.yaml:' || die "the refusal does not name the file"
dynamo-gitops generate "file://$repo" --revision main --path clusters/dev >/dev/null 2>&1 || die "dev was refused as well"

say "5. The commit before it still stands"
dynamo-gitops validate "file://$repo" --revision "$(git rev-parse HEAD~1)" --path clusters/prod || die "the good commit was refused"

say "6. An upgrade from 0.9.0 to 1.5.0: migrated, compared, guarded"
git reset -q --hard HEAD~1
dynamo-gitops migrate --to 1.5.0
dynamo-gitops diff --from main --environments clusters/prod || die "the upgrade was refused"
git commit -q -am 'Dynamo 1.5.0'
sed -i.bak 's/storage: 20Gi/storage: 10Gi/' clusters/prod/patch-platform.yaml && rm clusters/prod/patch-platform.yaml.bak
status=0
dynamo-gitops validate clusters/prod --from main || status=$?
[[ $status == 1 ]] || die "a claim that shrinks gave exit status $status, want 1"
