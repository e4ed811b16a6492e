# Sourced by every client's run. A check is a function or command; its name says what it shows. Environment, from compat-tests/run:
#   BOOTSTRAP  host:port of the broker      WORK  an empty folder of its own      QUICK  1 for the everyday selection
#   LOG_DIR    the broker's directory, where compat-tests/run started the broker
set -uo pipefail
: "${BOOTSTRAP:?host:port of a broker}" "${WORK:?an empty folder}"
QUICK=${QUICK:-0}
RUN_ID=${RUN_ID:-$$}
failures=0

# check NAME COMMAND…: runs it with its output in a file, and says "ok NAME" or "not ok NAME" with the end of that output. It stops at the first
# command that fails; the status must not be asked for in an "if", where bash ignores set -e.
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
    [ "$status" -ne 124 ] || echo "#   a command did not end in its time"
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
  if grep -E -- "$2" <<<"$1"; then echo "is a match for /$2/, which should be absent"; return 1; fi
}

eventually() { # COMMAND…: tries until it succeeds, for what is only visible in the end
  local deadline=$((SECONDS + 60))
  until "$@"; do [ "$SECONDS" -lt "$deadline" ] || return 1; sleep 0.1; done
}

finish() { [ "$failures" -eq 0 ]; }
