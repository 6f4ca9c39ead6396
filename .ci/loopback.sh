# shellcheck shell=bash
# For the steps that run the program beside its simulator, on loopback ports. Sourced, not run.
#
# Whatever `start` starts is stopped when the script ends, however it ends. What the processes print goes to files and
# is shown only on failure, without the lines that hold the simulator's secret.

target=${CARGO_TARGET_DIR:-target}
logs=$(mktemp --directory)
groups=()

stop_all() {
  local code=$? group
  for group in "${groups[@]}"; do
    kill -TERM -- "-$group" 2>/dev/null || true
    wait "$group" 2>/dev/null || true
  done
  if ((code)); then
    tail --lines=40 --verbose "$logs"/* | grep --invert-match '^export ' >&2 || true
  fi
  rm -rf "$logs"
}
trap stop_all EXIT
# A signal ends the script by `exit`, so that the line above runs.
trap 'exit 130' INT
trap 'exit 143' TERM

# fail TEXT...: ends the step.
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# free_port: a port that nobody listens on just now.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start NAME COMMAND...: runs it in the background, in a process group of its own, printing to $logs/NAME.
start() {
  setsid "${@:2}" >"$logs/$1" 2>&1 &
  groups+=("$!")
}

# wait_until SECONDS WHAT COMMAND...: until the command succeeds, while everything that was started still runs.
wait_until() {
  local until=$((SECONDS + $1)) what=$2 group
  until "${@:3}" 2>/dev/null; do
    for group in "${groups[@]}"; do
      kill -0 "$group" 2>/dev/null || fail "a process ended while waiting for $what"
    done
    ((SECONDS < until)) || fail "no $what after $1 s"
    sleep 0.2
  done
}

# listens PORT
listens() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1")
}

# start_simulator NAME [OPTION...]: a simulated cloud on a free port. Exports where it is, and the secret that it prints.
start_simulator() {
  local name=$1 port line
  port=$(free_port)
  start "$name" "$target/debug/scim-keys" simulate --port "$port" "${@:2}"
  wait_until 20 "simulator's address" grep --quiet "127.0.0.1:$port" "$logs/$name"
  while IFS= read -r line; do
    # shellcheck disable=SC2163 # the line is NAME=VALUE
    export "$line"
  done < <(sed --quiet --regexp-extended 's/^export (TENCENTCLOUD_[A-Z_]+=[A-Za-z0-9_.-]+)$/\1/p' "$logs/$name")
  [[ -n "${TENCENTCLOUD_SECRET_ID:-}" && -n "${TENCENTCLOUD_SECRET_KEY:-}" ]] || fail "the simulator printed no secret"
  export SCIM_KEYS_ENDPOINT="http://127.0.0.1:$port"
}
