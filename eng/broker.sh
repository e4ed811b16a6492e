# Functions for scripts that start a broker on free ports of 127.0.0.1: KafkaSharp (kafkasharp), another build of it (base, and control for the same
# again) or Apache Kafka (apache).
# To be sourced.
#   KAFKASHARP_BIN         the kafkasharp executable; if it is not set, eng/publish builds artifacts/kafkasharp/kafkasharp
#   KAFKASHARP_BASE        the kafkasharp executable of the systems base and control
#   KAFKASHARP_KAFKA_HOME  the directory of Apache Kafka; default: ../shared/peers/kafka
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export KAFKA_HOME=${KAFKASHARP_KAFKA_HOME:-$root/../shared/peers/kafka}
export KAFKA_RUN=$KAFKA_HOME/bin/kafka-run

# Prints a free port; the controller uses the next one. It is below the range of ephemeral ports: otherwise an outgoing connection, such as the one
# that checks whether the broker is up, could be assigned this port.
free_port() {
  local port
  while port=$((20000 + RANDOM % 6000 * 2)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

have_system() { # SYSTEM: fails if it cannot be started here; builds kafkasharp if necessary
  case $1 in
    apache) [ -x "$KAFKA_RUN" ] || { echo "no Apache Kafka: KAFKASHARP_KAFKA_HOME is not set and ../shared/peers/kafka is absent" >&2; return 1; } ;;
    kafkasharp)
      if [ -z "${KAFKASHARP_BIN:-}" ]; then
        mkdir -p "$root/artifacts"
        timeout 900 "$root/eng/publish" "$root/artifacts/kafkasharp" >"$root/artifacts/publish.log" 2>&1 || { tail -30 "$root/artifacts/publish.log" >&2; return 1; }
        export KAFKASHARP_BIN=$root/artifacts/kafkasharp/kafkasharp
      fi ;;
    base|control) [ -x "${KAFKASHARP_BASE:-}" ] || { echo "KAFKASHARP_BASE names no executable: '${KAFKASHARP_BASE:-}'" >&2; return 1; } ;;
    *) echo "unknown system: $1 (kafkasharp, base, control or apache)" >&2; return 1 ;;
  esac
}

executable() { # SYSTEM: prints the executable of kafkasharp, base or control
  if [ "$1" != kafkasharp ]; then echo "$KAFKASHARP_BASE"; else echo "$KAFKASHARP_BIN"; fi
}

# Options of the command format, such as --release-version 4.0-IV0.
format_options=()

# prepare_broker SYSTEM DIR [PROPERTY=VALUE…]: writes DIR/server.properties for a single node with its data in DIR/data, and formats DIR/data.
prepare_broker() {
  local system=$1 dir=$2 port; shift 2
  rm -rf "$dir"; mkdir -p "$dir/data"
  port=$(free_port)
  echo "127.0.0.1:$port" >"$dir/bootstrap"
  cat >"$dir/server.properties" <<P
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:$((port + 1))
log.dirs=$dir/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
P
  [ $# -eq 0 ] || printf '%s\n' "$@" >>"$dir/server.properties"
  if [ "$system" = apache ]; then
    timeout 120 "$KAFKA_RUN" storage format --cluster-id AbCdEfGhIjKlMnOpQrStUg --config "$dir/server.properties" "${format_options[@]}" >"$dir/format.log" 2>&1
  else
    timeout 120 "$(executable "$system")" format --cluster-id AbCdEfGhIjKlMnOpQrStUg --config "$dir/server.properties" "${format_options[@]}" >"$dir/format.log" 2>&1
  fi || { cat "$dir/format.log" >&2; return 1; }
}

start_broker() { # SYSTEM DIR: starts the broker in the background and sets the variable broker to its process id
  if [ "$1" = apache ]; then
    "$KAFKA_RUN" server-start "$2/server.properties" >>"$2/broker.log" 2>&1 </dev/null &
  else
    "$(executable "$1")" start --config "$2/server.properties" >>"$2/broker.log" 2>&1 </dev/null &
  fi
  broker=$!
}

# responds DIR: succeeds if the broker responds to an ApiVersions request (version 0: 10 bytes).
responds() {
  local at status
  at=$(<"$1/bootstrap")
  {
    exec 3<>"/dev/tcp/${at%:*}/${at##*:}" || return 1
    printf '\0\0\0\12\0\22\0\0\0\0\0\1\377\377' >&3
    # The first byte of the response is the zero byte of its length, which ends the read.
    IFS= read -r -t 5 -d '' -n 1 _ <&3; status=$?
    exec 3>&- 3<&-
  } 2>/dev/null
  return "$status"
}

# A pipe without a writer. Reading from it with a timeout waits without a new process; starting sleep would affect the measurement.
exec {never}<> <(:)

# await_broker DIR [SECONDS]: waits until the broker responds; fails if the process in the variable broker has exited or the time is over.
await_broker() {
  local deadline=$((SECONDS + ${2:-120}))
  until responds "$1"; do
    if ! kill -0 "$broker" 2>/dev/null; then echo "the broker exited:" >&2; tail -20 "$1/broker.log" >&2; return 1; fi
    [ "$SECONDS" -lt "$deadline" ] || { echo "the broker does not respond after ${2:-120} s:" >&2; tail -20 "$1/broker.log" >&2; return 1; }
    read -rt 0.001 -u "$never" || true
  done
}

# stop_broker [SECONDS]: sends SIGTERM and returns the exit code of the broker. One that has not exited after that time (60) is killed, with exit code 137.
stop_broker() {
  local pid=${broker:-}
  [ -n "$pid" ] || return 0
  broker=
  kill "$pid" 2>/dev/null
  for _ in $(seq $((${1:-60} * 10))); do
    kill -0 "$pid" 2>/dev/null || { wait "$pid" 2>/dev/null; return $?; }
    sleep 0.1
  done
  kill -9 "$pid"; wait "$pid" 2>/dev/null
  return 137
}

kill_broker() { # SIGKILL
  local pid=${broker:-}
  [ -n "$pid" ] || return 0
  broker=
  kill -9 "$pid" 2>/dev/null; wait "$pid" 2>/dev/null || true
}
