# Functions for scripts that run clients as processes and end them. To be sourced.
declare -A running=()   # the processes of each client
end_clients() { # SIGKILL
  local pid
  for pid in ${running[*]}; do kill -9 "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; done
  running=()
}
end() { # CLIENT: kills its instances
  local pid
  for pid in ${running[$1]}; do kill -9 "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; done
  running[$1]=
}
leave() { # CLIENT: asks its instances to end, and waits; fails if one is still there after 30 seconds
  local pid deadline=$((SECONDS + 30))
  for pid in ${running[$1]}; do
    kill "$pid" 2>/dev/null
    while kill -0 "$pid" 2>/dev/null; do [ $SECONDS -lt $deadline ] || return 1; read -rt 0.05 -u "$never"; done
    wait "$pid" 2>/dev/null
  done
  running[$1]=
}
alive() { # CLIENT: forgets instances that have ended; fails if none is left
  local pid left=
  for pid in ${running[$1]}; do if kill -0 "$pid" 2>/dev/null; then left+=" $pid"; else wait "$pid" 2>/dev/null; fi; done
  running[$1]=$left; [ -n "$left" ]
}
