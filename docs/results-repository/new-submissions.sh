#!/usr/bin/env bash
# new-submissions.sh CHECKOUT BASE: print the folders that a pull request adds, one a line.
# It fails if the pull request touches anything but new files in folders of submissions/ that are
# not there yet: no workflow, no rule, no record of a repeated run, no submission of someone else.
set -euo pipefail
checkout=$1 base=$2
fork=$(git -C "$checkout" merge-base "$base" HEAD)
git -C "$checkout" diff --name-status --no-renames -z "$fork" HEAD |
  while IFS= read -r -d '' status && IFS= read -r -d '' path; do
    # Bracket expressions are of the C locale's letters, whatever the runner's is.
    if LC_ALL=C && [[ $status != A || ! $path =~ ^submissions/[a-z0-9-]+/[A-Za-z0-9_.-]+$ ]]; then
      printf 'only new files of a new submission may be proposed, not: %s %q\n' "$status" "$path" >&2
      exit 1
    fi
    folder=${path%/*}
    if git -C "$checkout" cat-file -e "$base:$folder" 2> /dev/null; then
      printf 'this submission is there already: %s\n' "$folder" >&2
      exit 1
    fi
    printf '%s/%s\n' "$checkout" "$folder"
  done | sort -u
