# Sourced by the scripts that start a broker, ours (kafkasharp) or the genuine one (apache), on free ports of 127.0.0.1.
#   KAFKASHARP_BIN         the kafkasharp to use; where it is not set, eng/publish makes one in artifacts/kafkasharp
#   KAFKASHARP_KAFKA_HOME  Apache Kafka; where it is not set, ../shared/peers/kafka
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export KAFKA_HOME=${KAFKASHARP_KAFKA_HOME:-$root/../shared/peers/kafka}
export KAFKA_RUN=$KAFKA_HOME/bin/kafka-run

# A port that nobody listens on now, with the next one for the controller. Below the range that the system gives to outgoing connections: one that asks
# whether the broker is up would else sooner or later get that very port for itself, and take it.
free_port() {
  local port
  while port=$((20000 + RANDOM % 6000 * 2)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

have_system() { # SYSTEM: whether it can be started here; builds ours
  case $1 in
    apache) [ -x "$KAFKA_RUN" ] || { echo "no Apache Kafka: KAFKASHARP_KAFKA_HOME is not set and ../shared/peers/kafka is absent" >&2; return 1; } ;;
    kafkasharp)
      if [ -z "${KAFKASHARP_BIN:-}" ]; then
        mkdir -p "$root/artifacts"
        timeout 900 "$root/eng/publish" "$root/artifacts/kafkasharp" >"$root/artifacts/publish.log" 2>&1 || { tail -30 "$root/artifacts/publish.log" >&2; return 1; }
        export KAFKASHARP_BIN=$root/artifacts/kafkasharp/kafkasharp
      fi ;;
    *) echo "no such system: $1 (kafkasharp or apache)" >&2; return 1 ;;
  esac
}

# prepare_broker SYSTEM DIR [PROPERTY=VALUE…]: writes DIR/server.properties for one node with its data in DIR/data, and formats that.
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
    timeout 120 "$KAFKA_RUN" storage format --cluster-id AbCdEfGhIjKlMnOpQrStUg --config "$dir/server.properties" >"$dir/format.log" 2>&1
  else
    timeout 120 "$KAFKASHARP_BIN" format --cluster-id AbCdEfGhIjKlMnOpQrStUg --config "$dir/server.properties" >"$dir/format.log" 2>&1
  fi || { cat "$dir/format.log" >&2; return 1; }
}

start_broker() { # SYSTEM DIR: starts it in the background and puts its process id into the variable broker
  if [ "$1" = apache ]; then
    "$KAFKA_RUN" server-start "$2/server.properties" >>"$2/broker.log" 2>&1 </dev/null &
  else
    "$KAFKASHARP_BIN" start --config "$2/server.properties" >>"$2/broker.log" 2>&1 </dev/null &
  fi
  broker=$!
}

# answers DIR: whether the broker answers an ApiVersions request (version 0: 10 bytes) now.
answers() {
  local at status
  at=$(<"$1/bootstrap")
  {
    exec 3<>"/dev/tcp/${at%:*}/${at##*:}" || return 1
    printf '\0\0\0\12\0\22\0\0\0\0\0\1\377\377' >&3
    # The first byte of the answer's length, a zero, ends this.
    IFS= read -r -t 5 -d '' -n 1 _ <&3; status=$?
    exec 3>&- 3<&-
  } 2>/dev/null
  return "$status"
}

# A pipe into which nobody ever writes: to wait a moment for it starts no process, as sleep does, whose start would be measured too.
exec {never}<> <(:)

# await_broker DIR [SECONDS]: until the broker, whose process id is in the variable broker, answers; fails when it has ended or the time is over.
await_broker() {
  local deadline=$((SECONDS + ${2:-120}))
  until answers "$1"; do
    if ! kill -0 "$broker" 2>/dev/null; then echo "the broker ended:" >&2; tail -20 "$1/broker.log" >&2; return 1; fi
    [ "$SECONDS" -lt "$deadline" ] || { echo "the broker does not answer after ${2:-120} s:" >&2; tail -20 "$1/broker.log" >&2; return 1; }
    read -rt 0.001 -u "$never" || true
  done
}

# stop_broker: SIGTERM; what does not end within a minute is killed, which is a failure. The exit code is the broker's.
stop_broker() {
  local pid=${broker:-}
  [ -n "$pid" ] || return 0
  broker=
  kill "$pid" 2>/dev/null
  for _ in $(seq 600); do
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
