# Functions for the run script of a client. To be sourced. A check is a function or a command. Environment variables, set by compat-tests/run:
#   BOOTSTRAP  host:port of the broker      WORK  an empty working directory      QUICK  1 for the regular selection
#   LOG_DIR    the data directory of the broker; unset if compat-tests/run did not start it
set -uo pipefail
: "${BOOTSTRAP:?host:port of a broker}" "${WORK:?an empty directory}"
QUICK=${QUICK:-0}
RUN_ID=${RUN_ID:-$$}
failures=0

# check NAME COMMAND…: runs the command with its output in a file and prints "ok NAME", or "not ok NAME" with the end of the output. A function stops
# at its first command that fails. The call is not in an "if", because bash ignores set -e there.
check() {
  local name=$1 log status; shift
  log=$WORK/$(printf %s "$name" | tr -c 'a-zA-Z0-9' '-').log
  ( set -e; "$@" ) >"$log" 2>&1
  status=$?
  if [ "$status" -eq 0 ]; then
    echo "ok $name"
  else
    failures=$((failures + 1))
    echo "not ok $name"
    [ "$status" -ne 124 ] || echo "#   a command exceeded its time limit"
    tail -n 12 "$log" | sed 's/^/#   /'
  fi
}

same() { # FILE FILE
  cmp -s "$1" "$2" || { echo "differ: $1 ($(wc -l <"$1") lines) and $2 ($(wc -l <"$2") lines)"; diff "$1" "$2" | head -6; return 1; }
}

contains() { # TEXT PATTERN
  grep -qE -- "$2" <<<"$1" || { echo "no match for /$2/ in:"; echo "$1" | head -20; return 1; }
}

lacks() { # TEXT PATTERN
  if grep -E -- "$2" <<<"$1"; then echo "matches /$2/, which must not appear"; return 1; fi
}

eventually() { # COMMAND…: repeats the command until it succeeds, for at most 60 seconds
  local deadline=$((SECONDS + 60))
  until "$@"; do [ "$SECONDS" -lt "$deadline" ] || return 1; sleep 0.1; done
}

finish() { [ "$failures" -eq 0 ]; }
